/*
 * Seekable zstd (zstd's contrib/seekable_format): ordinary frames one after
 * another, then a table of their sizes in a skippable frame, so that zstdcat
 * reads the whole and we read any part.  A frame ends where a line ends.
 */
#ifndef STORE_FRAMES_H
#define STORE_FRAMES_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct frames;

/* Read the table at the end of `fd`. NULL: there is none, or it is damaged. */
struct frames *frames_open(int fd, struct err *err);
void frames_free(struct frames *frames);
/* Bytes of plain text in all. */
uint64_t frames_size(const struct frames *frames);
/* Put the frame that holds `offset` of the plain text into `b`, and where it
 * starts into `*start`.  An offset at or behind the end leaves `b` empty. */
int frames_read(struct frames *frames, uint64_t offset, struct buf *b,
    uint64_t *start, struct err *err);

/* Start of the frame that holds `offset`, and of the one behind it (UINT64_MAX:
 * there is none). */
uint64_t frames_start(const struct frames *frames, uint64_t offset);
uint64_t frames_next(const struct frames *frames, uint64_t offset);

/* Append what can still be decompressed of a file whose frames or table are
 * damaged. */
void frames_salvage(struct str file, struct buf *plain);

/* Writing: whole lines in, frames of about 1 MB out to `fd`. */
struct frames_writer;

struct frames_writer *frames_writer_new(int fd, int level);
int frames_add(struct frames_writer *fw, struct str lines, struct err *err);
/* Write what is left and the table.  Frees nothing. */
int frames_finish(struct frames_writer *fw, struct err *err);
void frames_writer_free(struct frames_writer *fw);

#endif
