/*
 * HTTP's codings, undone (RFC 9110 section 8.4, RFC 9112 section 7.1): gzip,
 * deflate, br and zstd for content, chunked for transfer.  Every step has a
 * ceiling on the bytes it makes, so a small bomb stays small.
 */
#ifndef NET_CODING_H
#define NET_CODING_H

#include "base/buf.h"
#include "base/err.h"

/* What this module can undo, as Accept-Encoding wants it. */
#define CODING_ACCEPT	"gzip, deflate, br, zstd"

enum coding_end {
	CODING_WHOLE,		/* the stream came to its end */
	CODING_CUT,		/* it stops early or is damaged: what came before stands */
	CODING_FULL		/* the ceiling was met: the same */
};

/* Undo the codings listed in `names`, the value of Content-Encoding (the last
 * applied is undone first), and append the bytes to `to` under its ceiling.  A
 * body that is not coded although the header says so is appended as it is:
 * servers and archives do that.  -1 with the reason: a coding not known here. */
int coding_decode(struct str names, struct str body, struct buf *to,
    enum coding_end *end, struct err *err);
/* Undo chunked.  -1: this is no chunked body, and `to` is as it was. */
int coding_dechunk(struct str body, struct buf *to);

#endif
