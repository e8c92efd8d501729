/*
 * The record: one JSON object per line, the format of every pipe here.  See
 * stance-record(5).
 *
 * A record is read as views into its line.  What a stage does not know it does
 * not touch: record_copy() appends the very bytes of the line, less the
 * members this stage owns, and leaves the object open for the new ones.
 */
#ifndef BASE_RECORD_H
#define BASE_RECORD_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

/* The version this code writes, and the newest it reads.  Absent means 1. */
#define RECORD_VERSION	1

/* The members that more than one stage reads. */
enum record_field {
	RECORD_V,
	RECORD_TYPE,
	RECORD_ID,
	RECORD_KEY,
	RECORD_REV,
	RECORD_URL,
	RECORD_TITLE,
	RECORD_SUMMARY,
	RECORD_TEXT,		/* content_text */
	RECORD_PUBLISHED,	/* date_published */
	RECORD_MODIFIED,	/* date_modified */
	RECORD_LANGUAGE,
	RECORD_FEED,
	RECORD_FETCHED,
	RECORD_ERROR,
	RECORD_STANCE,
	RECORD_STORY,
	RECORD_REVISION,
	RECORD_SEQ,
	RECORD_SEAL,		/* x */
	RECORD_FIELDS
};

struct record {
	struct str			 line;
	struct json_member		*members;
	size_t				 count;
	const struct json_member	*known[RECORD_FIELDS];	/* NULL: absent */
};

/* Read `line`, which must outlive the record; arrays live in `a`.  Checks the
 * JSON and the types of the members known here, and refuses a version newer
 * than ours.  -1 with the column and the reason. */
int record_read(struct record *rec, struct str line, struct arena *a,
    struct err *err);
/* Does it have what an article must have: id, and a title or a text? */
int record_check_article(const struct record *rec, struct err *err);
bool record_is_article(const struct record *rec);

const char *record_name(enum record_field field);
/* The decoded string, STR_NONE when absent or null. */
struct str record_str(const struct record *rec, enum record_field field,
    struct arena *a);
/* At least the first `most` bytes of it, or all: json_str_start(). */
struct str record_str_start(const struct record *rec, enum record_field field,
    size_t most, struct arena *a);
/* `outer`'s member `name`, where `outer` is an object: the value, or NULL. */
const struct json_value *record_inner(const struct record *rec,
    enum record_field outer, const char *name, struct arena *a);

/* Append the line's object without its closing brace and without the members
 * named in `owned` (NULL-ended).  New members follow with json_name() and the
 * record ends with record_end(). */
void record_copy(struct buf *to, const struct record *rec,
    const char *const *owned);
void record_end(struct buf *to);

/*
 * Identity (DESIGN.md, "The record").  A key is the id itself when that is an
 * http(s), tag: or urn: URI; else a hash of the feed's identity and the id;
 * else the canonical URL.  A rev is the hash of title and text.
 */
#define RECORD_REV_DIGITS	32
struct str record_make_key(struct str id, struct str feed, struct str url,
    struct arena *a);
struct str record_make_rev(struct str title, struct str text, struct arena *a);
/* The record's own key and rev, made from its other members where absent. */
struct str record_key(const struct record *rec, struct arena *a);
struct str record_rev(const struct record *rec, struct arena *a);

/*
 * Refusals: what a filter does with a bad line.  Named on stderr with line
 * number and reason, kept in the file of --rejects, counted for the exit code.
 */
struct refusals {
	int		 fd;		/* of --rejects, or -1 */
	unsigned long	 count;
};

/* `path` may be NULL.  Opened before the jail. */
void refusals_open(struct refusals *r, const char *path);
void refuse(struct refusals *r, const char *input, unsigned long line_number,
    struct str line, const struct err *err);
/* EXIT_DONE or EXIT_REFUSED. */
int refusals_exit(struct refusals *r);

#endif
