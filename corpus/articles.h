/*
 * Records of named files, held in memory together: a corpus is what one person
 * can label, not what a machine can fetch.
 *
 * Files are opened first and read later, so that a command can enter the jail
 * in between: articles_open(), jail_enter(), articles_read().
 */
#ifndef CORPUS_ARTICLES_H
#define CORPUS_ARTICLES_H

#include "base/mem.h"
#include "base/record.h"
#include "corpus/index.h"

struct article {
	struct record	rec;
	struct str	id;
};

struct articles {
	struct article	*v;
	size_t		 n, cap;
	struct index	 ids;		/* v's place of an id */
	struct refusals	 refused;
	struct arena	 a;		/* all text and views */
	struct source {
		int	 fd;
		char	*name;
	}		*sources;
	size_t		 nsources, sources_cap;
};

/* Open `path` for reading, a file, "-" or every *.jsonl of a folder, in order
 * of their names.  What cannot be opened ends the program. */
void articles_open(struct articles *all, const char *path);
/* Read what was opened.  A line that is no record with an id, or whose id was
 * there before, is refused: named on stderr and counted.  `check` (may be NULL)
 * says what else this command asks of a record. */
void articles_read(struct articles *all,
    int (*check)(const struct record *rec, struct arena *a, struct err *err));
void articles_release(struct articles *all);

/* Any member that is a string, decoded; STR_NONE when there is none. */
struct str record_member(const struct record *rec, const char *name,
    struct arena *a);

/* MEMBER=VALUE, as --where takes it: does the record have it? */
bool record_is_where(const struct record *rec, const char *where,
    struct arena *a);

#endif
