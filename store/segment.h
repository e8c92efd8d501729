/*
 * A segment is one file of sealed lines, of one UTC day:
 *
 *	articles/2026/11/23/000124.jsonl	the active one, at its end growing
 *	articles/2026/11/23/000123.jsonl.zst	sealed: zstd frames of about 1 MB
 *						and a seek table
 *	articles/2026/11/01/000045-000122.jsonl.zst
 *						several of one month, merged
 *
 * Numbers rise through the whole store.  Offsets are always those of the plain
 * text, so a place in a segment stays the same place when it is sealed.  A
 * frame holds whole lines only.
 */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct segment {
	uint32_t	 number, last;	/* the same, unless it was merged */
	bool		 plain, sealed;	/* which files are there; a crash while
					 * sealing leaves both: sealed counts */
	char		*path;		/* without the suffix; owned */
};

struct segments {
	struct segment	*v;
	size_t		 n, cap;
	struct segment	*merged;	/* whose lines stand in one of v, too:
					 * a crash left their files */
	size_t		 nmerged, merged_cap;
	bool		 moving;	/* names came or went when it was read */
};

/* All segments of the log `folder` ("STORE/articles") in order, also while some of
 * them are sealed or merged.  A folder that is not there has none.  Names that are
 * not ours are passed over. */
int segments_list(struct segments *list, const char *folder, struct err *err);
void segments_copy(struct segments *to, const struct segments *list);
void segments_release(struct segments *list);
/* The first in the list that is `number` or behind it, or list->n. */
size_t segments_from(const struct segments *list, uint32_t number);
/* The one that holds the lines of segment `number`, or NULL. */
const struct segment *segments_find(const struct segments *list,
    uint32_t number);
/* ".jsonl.zst" or ".jsonl" appended: malloc'ed. */
char *segment_file(const struct segment *seg);

/* One segment open for reading. */
struct segment_text {
	int		 fd;		/* -1: not open */
	char		*file;		/* its path; owned */
	uint64_t	 inode;
	struct frames	*frames;	/* NULL: plain text */
	size_t		 chunk;		/* of plain text read at once; 0: 1 MB */
	uint64_t	 at;		/* offset of buf's first byte */
	struct buf	 buf;		/* whole lines */
};

#define SEGMENT_TEXT_NONE	((struct segment_text){ .fd = -1 })

int segment_open(struct segment_text *text, const struct segment *seg,
    struct err *err);
void segment_close(struct segment_text *text);
/*
 * View whole lines from `offset`, which must start one: as many as are at hand
 * (the rest of a frame, or about 1 MB of plain text), valid until the next
 * call.  Empty where no whole line follows; a plain file may grow later.
 * -1: the file cannot be read or its frames are damaged.
 */
int segment_lines(struct segment_text *text, uint64_t offset,
    struct str *lines, struct err *err);
/* Where reading can go on behind the damage at `offset`: the next frame, or
 * UINT64_MAX when nothing of the segment can be read any more. */
uint64_t segment_behind(const struct segment_text *text, uint64_t offset);
/* The last whole line's text, valid until the next call; empty: there is none. */
int segment_last_line(struct segment_text *text, struct str *line,
    struct err *err);
/* A plain file ends within a line: what would be appended to it would be lost. */
bool segment_is_torn(const struct segment *seg);
/* True when a plain file is open that no longer bears its name.  It may lack lines:
 * the writer may have put a mended copy in its place after an unclean stop, gone on
 * in that, and sealed it since. */
bool segment_is_superseded(const struct segment_text *text);

#endif
