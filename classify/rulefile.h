/*
 * Rule files as text: cut into statements, includes followed, every piece with
 * its place so that an error can point at it.  What statements mean is
 * grammar.h's business; the manual is stance-rules(5).
 *
 * A statement begins at the start of a line; lines that are indented continue
 * it.  `#` begins a comment.  `include "PATH"` names a file, or a folder whose
 * *.rules are read in order of their names, relative to the including file.
 */
#ifndef CLASSIFY_RULEFILE_H
#define CLASSIFY_RULEFILE_H

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

enum lexeme_kind {
	LEXEME_WORD,		/* a bare word: name, number, =raw, pre*, @list */
	LEXEME_STRING,		/* "..." without the quotes */
	LEXEME_REGEX,		/* /.../ without the slashes */
	LEXEME_COLON,
	LEXEME_OPEN,
	LEXEME_CLOSE
};

struct lexeme {
	enum lexeme_kind kind;
	struct str	 text;
	uint32_t	 line, column;
};

struct source {
	const char	*path;
	struct str	 bytes;
	struct str	 language;	/* of its latest `language` statement */
	bool		 done;		/* read to its end: not an include loop */
};

struct statement {
	const struct source	*source;
	struct str		 language;	/* it speaks for; "*" is every one */
	struct lexeme		*lexemes;	/* the first is the keyword */
	size_t			 count;
};

struct rulefiles {
	struct arena		 arena;
	struct source		**sources;
	size_t			 source_count, source_cap;
	struct statement	*statements;
	size_t			 count, cap;
};

/* Read `path`, a file or a folder, and what it includes.  May be called again
 * for further files; a file that was read already is not read twice. */
int rulefiles_read(struct rulefiles *files, const char *path, struct err *err);
/* Read rules that stand in memory, named `path` in errors; they can include
 * nothing. */
int rulefiles_add(struct rulefiles *files, const char *path, struct str bytes,
    struct err *err);
/* The text of the line that `err` points at, or STR_NONE. */
struct str rulefiles_line(const struct rulefiles *files, const struct err *err);
/* 16 hex digits over all sources. */
void rulefiles_hash(const struct rulefiles *files, char hex[17]);
void rulefiles_release(struct rulefiles *files);

/* An error at this lexeme: fills `err` and returns -1. */
int lexeme_error(const struct statement *st, const struct lexeme *at,
    struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

#endif
