/*
 * Character encodings, to UTF-8.  Names are those of the WHATWG Encoding
 * Standard: iso-8859-1 is windows-1252, gb2312 is gb18030.  Decoding goes
 * through libxml2's handlers, because glibc's iconv loads modules lazily and
 * could not in the jail.
 */
#ifndef INGEST_CHARSET_H
#define INGEST_CHARSET_H

#include "base/buf.h"
#include "base/err.h"

/* Open what the jail will not let be opened later. */
void charset_setup(void);
/* Append `bytes`, in the encoding called `name`, to `to` as UTF-8; each
 * malformed sequence becomes U+FFFD and sets *damaged.  -1: no such encoding. */
int charset_decode(struct str bytes, struct str name, struct buf *to,
    bool *damaged);
/* The encoding a byte order mark tells, or NULL; *skip: the mark's length. */
const char *charset_of_mark(struct str bytes, size_t *skip);

#endif
