/*
 * A stored line read as what people ask about: its verdict, its source, its
 * time, the sentence that proves it.  Everything is a view into the line or
 * lives in the arena.
 */
#ifndef STORE_ARTICLE_H
#define STORE_ARTICLE_H

#include "base/record.h"
#include "store/line.h"

struct edits;

struct article {
	struct record		 rec;
	const struct line	*line;
	struct arena		*a;
	struct json_member	*stance;	/* members of its verdict */
	size_t			 stance_count;	/* 0: not judged */
	const struct edits	*edits;		/* of its story; NULL: none */
};

int article_read(struct article *art, const struct line *line,
    struct arena *a, struct err *err);

/* The same of a record that is not stored yet: no line, no times. */
int article_of(struct article *art, const struct record *rec,
    struct arena *a, struct err *err);

/* A member of the verdict as text or number; STR_NONE and NAN when absent. */
struct str article_verdict(const struct article *art, const char *name);
double article_measure(const struct article *art, const char *name);
/* The strings of the verdict's list `name` ("domains", "topics", ...). */
size_t article_list(const struct article *art, const char *name,
    struct str **values);

/* "feed" and a string member of it, or of "fetched". */
struct str article_inner(const struct article *art, enum record_field outer,
    const char *name);
/* The host of its url without "www.", in the record's own letters. */
struct str article_host(const struct article *art);
/* The feed's title, else the host. */
struct str article_source(const struct article *art);
/* When it was published; its arrival when it does not say, or names a time
 * after that. */
int64_t article_published(const struct article *art);
bool article_is_backfill(const struct article *art);

/* The sentence that proves the verdict: the weightiest evidence that has the
 * verdict's effect, with what stands around it. */
struct proof {
	struct str	before, exact, after;
};

/* False when there is no evidence, or it does not fit the text. */
bool article_proof(const struct article *art, struct proof *proof);

#endif
