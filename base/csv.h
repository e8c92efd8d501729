/*
 * Comma-separated values (RFC 4180), for spreadsheets: fields in quotes where
 * they need them, line breaks within quotes, CRLF or LF between rows.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

/* Append one field; the caller adds the commas and the end of the row. */
void csv_put(struct buf *to, struct str field);

struct csv {
	struct str	 rest;		/* what is not read yet */
	unsigned long	 line;		/* of the row last read, from 1 */
	unsigned long	 next_line;
};

/* The text of a file; a byte-order mark is passed over. */
void csv_init(struct csv *csv, struct str text);
/* The fields of the next row: 1, 0 at the end, -1 and err when quotes are
 * wrong.  They live in `a` and the text. */
int csv_row(struct csv *csv, struct arena *a, struct str **fields,
    size_t *count, struct err *err);

#endif
