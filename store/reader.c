#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "store/frames.h"
#include "store/reader.h"
#include "store/seal.h"

#define FORMAT_NAME	"stance-store "
#define FORMAT_VERSION	1
#define PICKER_CHUNK	(16u << 10)	/* one line is wanted, not a megabyte */

void
cursor_format(const struct cursor *at, char out[CURSOR_SIZE])
{
	if (at->segment == 0)
		snprintf(out, CURSOR_SIZE, "0");
	else
		snprintf(out, CURSOR_SIZE, "%06" PRIu32 ":%" PRIu64 ":%" PRIu64
		    ":%s", at->segment, at->offset, at->seq, at->seal);
}

int
cursor_parse(struct cursor *at, struct str s)
{
	struct str part[4] = { STR_NONE, STR_NONE, STR_NONE, STR_NONE };
	long long segment, offset, seq;
	size_t n = 0;

	*at = (struct cursor){ 0 };
	if (str_eq(s, STR("0")))
		return 0;
	while (n < 4 && str_split(&s, ':', &part[n]))
		n++;
	segment = str_number(part[0], UINT32_MAX);
	offset = str_number(part[1], INT64_MAX);
	seq = str_number(part[2], INT64_MAX);
	if (n != 4 || s.n > 0 || segment < 1 || offset < 0 || seq < 1 ||
	    part[3].n != SEAL_DIGITS)
		return -1;
	at->segment = (uint32_t)segment;
	at->offset = (uint64_t)offset;
	at->seq = (uint64_t)seq;
	memcpy(at->seal, part[3].p, SEAL_DIGITS);
	return 0;
}

int
store_check_format(const char *store, struct err *err)
{
	char *path = xasprintf("%s/FORMAT", store);
	struct buf b = BUF_INIT;
	struct str s;
	long long version;
	int rc = -1;

	if (access(path, F_OK) == -1)
		err_set(err, "'%s' is no store: it has no file FORMAT", store);
	else if (file_slurp(path, &b, 4096, err) == 0) {
		s = str_trim(buf_str(&b));
		version = str_starts(s, STR(FORMAT_NAME)) ? str_number(
		    str_from(s, sizeof(FORMAT_NAME) - 1), INT64_MAX) : -1;
		if (version == FORMAT_VERSION)
			rc = 0;
		else if (version > FORMAT_VERSION)
			err_set(err, "'%s' has store format %lld; this program "
			    "reads format %d", store, version, FORMAT_VERSION);
		else
			err_set(err, "'%s' does not name a store's format",
			    path);
	}
	buf_release(&b);
	free(path);
	return rc;
}

int
reader_open(struct reader *r, const char *store, struct err *err)
{
	*r = (struct reader){ .text = SEGMENT_TEXT_NONE };
	if (store_check_format(store, err) == -1)
		return -1;
	r->folder = xasprintf("%s/articles", store);
	if (segments_list(&r->list, r->folder, err) == 0)
		return 0;
	reader_close(r);
	return -1;
}

void
reader_close(struct reader *r)
{
	segment_close(&r->text);
	index_close(&r->index);
	segments_release(&r->list);
	free(r->folder);
	*r = (struct reader){ .text = SEGMENT_TEXT_NONE };
}

static int
refresh(struct segments *list, const char *folder, struct err *err)
{
	struct segments new;

	if (segments_list(&new, folder, err) == -1)
		return -1;
	segments_release(list);
	*list = new;
	return 0;
}

static int
list_anew(struct reader *r, struct err *err)
{
	int rc = refresh(&r->list, r->folder, err);

	r->unlisted = rc == -1;
	return rc;
}

/* Open `seg` at its start; an index that does not fit it is not used. */
static int
stand_at(struct reader *r, const struct segment *seg, struct err *err)
{
	struct err ignored;

	segment_close(&r->text);
	index_close(&r->index);
	r->number = seg->number;
	r->last = seg->last;
	r->lines = STR_NONE;
	r->offset = 0;
	r->row = 0;
	if (segment_open(&r->text, seg, err) == -1)
		return -1;
	if (r->sieve != NULL && index_open(&r->index, seg, &ignored) == 0 &&
	    r->index.bytes != frames_size(r->text.frames))
		index_close(&r->index);
	return 0;
}

/* Open the segment that holds the lines of segment `number` at its start.  When
 * that fails the reader stands behind it. */
static int
open_segment(struct reader *r, uint32_t number, struct err *err)
{
	const struct segment *seg = segments_find(&r->list, number);

	if (seg != NULL && stand_at(r, seg, err) == 0)
		return 0;
	/* sealed or merged between the listing and now? */
	if (list_anew(r, err) == -1)
		return -1;
	if ((seg = segments_find(&r->list, number)) == NULL) {
		struct cursor at = r->at;

		reader_from(r, number);
		r->at = at;		/* the last line stays that */
		return err_set(err, "segment %06" PRIu32 " is gone", number);
	}
	return stand_at(r, seg, err);
}

/* Does the line where the cursor points bear its seq and seal?  Then step
 * behind it. */
static bool
step_behind(struct reader *r, const struct cursor *at)
{
	const struct segment *seg = segments_find(&r->list, at->segment);
	struct line line;
	struct str lines, text;
	struct err ignored;
	uint64_t start;

	if (seg == NULL || segment_part(seg, at->segment, &start) == -1 ||
	    segment_lines(&r->text, start + at->offset, &lines,
	    &ignored) == -1 || !line_split(&lines, &text) ||
	    line_read(&line, text) == -1 || line.seq != at->seq ||
	    strcmp(line.seal, at->seal) != 0)
		return false;
	r->at = *at;
	r->at.segment = r->number;
	r->at.offset = start + at->offset;
	r->offset = r->at.offset + text.n + 1;
	return true;
}

/* The line is not where the cursor points: when damage before it was mended it
 * stands elsewhere, under the same seq.  Else begin at the start. */
static int
seek_by_seq(struct reader *r, const struct cursor *at, struct err *err)
{
	struct line line = { .seq = 0 };
	uint32_t number = r->number;

	r->at = (struct cursor){ 0 };
	while (line.seq < at->seq && r->number == number &&
	    reader_next(r, &line, err) == READER_LINE)
		;
	if (r->number == number && line.seq == at->seq &&
	    strcmp(line.seal, at->seal) == 0)
		return 0;
	reader_from(r, number - 1);
	return open_segment(r, number, err);
}

void
reader_from(struct reader *r, uint32_t behind)
{
	segment_close(&r->text);
	index_close(&r->index);
	r->number = r->last = behind;
	r->lines = STR_NONE;
	r->at = (struct cursor){ 0 };
}

void
reader_sieve(struct reader *r, const struct sieve *sieve)
{
	r->sieve = sieve_is_open(sieve) ? NULL : sieve;
}

int
reader_seek(struct reader *r, const struct cursor *at, struct err *err)
{
	reader_from(r, 0);
	if (list_anew(r, err) == -1)
		return -1;
	if (at->segment == 0)
		return 0;
	/* dropped: what is left begins behind it */
	if (segments_find(&r->list, at->segment) == NULL)
		return 0;
	if (open_segment(r, at->segment, err) == -1)
		return -1;
	return step_behind(r, at) ? 0 : seek_by_seq(r, at, err);
}

/* Number of the segment behind the one in work, or 0. */
static uint32_t
next_number(const struct reader *r)
{
	size_t i = segments_from(&r->list, r->last + 1);

	return i < r->list.n ? r->list.v[i].last : 0;
}

/* Go to the segment that holds the lines of `number`.  It may be the one in
 * work, of which the writer has put a mended copy in place, or one in which that
 * was merged: then go on behind the last line. */
static int
go_to(struct reader *r, uint32_t number, struct err *err)
{
	struct cursor at = r->at;
	uint32_t last = r->last;

	if (open_segment(r, number, err) == -1)
		return -1;
	if (r->number <= last && at.segment >= r->number &&
	    !step_behind(r, &at))
		return seek_by_seq(r, &at, err);
	return 0;
}

/* Nothing more in the segment in work: go to the next one.  1: look again, 0:
 * there is none yet. */
static int
advance(struct reader *r, struct err *err)
{
	uint32_t next = r->number;

	/* I10: lines may have come in the file that took this one's place */
	if (segment_is_superseded(&r->text)) {
		if (list_anew(r, err) == -1)
			return -1;
		if (segments_find(&r->list, next) != NULL)	/* else dropped */
			return go_to(r, next, err) == -1 ? -1 : 1;
	}
	if ((next = next_number(r)) == 0) {
		if (list_anew(r, err) == -1)
			return -1;
		if ((next = next_number(r)) == 0)
			return 0;
		/* I10: or in this one, between our last look and this */
		if (r->text.fd != -1)
			return 1;
	}
	return go_to(r, next, err) == -1 ? -1 : 1;
}

/* Is `text` a sound line of this store behind the last one? */
static bool
is_sound(const struct reader *r, struct line *line, struct str text,
    struct err *err)
{
	const char *what = NULL;

	if (line_read(line, text) == -1)
		what = "it is no sealed line";
	else if (line->seq <= r->at.seq)
		what = "its seq does not rise";
	else if ((r->check || r->text.frames == NULL) && !line_is_whole(line))
		what = "its seal does not fit";
	if (what != NULL)
		err_set(err, "'%s': damaged at offset %" PRIu64 ": %s",
		    r->text.file, r->offset, what);
	return what == NULL;
}

/* Go to the next line that the index lets through. */
static void
pass_over(struct reader *r)
{
	const struct index *x = &r->index;
	uint64_t skipped;

	if (x->map == NULL || r->offset == UINT64_MAX)
		return;
	while (r->row < x->n && x->offset[r->row] < r->offset)
		r->row++;
	r->row = index_next(x, r->sieve, r->row);
	skipped = r->row < x->n ? x->offset[r->row] - r->offset : UINT64_MAX;
	r->lines = skipped < r->lines.n ? str_from(r->lines, skipped) :
	    STR_NONE;
	r->offset = r->row < x->n ? x->offset[r->row] : UINT64_MAX;
}

/* Read on.  What is passed over is never read again, so a failure must come twice, as
 * when a segment is opened. */
static int
read_lines(struct reader *r, struct err *err)
{
	if (segment_lines(&r->text, r->offset, &r->lines, err) == 0)
		return 0;
	return segment_lines(&r->text, r->offset, &r->lines, err);
}

/* Have lines at hand: READER_LINE, else as reader_next(). */
static enum reader_result
have_lines(struct reader *r, struct err *err)
{
	for (;;) {
		pass_over(r);
		if (r->lines.n > 0)
			return READER_LINE;
		if (r->text.fd != -1 && r->offset != UINT64_MAX &&
		    read_lines(r, err) == -1) {
			r->offset = segment_behind(&r->text, r->offset);
			return READER_DAMAGE;
		}
		if (r->lines.n > 0)
			return READER_LINE;
		switch (advance(r, err)) {
		case 0:
			return READER_END;
		case -1:
			return READER_DAMAGE;
		}
	}
}

/* Does a line begin here, the one that the index means? */
static bool
is_indexed(const struct reader *r, struct line *line, struct str text)
{
	return (text.p == r->text.buf.p || text.p[-1] == '\n') &&
	    line_read(line, text) == 0 &&
	    line->seq == r->index.first_seq + r->index.seq[r->row];
}

/* The index is false: do without it. */
static enum reader_result
drop_index(struct reader *r, struct err *err)
{
	index_close(&r->index);
	r->lines = STR_NONE;
	r->offset = 0;
	if (r->at.segment == r->number && !step_behind(r, &r->at))
		r->at = (struct cursor){ 0 };
	err_set(err, "'%s': its index does not fit: --rebuild-index makes it "
	    "anew", r->text.file);
	return READER_DAMAGE;
}

/* The line at the reader's place is damaged.  In the last segment that may be a
 * torn tail, which the writer mends: stop there, unless all is checked. */
static enum reader_result
pass_damage(struct reader *r, struct str text, struct str rest,
    struct err *err)
{
	if (!r->check && next_number(r) == 0) {
		r->lines = STR_NONE;
		switch (advance(r, err)) {
		case 0:
			return READER_END;
		case 1:
			return READER_LINE;
		default:
			return READER_DAMAGE;
		}
	}
	r->lines = rest;
	r->offset += text.n + 1;
	return READER_DAMAGE;
}

enum reader_result
reader_next(struct reader *r, struct line *line, struct err *err)
{
	enum reader_result result;
	struct str text, rest;

	if (r->unlisted) {	/* that was said; later it may be better */
		r->unlisted = false;
		return READER_END;
	}
	for (;;) {
		r->unread = false;
		if ((result = have_lines(r, err)) != READER_LINE) {
			r->unread = result == READER_DAMAGE;
			return result;
		}
		rest = r->lines;
		str_split(&rest, '\n', &text);
		if (r->index.map != NULL && !is_indexed(r, line, text))
			return drop_index(r, err);
		if (is_sound(r, line, text, err))
			break;
		if ((result = pass_damage(r, text, rest, err)) != READER_LINE)
			return result;
	}
	r->lines = rest;
	r->at = (struct cursor){ .segment = r->number, .offset = r->offset,
	    .seq = line->seq };
	memcpy(r->at.seal, line->seal, sizeof(r->at.seal));
	r->offset += text.n + 1;
	return READER_LINE;
}

/* Open the segment that holds the lines of segment `number`. */
static int
pick_segment(struct picker *p, uint32_t number, struct err *err)
{
	const struct segment *seg = segments_find(p->list, number);

	picker_close(p);
	if (seg == NULL)
		return err_set(err, "there is no segment %06" PRIu32, number);
	if (segment_part(seg, number, &p->start) == -1)
		return err_set(err, "'%s' does not tell where segment %06"
		    PRIu32 " begins", seg->path, number);
	if (segment_open(&p->text, seg, err) == -1)
		return -1;
	p->number = number;
	return 0;
}

int
picker_read(struct picker *p, uint32_t segment, uint64_t offset,
    struct line *line, struct err *err)
{
	struct str lines, text;

	if ((p->number != segment || p->text.file == NULL) &&
	    pick_segment(p, segment, err) == -1 &&
	    (refresh(p->list, p->folder, err) == -1 ||
	    pick_segment(p, segment, err) == -1))
		return -1;
	p->text.chunk = PICKER_CHUNK;
	if (segment_lines(&p->text, p->start + offset, &lines, err) == -1)
		return -1;
	if (!line_split(&lines, &text) || line_read(line, text) == -1)
		return err_set(err, "'%s': no sealed line at offset %" PRIu64,
		    p->text.file, offset);
	return 0;
}

void
picker_close(struct picker *p)
{
	if (p->number != 0)
		segment_close(&p->text);
	p->number = 0;
}
