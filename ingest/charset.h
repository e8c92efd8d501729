/*
 * Character encodings, to UTF-8.  Names are those of the WHATWG Encoding
 * Standard, where iso-8859-1 is windows-1252 and gb2312 is gb18030; beyond it,
 * what ICU knows (code pages of DOS, the Macintosh and EBCDIC), for feeds use
 * them.  ICU is what Debian's libxml2 stands on, and its tables are part of
 * the library, while glibc's iconv loads a module per encoding and could not
 * in the jail.
 */
#ifndef INGEST_CHARSET_H
#define INGEST_CHARSET_H

#include "base/buf.h"
#include "base/err.h"

/* Let ICU set itself up before the jail. */
void charset_setup(void);
/* Is there an encoding called `name`? */
bool charset_is_known(struct str name);
/* Append `bytes`, in the encoding called `name`, to `to` as UTF-8; each
 * malformed sequence becomes U+FFFD and sets *damaged.  -1: no such encoding. */
int charset_decode(struct str bytes, struct str name, struct buf *to,
    bool *damaged);
/* The encoding a byte order mark tells, or NULL; *skip: the mark's length. */
const char *charset_of_mark(struct str bytes, size_t *skip);
/* The likeliest encoding of text that says nothing of itself and is not UTF-8,
 * by its byte statistics.  Never NULL: the last resort is windows-1252. */
const char *charset_guess(struct str bytes);

#endif
