/*
 * Markup as it is found in the wild, XML or HTML, cut into tokens in one pass
 * and in linear time.  It never fails: a '<' that begins nothing is text.  This
 * is for what libxml2 need not or cannot read: links inside a feed's content,
 * the head of a page, and broken XML that is to be mended first.
 */
#ifndef INGEST_MARKUP_H
#define INGEST_MARKUP_H

#include "base/buf.h"
#include "base/mem.h"

enum markup_kind {
	MARKUP_TEXT,		/* raw, references not decoded */
	MARKUP_TAG,
	MARKUP_CDATA,
	MARKUP_COMMENT,
	MARKUP_PI,
	MARKUP_DOCTYPE
};

struct markup_token {
	enum markup_kind	kind;
	struct str		raw;	/* all of it */
	struct str		body;	/* a tag's attributes; what is inside the others */
	struct str		name;	/* of a tag */
	bool			end;	/* </name> */
	bool			empty;	/* <name/> */
};

struct markup {
	struct str	text;
	size_t		at;
	bool		none_left[256];	/* this byte does not occur behind `at` */
};

void markup_init(struct markup *m, struct str text);
/* The next token; false at the end. */
bool markup_next(struct markup *m, struct markup_token *token);

struct markup_attr {
	struct str	name, value;	/* raw; value.p is NULL where there is none */
};

/* Take the next attribute off the front of a tag's body. */
bool markup_attr(struct str *body, struct markup_attr *attr);
/* The tag's attribute `name`, references decoded; STR_NONE when absent. */
struct str markup_attr_of(const struct markup_token *tag, struct str name,
    struct arena *a);

/* Decode the reference at s.p[0] == '&': its code points and *len, the bytes
 * it takes.  0: it is none, and the & stands for itself.  Numbers that name C1
 * controls mean windows-1252, as in HTML. */
uint32_t markup_reference(struct str s, size_t *len);
/* `s` with its references decoded: `s` itself when it has none, else in `a`. */
struct str markup_decode(struct str s, struct arena *a);
/* The relative links of a piece of HTML made absolute. */
struct str markup_absolute(struct str html, struct str base, struct arena *a);
/* Is it an element without content: br, img and their like? */
bool markup_is_void(struct str name);
/* Append text with & < > (and ", for attributes) written as references. */
void markup_escape(struct buf *to, struct str text);

#endif
