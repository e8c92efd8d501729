/*
 * JSON (RFC 8259), strict, over bytes that stay where they are.
 *
 * The scanner checks a whole text once (grammar, UTF-8, no name twice on one
 * level, depth) and gives views: a value is the very bytes it was written
 * with, so what nobody asks for is never decoded and can be copied on
 * untouched.  This is the only JSON code in the house.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct json_value {
	enum json_type	type;
	bool		escaped;	/* a string with backslashes in it */
	struct str	raw;		/* the bytes, quotes and brackets included */
};

struct json_member {
	struct str		name;	/* decoded; in the text or the arena */
	struct str		raw;	/* from the name's quote to the value's end */
	struct json_value	value;
};

/* Check that `text` is exactly one JSON value.  -1 with err->column (bytes,
 * from 1) and the reason otherwise.  `a` holds what the check needs. */
int json_check(struct str text, struct arena *a, struct err *err);
/* Check `text`, which must be an object, and list its members in order.  The
 * array and decoded names live in `a`. */
int json_object(struct str text, struct arena *a, struct json_member **members,
    size_t *count, struct err *err);
/* The same for an array's values. */
int json_array(struct str text, struct arena *a, struct json_value **values,
    size_t *count, struct err *err);

/* The member called `name`, or NULL. */
const struct json_member *json_find(const struct json_member *members,
    size_t count, const char *name);
/* The decoded string: a view into the text when it has no escapes, else in `a`.
 * STR_NONE when the value is not a string. */
struct str json_str(const struct json_value *v, struct arena *a);
/* The same, and of a string with escapes only the start: `most` bytes, up to
 * three more, or all.  The last code point may be cut. */
struct str json_str_start(const struct json_value *v, size_t most,
    struct arena *a);
/* The number; `otherwise` when the value is none, is written with more than 63
 * characters or is too large for a double. */
double json_num(const struct json_value *v, double otherwise);

/*
 * Writing.  A value or name is preceded by a comma when the last byte written
 * asks for one, so calls just follow each other:
 *	json_open(b, '{'); json_name(b, "a"); json_put_int(b, 1); json_close(b, '}');
 */
void json_open(struct buf *b, char bracket);
void json_close(struct buf *b, char bracket);
void json_name(struct buf *b, const char *name);
/* Malformed UTF-8 becomes U+FFFD. */
void json_put_str(struct buf *b, struct str s);
/* The same for text whose UTF-8 was checked before: a parser's, say. */
void json_put_sound_str(struct buf *b, struct str s);
void json_put_int(struct buf *b, long long v);
/* Shortest decimal that has at most `places` digits after the point. */
void json_put_num(struct buf *b, double v, int places);
void json_put_bool(struct buf *b, bool v);
/* Bytes that are JSON already. */
void json_put_raw(struct buf *b, struct str raw);
/* name and string; nothing at all for the absent string. */
void json_member_str(struct buf *b, const char *name, struct str s);
void json_member_int(struct buf *b, const char *name, long long v);

#endif
