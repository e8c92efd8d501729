#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "store/check.h"
#include "store/ids.h"
#include "store/lock.h"
#include "store/log.h"
#include "store/mend.h"
#include "store/merge.h"
#include "store/reader.h"
#include "store/sealer.h"
#include "store/story.h"
#include "store/syncer.h"
#include "store/writer.h"

#define SECONDS_PER_DAY	86400
/* Bytes of a group that are worth another thread. */
#define SENT_LEAST	(32u << 10)
#define CLOCK_SLACK	5	/* seconds that clocks are set by */
/* Ids learned before they go to a run, when there are none yet: 8 MB. */
#define IDS_IN_MEMORY	(1u << 18)

struct writer {
	char		*store;
	char		*folder;	/* of the log: STORE/articles */
	struct writer_options options;
	int		 lock;
	bool		 unclean;	/* the last writer did not close */
	struct segments	 list;		/* the last is the active one */
	int		 fd;		/* of the active segment, or -1 */
	uint64_t	 size;		/* of it on disk for sure */
	int64_t		 day;		/* of it, since 1970 */
	uint64_t	 seq;		/* the last given */
	int64_t		 stored;	/* the last given: never falls */
	struct syncer	*syncer;	/* has the group before that */
	struct sealer	*sealer;	/* and the segment before */
	struct buf	 group;		/* lines not written yet */
	size_t		 pending;	/* records in it */
	int64_t		 since_ms;
	struct index_rows rows;		/* of the active segment */
	bool		 sealed_one;	/* since old ones were looked for */
	struct ids	*ids;
	struct picker	 picker;
	struct edits	*edits;		/* what people said about stories */
	struct stories	*stories;	/* NULL: not asked for */
	struct buf	 lost;		/* [from,to],... of lines that mending
					 * found gone, to be noted */
};

static const char *const owned[] = { "story", "revision", "seq", "stored", "x",
    NULL };
static const char *const owned_and_identity[] = { "key", "rev", "story",
    "revision", "seq", "stored", "x", NULL };

/* Nothing in it, or only what a crash while making it left. */
static bool
is_empty(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	bool empty = true;

	if (dir == NULL)
		die_errno("cannot read folder '%s'", folder);
	while (empty && (entry = readdir(dir)) != NULL)
		empty = entry->d_name[0] == '.' ||
		    strcmp(entry->d_name, "FORMAT.new") == 0;
	closedir(dir);
	return empty;
}

static void
make_folder(const char *path)
{
	struct err err;

	if (make_folders(path, 0755, &err) == -1 ||
	    sync_parent(path, &err) == -1)
		die("%s", err.msg);
}

void
store_make(const char *store)
{
	char *format = xasprintf("%s/FORMAT", store);
	char *articles = xasprintf("%s/articles", store);
	struct err err;

	make_folder(store);
	if (access(format, F_OK) == -1) {
		if (!is_empty(store))
			die("'%s' is no store: it has no file FORMAT and is "
			    "not empty", store);
		if (file_replace(format, STR("stance-store 1\n"), 0644,
		    &err) == -1)
			die("%s", err.msg);
	}
	if (store_check_format(store, &err) == -1)
		die("%s", err.msg);
	make_folder(articles);
	free(format);
	free(articles);
}

/* I4 */
static void
take_lock(struct writer *w)
{
	char *path = xasprintf("%s/LOCK", w->folder);
	long holder;
	struct err err;

	w->lock = lock_take(path, false, &w->unclean, &holder, &err); /* I3 */
	if (w->lock == -1 && holder != 0)
		die("'%s' has a writer already: process %ld", w->store,
		    holder);
	if (w->lock == -1)
		die("%s", err.msg);
	free(path);
}

/* What compaction has merged meanwhile is listed under other names. */
static void
list_anew(struct writer *w)
{
	struct segments list;
	struct err err;

	if (segments_list(&list, w->folder, &err) == -1)
		die("%s", err.msg);
	segments_release(&w->list);
	w->list = list;
}

static struct segment *
active(struct writer *w)
{
	assert(w->list.n > 0);
	return &w->list.v[w->list.n - 1];
}

static void
seal(struct writer *w, size_t i, const struct index_rows *rows)
{
	struct err err;

	if (segment_seal(&w->list, i, rows, &err) == -1)
		die("%s", err.msg);
}

static void
drop_plain(struct segment *seg)
{
	struct err err;

	if (segment_drop_plain(seg, &err) == -1)
		die("%s", err.msg);
}

/* Put the article of a stored line into the table of ids and, where it stands in
 * the active segment, into its rows. */
static void
learn(struct writer *w, const struct line *line, struct place place,
    struct arena *a)
{
	bool is_active = place.segment == active(w)->number &&
	    !active(w)->sealed;
	struct article art;
	struct str key, rev;
	struct err err;

	if (line->revision == 0 || article_read(&art, line, a, &err) == -1) {
		if (is_active)
			index_rows_add_other(&w->rows, line, place.offset);
		return;
	}
	key = record_key(&art.rec, a);
	rev = record_rev(&art.rec, a);
	ids_put(w->ids, id_of_key(key), place);
	ids_put(w->ids, id_of_text(key, rev), place);
	if (is_active)
		index_rows_add(&w->rows, &art, id_of_key(key), place.offset);
}

static void
flush_ids(struct writer *w, uint32_t last)
{
	struct err err;

	if (ids_flush(w->ids, last, &err) == -1)
		die("%s", err.msg);
}

/* Learn what no run of ids holds, and the last seq and time. */
static void
load(struct writer *w)
{
	struct arena a = ARENA_INIT;
	enum reader_result result;
	struct reader r;
	struct line line;
	uint32_t number;
	struct err err;

	if (reader_open(&r, w->store, &err) == -1)
		die("%s", err.msg);
	number = ids_covered(w->ids);
	reader_from(&r, number);
	r.check = true;		/* seqs go on behind a damaged line, too */
	while ((result = reader_next(&r, &line, &err)) != READER_END) {
		if (result == READER_DAMAGE && r.unread)	/* I8 */
			die("%s; see 'stance-store check'", err.msg);
		if (result == READER_DAMAGE) {
			warn("%s; see 'stance-store check'", err.msg);
			continue;
		}
		if (r.last != number &&
		    ids_in_memory(w->ids) >= IDS_IN_MEMORY)
			flush_ids(w, number);
		number = r.last;
		w->seq = line.seq;
		w->stored = line.stored;
		arena_reset(&a);
		learn(w, &line, (struct place){ r.at.segment,
		    (uint32_t)r.at.offset }, &a);
	}
	reader_close(&r);
	arena_release(&a);
}

/* Seal what a crash left between two segments. */
static void
seal_older(struct writer *w)
{
	for (size_t i = 0; i < w->list.n; i++) {
		struct segment *seg = &w->list.v[i];

		if (!seg->sealed && i + 1 < w->list.n)
			seal(w, i, NULL);
		else if (seg->sealed && seg->plain)
			drop_plain(seg);
	}
}

/* Take seq and time from the segment's last line: false when it has none. */
static bool
read_last(const struct segment *seg, uint64_t *seq, int64_t *stored)
{
	struct segment_text text;
	struct line line;
	struct str last = STR_NONE;
	bool found = false;
	struct err err;

	if (segment_open(&text, seg, &err) == -1 ||
	    segment_last_line(&text, &last, &err) == -1)
		die("%s; see 'stance-store check'", err.msg);	/* I7 */
	if (last.n > 0 && line_read(&line, last) == 0) {
		*seq = line.seq;
		*stored = line.stored;
		found = true;
	}
	segment_close(&text);
	return found;
}

/* Go on from the last line of the first `n` segments. */
static void
go_on_from(struct writer *w, size_t n)
{
	while (n > 0 && !read_last(&w->list.v[n - 1], &w->seq, &w->stored))
		n--;
}

static void
add_lost(void *arg, uint64_t from, uint64_t to)
{
	struct writer *w = arg;

	json_open(&w->lost, '[');
	json_put_int(&w->lost, (long long)from);
	json_put_int(&w->lost, (long long)to);
	json_close(&w->lost, ']');
}

/* Mend one segment; what was lost is noted in w->lost. */
static void
mend(struct writer *w, struct segment *seg, uint64_t seq)
{
	struct mended m;
	struct err err;

	if (mend_segment(w->store, seg, seq, &m, &err) == -1)
		die("%s", err.msg);
	if (m.damaged > 0)
		warn("'%s': %zu sound lines stay, %zu damaged bytes are in "
		    "quarantine", seg->path, m.lines, m.damaged);
	for (size_t i = 0; i < m.lost_count; i++)
		add_lost(w, m.lost[i].from, m.lost[i].to);
	mended_release(&m);
}

/* Days since 1970 of a segment: its path ends in 2026/11/23/000124. */
static int64_t
day_of(const struct segment *seg)
{
	const char *slash = strrchr(seg->path, '/');
	struct str day = { slash - 10, 10 };

	return days_from_civil(str_number(str_slice(day, 0, 4), 9999),
	    (int)str_number(str_slice(day, 5, 7), 12),
	    (int)str_number(str_slice(day, 8, 10), 31));
}

/* Go on behind the active segment's last line. */
static void
open_active(struct writer *w)
{
	char *path = segment_file(active(w));
	off_t end;

	w->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (w->fd == -1 || (end = lseek(w->fd, 0, SEEK_END)) == -1)
		die_errno("cannot open '%s'", path);
	w->size = (uint64_t)end;
	w->day = day_of(active(w));
	free(path);
}

/* Make STORE/articles/YYYY/MM/DD, each name durable. */
static void
make_day_folder(const char *day)
{
	char *path = xstrdup(day);
	struct err err;

	make_folder(day);
	for (int levels = 0; levels < 2; levels++) {
		*strrchr(path, '/') = '\0';
		if (sync_parent(path, &err) == -1)
			die("%s", err.msg);
	}
	free(path);
}

/* Begin a new active segment, its name durable before the first line. */
static void
begin_segment(struct writer *w)
{
	struct segment seg = { .plain = true };
	struct err err;
	char *day, *path;
	int64_t year;
	int month, dom;

	seg.number = seg.last = w->list.n > 0 ? active(w)->last + 1 : 1;
	w->day = w->stored / SECONDS_PER_DAY;
	civil_from_days(w->day, &year, &month, &dom);
	day = xasprintf("%s/articles/%04d/%02d/%02d", w->store, (int)year,
	    month, dom);
	seg.path = xasprintf("%s/%06" PRIu32, day, seg.number);
	path = segment_file(&seg);
	make_day_folder(day);
	w->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC,
	    0644);
	if (w->fd == -1)
		die_errno("cannot create '%s'", path);
	if (sync_parent(path, &err) == -1)
		die("%s", err.msg);
	w->size = 0;
	GROW(w->list.v, w->list.n, w->list.cap);
	w->list.v[w->list.n++] = seg;
	free(day);
	free(path);
}

/* Has the thread done its work, and nobody knows? */
static bool
is_sealed(struct writer *w)
{
	return sealer_has_work(w->sealer) && !sealer_is_busy(w->sealer);
}

/* Take note that the segment before is sealed, when it is. */
static void
end_sealing(struct writer *w)
{
	struct err err;

	if (!sealer_has_work(w->sealer))
		return;
	if (sealer_wait(w->sealer, &err) == -1)
		die("%s", err.msg);
	picker_close(&w->picker);
	list_anew(w);
	w->sealed_one = true;
}

/* The active segment is full: it is sealed while the next one is written.  The ids
 * of its articles go to a run when that one has its name, for a run of what may
 * still be the active segment would be taken for one of another store. */
static void
end_segment(struct writer *w)
{
	struct segments list;

	assert(w->pending == 0);
	end_sealing(w);
	if (close(w->fd) == -1)
		die_errno("cannot close '%s'", active(w)->path);
	w->fd = -1;
	picker_close(&w->picker);
	list_anew(w);
	segments_copy(&list, &w->list);
	begin_segment(w);
	flush_ids(w, list.v[list.n - 1].last);
	sealer_start(w->sealer, &list, &w->rows);
}

/* Wait until the group that was sent is durable.  I2 */
static void
wait_sent(struct writer *w)
{
	size_t n = syncer_bytes(w->syncer).n;
	int error = syncer_wait(w->syncer);

	if (error != 0)
		die("cannot write to '%s': %s", active(w)->path,
		    strerror(error));
	w->size += n;
}

static void
commit_group(struct writer *w)
{
	wait_sent(w);
	if (w->pending == 0)
		return;
	/* I1, I2 */
	if (write_full(w->fd, w->group.p, w->group.n) == -1 ||
	    fdatasync(w->fd) == -1)
		die_errno("cannot write to '%s'", active(w)->path);
	w->size += w->group.n;
	w->pending = 0;
	buf_reset(&w->group);
}

/* Where the next line will begin. */
static uint64_t
end_of_lines(const struct writer *w)
{
	return w->size + syncer_bytes(w->syncer).n + w->group.n;
}

/* Have an active segment of today with room in it. */
static void
have_segment(struct writer *w)
{
	if (w->fd != -1 &&
	    (end_of_lines(w) >= w->options.segment_size ||
	    w->day != w->stored / SECONDS_PER_DAY)) {
		commit_group(w);
		end_segment(w);
	} else if (w->fd == -1)
		begin_segment(w);
}

/* The stored line at `place`, which may still be in the group. */
static void
read_back(struct writer *w, struct place place, struct line *line)
{
	struct str sent = syncer_bytes(w->syncer), rest, text;
	struct err err;

	if (w->fd == -1 || place.segment != active(w)->number ||
	    place.offset < w->size) {
		if (picker_read(&w->picker, place.segment, place.offset, line,
		    &err) == -1)
			die("%s; see 'stance-store check'", err.msg);
		return;
	}
	rest = place.offset < w->size + sent.n ?
	    str_from(sent, place.offset - w->size) :
	    str_from(buf_str(&w->group), place.offset - w->size - sent.n);
	if (!line_split(&rest, &text) || line_read(line, text) == -1)
		BUG("the group holds a line that is none");
}

/* I8: look `id` up and read the record there: true, and its line in *found, when
 * it has this key and, unless `rev` is absent, this rev. */
static bool
look_up(struct writer *w, uint64_t id, struct str key, struct str rev,
    struct arena *a, struct line *found)
{
	struct record rec;
	struct place place;
	struct err err;

	if (!ids_find(w->ids, id, &place) ||
	    (w->list.n > 0 && place.segment < w->list.v[0].number)) /* gone */
		return false;
	read_back(w, place, found);
	if (record_read(&rec, found->text, a, &err) == -1)
		die("segment %06" PRIu32 " at offset %" PRIu32 ": %s; see "
		    "'stance-store check'", place.segment, place.offset,
		    err.msg);
	return str_eq(record_key(&rec, a), key) &&
	    (rev.p == NULL || str_eq(record_rev(&rec, a), rev));
}

/* What is this article to those that are here?  A revision stays in its
 * story. */
static void
compare(struct writer *w, const struct record *rec, struct arena *a,
    struct added *added, struct story *story)
{
	struct article before;
	struct line found;
	struct err ignored;

	added->key = record_key(rec, a);
	added->rev = record_rev(rec, a);
	added->status = ADDED_NEW;
	added->revision = 1;
	added->key_id = id_of_key(added->key);
	added->text_id = id_of_text(added->key, added->rev);
	if (look_up(w, added->text_id, added->key, added->rev, a, &found)) {
		added->status = ADDED_DUPLICATE;
		added->seq = found.seq;
		added->revision = found.revision;
	} else if (look_up(w, added->key_id, added->key, STR_NONE, a,
	    &found)) {
		added->status = ADDED_REVISION;
		added->revision = found.revision + 1;
		if (article_read(&before, &found, a, &ignored) == 0 &&
		    story_read(&before, w->edits, story))
			story->by = JOINED_REVISION;
	}
}

static bool
has_text(const struct record *rec, enum record_field field, struct arena *a)
{
	return record_str(rec, field, a).n > 0;
}

/* Append the record's line to the group; an article gets key and rev where it
 * came without. */
static void
append(struct writer *w, const struct record *rec, struct arena *a,
    const struct added *added, const struct story *story)
{
	size_t start = w->group.n;

	if (added->key.p == NULL || (has_text(rec, RECORD_KEY, a) &&
	    has_text(rec, RECORD_REV, a)))
		record_copy(&w->group, rec, owned);
	else {
		record_copy(&w->group, rec, owned_and_identity);
		json_member_str(&w->group, "key", added->key);
		json_member_str(&w->group, "rev", added->rev);
	}
	if (story->id[0] != '\0') {
		json_name(&w->group, "story");
		story_put(&w->group, story);
	}
	line_finish(&w->group, start, added->revision, added->seq, w->stored);
	if (w->pending++ == 0)
		w->since_ms = clock_monotonic_ms();
}

/* Its row of the index to be. */
static void
describe(struct writer *w, const struct record *rec, struct arena *a,
    const struct added *added, uint64_t offset)
{
	struct line line = { .seq = added->seq, .revision = added->revision,
	    .stored = w->stored };
	struct article art;
	struct err ignored;

	if (added->revision == 0 || article_of(&art, rec, a, &ignored) == -1) {
		index_rows_add_other(&w->rows, &line, offset);
		return;
	}
	art.line = &line;
	index_rows_add(&w->rows, &art, added->key_id, offset);
}

/* A stored article, for the stories to compare. */
static bool
read_article(void *arg, struct place place, struct arena *a,
    struct article *art)
{
	struct writer *w = arg;
	struct line *line = arena_alloc(a, sizeof(*line));
	struct err ignored;

	if (place.segment < w->list.v[0].number)	/* dropped */
		return false;
	read_back(w, place, line);
	return article_read(art, line, a, &ignored) == 0;
}

static void
find_story(struct writer *w, const struct record *rec, struct place place,
    struct arena *a, struct story *story)
{
	struct article art;
	struct err ignored;

	if (w->stories != NULL && article_of(&art, rec, a, &ignored) == 0)
		stories_place(w->stories, &art, w->stored, place, story);
}

/* Read the articles of the window again. */
static void
remember_stories(struct writer *w)
{
	int64_t oldest = clock_now() - STORY_WINDOW_S;
	struct arena a = ARENA_INIT;
	enum reader_result result;
	struct article art;
	struct reader r;
	struct line line;
	struct err err;

	w->stories = stories_new(read_article, w, w->edits);
	if (reader_open(&r, w->store, &err) == -1)
		die("%s", err.msg);
	reader_from(&r, segment_before(&r.list, oldest));
	while ((result = reader_next(&r, &line, &err)) != READER_END) {
		arena_reset(&a);
		if (result == READER_LINE && line.revision == 1 &&
		    line.stored >= oldest &&
		    article_read(&art, &line, &a, &err) == 0)
			stories_remember(w->stories, &art, line.stored,
			    (struct place){ r.at.segment,
			    (uint32_t)r.at.offset });
	}
	reader_close(&r);
	arena_release(&a);
}

/* Somebody has just said that the article with this key is a story of its own: its
 * text leads there from now on. */
static void
remember_split(void *arg, struct str key)
{
	struct writer *w = arg;
	uint64_t id = id_of_key(key);
	struct arena a = ARENA_INIT;
	struct place place;
	struct article art;
	struct line line;
	struct err ignored;

	if (w->stories != NULL && ids_find(w->ids, id, &place) &&
	    look_up(w, id, key, STR_NONE, &a, &line) &&
	    article_read(&art, &line, &a, &ignored) == 0)
		stories_remember(w->stories, &art, line.stored, place);
	arena_release(&a);
}

/* See what people have said about stories meanwhile. */
static void
refresh_edits(struct writer *w)
{
	struct err err;
	int rc = edits_refresh(w->edits, remember_split, w, &err);

	if (rc == -1)
		die("%s", err.msg);
	if (rc == 1 && w->stories != NULL)
		stories_forget(w->stories);
}

void
writer_add(struct writer *w, const struct record *rec, struct arena *a,
    struct added *added)
{
	int64_t now = clock_now();
	struct story story = { .id = "" };
	struct place place;

	*added = (struct added){ .status = ADDED_NEW };
	if (w->pending == 0)
		refresh_edits(w);
	if (record_is_article(rec)) {
		compare(w, rec, a, added, &story);
		if (added->status == ADDED_DUPLICATE)
			return;
	}
	if (now > w->stored)
		w->stored = now;
	have_segment(w);
	place = (struct place){ active(w)->number,
	    (uint32_t)end_of_lines(w) };
	added->seq = ++w->seq;		/* I7 */
	if (added->status == ADDED_NEW && added->revision > 0)
		find_story(w, rec, place, a, &story);
	append(w, rec, a, added, &story);
	describe(w, rec, a, added, place.offset);
	if (added->revision > 0) {
		ids_put(w->ids, added->key_id, place);
		ids_put(w->ids, added->text_id, place);
	}
}

size_t
writer_pending(const struct writer *w)
{
	return w->pending;
}

long
writer_age_ms(const struct writer *w)
{
	return w->pending ? (long)(clock_monotonic_ms() - w->since_ms) : 0;
}

/* Write a manifest record: what is gone, and why. */
static void
add_manifest(struct writer *w, struct str text)
{
	struct arena a = ARENA_INIT;
	struct record rec;
	struct added added;
	struct err err;

	if (record_read(&rec, text, &a, &err) == -1)
		BUG("a manifest that is no record");
	writer_add(w, &rec, &a, &added);
	commit_group(w);
	arena_release(&a);
}

/* What mending found gone is known to check from now on. */
static void
note_lost(struct writer *w)
{
	struct buf b = BUF_INIT;

	if (w->lost.n == 0)
		return;
	buf_addf(&b, "{\"type\":\"manifest\",\"action\":\"mend\","
	    "\"lost\":[%.*s]}", STR_FMT(buf_str(&w->lost)));
	add_manifest(w, buf_str(&b));
	buf_reset(&w->lost);
	buf_release(&b);
}

/* How many of the oldest segments ended so long before the newest record that
 * they are no longer kept.  A clock that jumps ahead drops nothing before
 * records have come to say the same. */
static size_t
count_old(const struct writer *w)
{
	size_t n = 0;
	struct meta meta;
	struct err ignored;

	while (w->options.keep > 0 && n + 1 < w->list.n &&
	    w->list.v[n].sealed &&
	    meta_read(&w->list.v[n], &meta, &ignored) == 0 &&
	    meta.last_stored < w->stored - w->options.keep)
		n++;
	return n;
}

/* Name the `n` oldest segments in a manifest record.  The lines before them were
 * dropped earlier, and the records that said so may be among these. */
static void
note_dropped(struct writer *w, size_t n)
{
	struct buf b = BUF_INIT;
	struct meta meta = { .last_seq = 0 };
	struct err err;

	buf_addz(&b, "{\"type\":\"manifest\",\"action\":\"drop\"");
	json_name(&b, "segments");
	json_open(&b, '[');
	for (size_t i = 0; i < n; i++) {
		if (meta_read(&w->list.v[i], &meta, &err) == -1)
			die("%s", err.msg);
		json_open(&b, '{');
		json_member_str(&b, "file", str_from(str_of(
		    w->list.v[i].path), strlen(w->folder) + 1));
		json_member_str(&b, "sha256", str_of(meta.sha256));
		json_close(&b, '}');
	}
	json_close(&b, ']');
	buf_addf(&b, ",\"lost\":[[1,%" PRIu64 "]]}", meta.last_seq);
	add_manifest(w, buf_str(&b));
	buf_release(&b);
}

/* Drop what is older than is kept.  Compaction has the same segments in hand
 * when it runs; then it is for the next time. */
static void
drop_old(struct writer *w)
{
	int lock;
	size_t n;
	struct err err;

	if (count_old(w) == 0 || (lock = merge_lock(w->store, &err)) == -1)
		return;
	list_anew(w);
	if ((n = count_old(w)) > 0) {
		note_dropped(w, n);
		for (size_t i = 0; i < n; i++) {
			if (segment_remove(&w->list.v[i], &err) == -1)
				die("%s", err.msg);
			segment_prune(w->list.v[i].path);
		}
		picker_close(&w->picker);
		list_anew(w);
		ids_forget(w->ids, w->list.v[0].number);
	}
	if (lock_release(lock, &err) == -1)
		die("%s", err.msg);
}

void
writer_send(struct writer *w)
{
	if (w->sealed_one || is_sealed(w) || w->group.n < SENT_LEAST) {
		writer_commit(w);
		return;
	}
	wait_sent(w);
	if (w->pending == 0)
		return;
	syncer_start(w->syncer, w->fd, &w->group);
	w->pending = 0;
}

void
writer_commit(struct writer *w)
{
	commit_group(w);
	if (is_sealed(w))
		end_sealing(w);
	if (w->sealed_one) {
		w->sealed_one = false;
		drop_old(w);
	}
}

/* Take the lock and list what is there. */
static struct writer *
writer_lock(const char *store)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	struct err err;

	w->store = xstrdup(store);
	w->folder = xasprintf("%s/articles", store);
	w->fd = -1;
	w->picker = PICKER_INIT(&w->list, w->folder);
	w->syncer = syncer_new();
	w->sealer = sealer_new();
	take_lock(w);
	list_anew(w);
	if (notes_recover(store, &err) == -1)
		die("%s", err.msg);
	if ((w->edits = edits_load(store, &err)) == NULL)
		die("%s", err.msg);
	return w;
}

static uint32_t
last_sealed(struct writer *w)
{
	size_t n = w->list.n;

	if (n > 0 && !active(w)->sealed)
		n--;
	return n > 0 ? w->list.v[n - 1].last : 0;
}

/* Does anything in this segment need mending? */
static bool
is_damaged(const struct segment *seg, uint64_t seq)
{
	struct segment_text text;
	struct str lines, one;
	struct line line;
	uint64_t at = 0;
	struct err err;
	bool sound = segment_open(&text, seg, &err) == 0;

	while (sound && (sound = segment_lines(&text, at, &lines, &err) == 0) &&
	    lines.n > 0) {
		at += lines.n;
		while (sound && line_split(&lines, &one)) {
			sound = line_read(&line, one) == 0 &&
			    line.seq > seq && line_is_whole(&line);
			seq = line.seq;
		}
	}
	segment_close(&text);
	return !sound || segment_is_torn(seg);
}

static struct ids *
open_ids(struct writer *w, const char *folder)
{
	struct err err;
	struct ids *ids = ids_open(folder, w->list.n > 0 ?
	    w->list.v[0].number : 1, &err);

	if (ids == NULL)
		die("%s", err.msg);
	return ids;
}

/* Arrivals never fall (I7): until a clock that was set back has caught up, all
 * bear the time of the newest. */
static void
warn_of_clock(const struct writer *w)
{
	int64_t behind = w->stored - clock_now();
	char when[DATE_SIZE];

	date_format_utc(w->stored, when);
	if (behind > CLOCK_SLACK)
		warn("the clock is %" PRId64 " s behind the newest record of "
		    "'%s': new ones will bear its time, %s", behind,
		    w->store, when);
}

/* Read what is sound by now, and be ready to append. */
static void
writer_start(struct writer *w)
{
	char *folder = xasprintf("%s/ids", w->store);
	struct err err;

	seal_older(w);
	if (w->list.nmerged > 0 && merge_sweep(w->store, &err) == -1)
		die("%s", err.msg);
	w->ids = open_ids(w, folder);
	if (ids_covered(w->ids) > last_sealed(w)) {	/* of other files */
		ids_free(w->ids);
		ids_remove(folder);
		w->ids = open_ids(w, folder);
	}
	go_on_from(w, w->list.n);
	load(w);
	if (w->list.n > 0 && !active(w)->sealed)
		open_active(w);
	if (lock_sign(w->lock, &err) == -1)
		die("%s", err.msg);
	warn_of_clock(w);
	note_lost(w);
	drop_old(w);
	free(folder);
}

struct writer *
writer_open(const char *store, const struct writer_options *options)
{
	struct writer *w = writer_lock(store);

	w->options = *options;
	if (w->list.n > 0 && !active(w)->sealed &&
	    (w->unclean || segment_is_torn(active(w)))) {
		go_on_from(w, w->list.n - 1);
		mend(w, active(w), w->seq);
	}
	writer_start(w);
	if (options->stories)
		remember_stories(w);
	return w;
}

void
writer_close(struct writer *w)
{
	struct err err;

	do {			/* what is too old is dropped then, with a note */
		writer_commit(w);
		end_sealing(w);
	} while (w->sealed_one);
	if (w->fd != -1 && close(w->fd) == -1)
		die_errno("cannot close '%s'", active(w)->path);
	if (lock_release(w->lock, &err) == -1)
		die("%s", err.msg);
	picker_close(&w->picker);
	segments_release(&w->list);
	ids_free(w->ids);
	stories_free(w->stories);
	syncer_free(w->syncer);
	sealer_free(w->sealer);
	edits_free(w->edits);
	buf_release(&w->group);
	buf_release(&w->lost);
	index_rows_release(&w->rows);
	free(w->folder);
	free(w->store);
	free(w);
}

/* Describe anew what its description or index does not fit. */
static void
mend_descriptions(const struct segments *list)
{
	struct err err;

	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].sealed && seal_check(&list->v[i],
		    i > 0 ? &list->v[i - 1] : NULL, &err) == -1 &&
		    seal_describe(list, i, &err) == -1)
			die("%s", err.msg);
}

static void
note_fault(void *arg, const char *what)
{
	bool *any = arg;

	(void)what;
	*any = true;
}

void
writer_repair(const char *store)
{
	struct writer *w = writer_lock(store);
	char *ids = xasprintf("%s/ids", store);
	uint64_t seq = 0;
	int64_t stored;
	bool stale = false;
	struct err err;
	int lock = merge_lock(store, &err);

	if (lock == -1)
		die("%s", err.msg);
	ids_check(ids, note_fault, &stale);
	for (size_t i = 0; i < w->list.n; i++) {
		if (is_damaged(&w->list.v[i], seq) ||
		    (w->unclean && !w->list.v[i].sealed)) {	/* I3 */
			mend(w, &w->list.v[i], seq);
			stale = true;		/* places have moved */
		}
		read_last(&w->list.v[i], &seq, &stored);
	}
	if (notes_mend(store, &err) == -1 || lock_release(lock, &err) == -1)
		die("%s", err.msg);
	if (stale)
		ids_remove(ids);
	buf_reset(&w->lost);		/* gaps of an earlier time, too */
	check_gaps(store, add_lost, w);
	writer_start(w);
	mend_descriptions(&w->list);
	writer_close(w);
	free(ids);
}

void
writer_index(const char *store)
{
	char *folder = xasprintf("%s/articles", store);
	struct segments list;
	struct err err;
	int lock = merge_lock(store, &err);

	if (lock == -1 || segments_list(&list, folder, &err) == -1)
		die("%s", err.msg);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i].sealed && index_rebuild(&list.v[i], &err) == -1)
			die("%s", err.msg);
	if (lock_release(lock, &err) == -1)
		die("%s", err.msg);
	segments_release(&list);
	free(folder);
}
