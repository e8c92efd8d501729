/*
 * The index of a sealed segment, 000123.idx: 40 bytes for each line, so that a
 * query by label, time, domain or confidence reads lines only where it must,
 * and a count of labels over time reads none.
 *
 *	"stance-x", lines, first seq, revisions, first and last `stored`, bytes of
 *	the .zst, bytes of the plain text (64 bits each, little endian); then one
 *	column after another: key 64, published 64, offset 32, stored 32, seq 32
 *	(behind the first), revision 32, domains 32, confidence 16, label 8, 8
 *	spare bits a line; then SHA-256 of all that
 *
 * Columns, for a look at labels need not fetch the rest.  An index is made from
 * its segment and can be made anew; `check` compares its hash, queries do not.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "store/article.h"
#include "store/segment.h"

enum label {
	LABEL_NONE,
	LABEL_EASING,
	LABEL_TIGHTENING,
	LABEL_MIXED,
	LABEL_NEUTRAL,
	LABEL_OTHER,
	LABELS
};

/* "easing", ...; NULL for none and other. */
const char *index_label_name(enum label label);
enum label index_label(struct str s);
/* The member "labels": how many of each. */
void index_put_labels(struct buf *b, const uint64_t count[LABELS]);
/* The bit of a domain, in any spelling of its letters: several share one. */
uint32_t domain_bit(struct str domain);

#define CONFIDENCE_UNIT		10000	/* rounded down to this part */
#define CONFIDENCE_NONE		UINT16_MAX

/* What is known of a line. */
struct index_row {
	uint64_t	key;		/* id_of_key(); 0: no article */
	int64_t		published;
	uint64_t	seq;
	int64_t		stored;
	uint32_t	offset;
	uint32_t	revision;	/* 0: no article */
	uint32_t	domains;	/* domain_bit()s */
	uint16_t	confidence;
	enum label	label;
};

/* The rows of a segment in work. */
struct index_rows {
	struct index_row	*v;
	size_t			 n, cap;
};

/* Describe `art`, which stands at `offset`, whose id_of_key() is `key`. */
void index_rows_add(struct index_rows *rows, const struct article *art,
    uint64_t key, uint64_t offset);
/* A line that is no article, or cannot be read as one. */
void index_rows_add_other(struct index_rows *rows, const struct line *line,
    uint64_t offset);
/* Describe each of `lines`, which begin at `offset`. */
void index_rows_read(struct index_rows *rows, struct str lines,
    uint64_t offset);
void index_rows_release(struct index_rows *rows);

/* What rows a query asks for; each bound included. */
struct sieve {
	bool		articles;	/* other records do not pass */
	bool		exact;		/* what passes matches: nothing else
					 * is asked */
	uint32_t	labels;		/* 1 << label */
	uint32_t	domains;	/* one of these; 0: any */
	int64_t		stored_from, stored_to;
	int64_t		published_from, published_to;
	uint16_t	confidence_from, confidence_to;
};

#define SIEVE_OPEN	((struct sieve){ .exact = true,			\
	.labels = UINT32_MAX, .stored_from = INT64_MIN,			\
	.stored_to = INT64_MAX, .published_from = INT64_MIN,		\
	.published_to = INT64_MAX, .confidence_to = CONFIDENCE_NONE })

/* Does it hold anything back? */
bool sieve_is_open(const struct sieve *s);

/* An index open for reading. */
struct index {
	char		*map;
	size_t		 size, n;
	uint64_t	 first_seq;
	uint64_t	 bytes;		/* of the plain text */
	const uint64_t	*key;
	const int64_t	*published;
	const uint32_t	*offset, *stored, *seq, *revision, *domains;
	const uint16_t	*confidence;
	const uint8_t	*label;
};

/* -1: there is none, or it is not that of the segment's file. */
int index_open(struct index *x, const struct segment *seg, struct err *err);
void index_close(struct index *x);
/* There is one, and it tells of no revised article. */
bool index_has_no_revisions(const struct segment *seg);
/* The first row from `from` on that passes, or x->n. */
size_t index_next(const struct index *x, const struct sieve *s, size_t from);
/* How many pass. */
size_t index_count(const struct index *x, const struct sieve *s);
/* Does the hash at its end fit, too? */
int index_check(const struct segment *seg, struct err *err);

/* Write the index of `seg`, whose sealed file is `packed` bytes and stands for
 * `plain` bytes of text. */
int index_write(const struct segment *seg, const struct index_rows *rows,
    uint64_t packed, uint64_t plain, struct err *err);
/* Make it anew from a segment that is sealed. */
int index_rebuild(const struct segment *seg, struct err *err);

#endif
