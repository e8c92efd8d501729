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
#include "base/opt.h"
#include "base/record.h"
#include "corpus/index.h"

struct article {
	struct record	rec;
	struct str	id;
};

struct articles {
	struct article	*v;
	size_t		 n, cap;
	struct index	 ids;		/* v's place of an id, as read */
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
/* The same for `n` operands from argv[1] on; without any, standard input. */
void articles_open_all(struct articles *all, int n, char **argv);
/* Read what was opened.  Records of another type are passed over; a revision
 * that a store counted takes the place of the earlier one.  A line that is no
 * record with an id, or whose id was there before, is refused: named on stderr
 * and counted.  `check` (may be NULL) says what else a record must have. */
void articles_read(struct articles *all,
    int (*check)(const struct record *rec, struct arena *a, struct err *err));
void articles_release(struct articles *all);

/* Does the record have `where`, MEMBER=VALUE as --where takes it? */
bool record_is_where(const struct record *rec, const char *where,
    struct arena *a);
/* Drop those that lack one of `where`, each as record_is_where(). */
void articles_keep(struct articles *all, const struct opt_list *where);

/* Any member that is a string, decoded; STR_NONE when there is none.  A dot
 * leads into an object: "stance.label". */
struct str record_member(const struct record *rec, const char *name,
    struct arena *a);

#endif
