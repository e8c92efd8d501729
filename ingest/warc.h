/*
 * WARC 1.1 (ISO 28500:2017): web archives, so that a corpus can be extracted
 * again years later.  Reading takes plain and gzip'd files, 1.0 and 1.1, of any
 * size; a damaged record costs itself, reading goes on at the next.  Writing
 * makes one gzip member a record, as the standard's annex D wants it.
 */
#ifndef INGEST_WARC_H
#define INGEST_WARC_H

#include <zlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "ingest/source.h"

/* Reading. */
struct warc_in {
	int		 fd;
	bool		 gzip, eof;
	bool		 member_done;	/* the last gzip member came to its end */
	z_stream	 z;
	struct buf	 raw;		/* read, not yet inflated */
	struct buf	 plain;		/* inflated; handed out up to `from` */
	size_t		 from;
	unsigned long long pending;	/* bytes of the record handed out last */
	unsigned long long read_at;	/* offset in the file of raw.p[0] */
	unsigned long long member_at;	/* where the open gzip member began */
	unsigned long long plain_at;	/* offset of plain.p[from], all inflated */
};

struct warc_record {
	struct str	 type;		/* "response", "resource", "warcinfo", ... */
	struct str	 url, date, content_type;
	struct str	 truncated;	/* WARC-Truncated, or none */
	struct str	 block;
	bool		 too_long;	/* the block was over the ceiling: skipped */
	unsigned long long offset;	/* of the record's gzip member, or line */
};

/* Start reading `fd`, which stays the caller's.  Reads its first bytes. */
int warc_open(struct warc_in *in, int fd, struct err *err);
void warc_close(struct warc_in *in);
/* The next record, valid until the next call: 1; 0 at the end; -1 and the
 * reason for a damaged record, after which the next call goes on behind it.
 * Blocks longer than LIMIT_WARC_BLOCK are skipped. */
int warc_next(struct warc_in *in, struct warc_record *rec, struct err *err);
/* Read a response record's (or a resource's) block as a source: headers parsed,
 * transfer and content coding undone into `body` under its ceiling.  *status is
 * HTTP's, 200 for a resource.  Views into the record, `body` and `a`. */
int warc_source(const struct warc_record *rec, struct buf *body,
    struct arena *a, struct source *src, int *status, struct err *err);

/* Writing. */
struct warc_out {
	int			 fd;
	const char		*path;
	unsigned long long	 at;	/* end of the last whole record */
	struct buf		 block, member;
};

struct warc_exchange {
	struct str		 url, ip;	/* ip may be none */
	int64_t			 at;		/* seconds since 1970 */
	struct str		 request;	/* its head as it was sent, or none */
	int			 status;
	struct str		 reason;	/* of the status line */
	const struct header	*headers;
	size_t			 nheaders;
	struct str		 body;		/* content coding as it came */
	const char		*truncated;	/* NULL, "length", "time", "disconnect" */
};

/* Open for appending; a new file begins with a warcinfo record, of a file that
 * a crash left with half a record at its end that half is cut off. */
int warc_create(struct warc_out *out, const char *path, struct err *err);
/* Append a response record and, where `request` is there, its request.  All or
 * nothing: on failure the file is as it was.  *offset: where the response is. */
int warc_write(struct warc_out *out, const struct warc_exchange *x,
    unsigned long long *offset, struct err *err);
int warc_finish(struct warc_out *out, struct err *err);

#endif
