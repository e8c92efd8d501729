/*
 * Reading a store in order, without any lock, while a writer appends, seals
 * and recovers beside it.
 *
 * A cursor names the last line read.  It stays good when its segment is sealed
 * or compacted; where the line it names is gone (a tail lost in a power cut),
 * reading starts again at its segment's first line, so that nothing is missed.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/index.h"
#include "store/line.h"
#include "store/segment.h"

struct cursor {
	uint32_t	segment;	/* 0: nothing was read yet */
	uint64_t	offset;		/* where the line starts */
	uint64_t	seq;
	char		seal[SEAL_DIGITS + 1];
};

#define CURSOR_SIZE	80		/* written, with its NUL */

/* SEGMENT:OFFSET:SEQ:SEAL, or "0". */
void cursor_format(const struct cursor *at, char out[CURSOR_SIZE]);
int cursor_parse(struct cursor *at, struct str s);

struct reader {
	char			*folder;	/* the log: STORE/articles */
	struct segments		 list;
	uint32_t		 number, last;	/* segment in work; 0: none yet */
	struct segment_text	 text;
	struct index		 index;		/* of it, for the sieve */
	size_t			 row;		/* no wanted line before it */
	const struct sieve	*sieve;		/* what is wanted; NULL: all */
	struct str		 lines;		/* not handed out yet */
	uint64_t		 offset;	/* of the next line */
	struct cursor		 at;		/* the last line handed out */
	bool			 check;		/* compare every seal */
	bool			 unread;	/* the last READER_DAMAGE was no
						 * bad line: a file or frame
						 * could not be read at all */
	bool			 unlisted;	/* no folder could be read: the
						 * end, for now */
};

enum reader_result {
	READER_LINE,
	READER_END,		/* for now: ask again later */
	READER_DAMAGE		/* err says where; the next call goes on behind */
};

/* Open the log below `store`; checks FORMAT.  Lines in plain segments have
 * their seals compared always, those in frames, which have checksums of their
 * own, only when `check` is set later. */
int reader_open(struct reader *r, const char *store, struct err *err);
void reader_close(struct reader *r);
/* Continue behind the line that `at` names. */
int reader_seek(struct reader *r, const struct cursor *at, struct err *err);
/* Continue with the first segment behind number `behind`. */
void reader_from(struct reader *r, uint32_t behind);
/* Pass over lines that do not pass the sieve, where an index tells which.  What
 * comes may still be unwanted.  The sieve must live as long. */
void reader_sieve(struct reader *r, const struct sieve *sieve);
/* The next line, valid until the next call. */
enum reader_result reader_next(struct reader *r, struct line *line,
    struct err *err);

/* "STORE/FORMAT" names a format this program reads? */
int store_check_format(const char *store, struct err *err);

/* One line by its place, for those that keep places.  A place stays good when its
 * segment is sealed or merged. */
struct picker {
	struct segments		*list;		/* listed anew when it is old */
	const char		*folder;	/* of that list */
	struct segment_text	 text;
	uint32_t		 number;	/* of the place */
	uint64_t		 start;		/* of its segment in the text */
};

#define PICKER_INIT(list, folder)					\
	((struct picker){ (list), (folder), SEGMENT_TEXT_NONE, 0, 0 })

int picker_read(struct picker *p, uint32_t segment, uint64_t offset,
    struct line *line, struct err *err);
void picker_close(struct picker *p);

#endif
