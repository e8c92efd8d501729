/*
 * Bytes in and out.  Only this module knows EINTR, short reads and short
 * writes, and it keeps the promise of every stage: send before you sleep.  A
 * reader that is about to block first writes out what has gathered, so a
 * pipe needs no --unbuffered, and writes stay large while input is plentiful.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Output that gathers and is written in large blocks.  A failed write ends the
 * program (exit 3), unless `on_error` is set, as the two supervisors do that
 * must outlive their readers. */
struct out {
	int		 fd;
	struct buf	 buf;
	const char	*name;		/* for messages; not owned */
	int		 error;		/* errno of the first failed write */
	bool		 keep_going;	/* note the error instead of dying */
};

void out_init(struct out *out, int fd, const char *name);
/* The buf to append to.  Call out_poll() after each record, which writes when
 * enough has gathered. */
static inline struct buf *
out_buf(struct out *out)
{
	return &out->buf;
}
void out_poll(struct out *out);
/* Write what has gathered and then `bytes`, which are not copied first. */
void out_send(struct out *out, struct str bytes);
/* Write everything now. 0, or -1 with out->error set when keep_going. */
int out_flush(struct out *out);
/* Write what goes without waiting, for a loop that must not sleep here. */
void out_some(struct out *out);
/* Flush and close, checked: on a full disk close is the last to tell. */
void out_close(struct out *out);

/* Lines in. */
struct in {
	int		 fd;
	const char	*name;		/* for messages; not owned */
	struct buf	 buf;
	size_t		 at;		/* start of what was not handed out */
	size_t		 scanned;	/* no newline before this offset */
	size_t		 max;		/* ceiling of one line */
	unsigned long	 line;		/* number of the last line, from 1 */
	bool		 eof;
	bool		 skipping;	/* within a line that was too long */
	void		(*before_wait)(void *);	/* or NULL: called before a read
						 * that would block */
	void		*wait_arg;
};

enum in_result {
	IN_EOF,
	IN_LINE,
	IN_LONG		/* over the ceiling: *line is its start, the rest is skipped */
};

void in_init(struct in *in, int fd, const char *name, size_t max);
/* The next line, without its newline, valid until the next call.  Before it
 * would block it calls before_wait() and flushes `out`, which may be NULL.  A last line without newline
 * counts.  A read error ends the program. */
enum in_result in_line(struct in *in, struct out *out, struct str *line);
/* The line that in_line() just gave, and all whole lines behind it that are there
 * already, with their newlines; the last of a stream may have none.  They come in
 * the storage of `in`, which goes to *spare for that of *spare, so that only what
 * is left is copied.  The further lines do not count in `line`. */
struct str in_take(struct in *in, struct str line, struct buf *spare);
/* True when the next in_line() has its line (or end) without reading. */
bool in_ready(const struct in *in);
void in_release(struct in *in);

/* read() until n bytes, end or error: the count, or -1. */
ssize_t read_full(int fd, void *p, size_t n);
/* write() until done: 0 or -1. */
int write_full(int fd, const void *p, size_t n);
/* Append up to `max` bytes of `fd` to `b`; -1 and err on error or when more
 * than `max` is there, or more than `b` takes. */
int fd_slurp(int fd, struct buf *b, size_t max, struct err *err);
/* The same for a file by name. */
int file_slurp(const char *path, struct buf *b, size_t max, struct err *err);
/* Replace `path` by these bytes so that a crash leaves the old or the new file:
 * written beside, synced, renamed, the folder synced. */
int file_replace(const char *path, struct str bytes, mode_t mode,
    struct err *err);
/* The same with what `put` writes, who may read it again.  It returns -1, and errno
 * tells why, when it cannot. */
int file_replace_with(const char *path, int (*put)(void *arg, int fd),
    void *arg, mode_t mode, struct err *err);
/* mkdir -p. */
int make_folders(const char *path, mode_t mode, struct err *err);
/* fsync the folder that holds `path`, so that its name survives. */
int sync_parent(const char *path, struct err *err);
void set_nonblock(int fd);

#endif
