#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "store/ids.h"
#include "store/mend.h"
#include "store/reader.h"
#include "store/seal.h"
#include "store/story.h"
#include "store/writer.h"

#define SECONDS_PER_DAY	86400
/* Ids learned before they go to a run, when there are none yet: 32 MB. */
#define IDS_IN_MEMORY	(1u << 20)

struct writer {
	char		*store;
	uint64_t	 segment_size;	/* sealed when it has grown to this */
	int		 lock;
	bool		 unclean;	/* the last writer did not close */
	struct segments	 list;		/* the last is the active one */
	int		 fd;		/* of the active segment, or -1 */
	uint64_t	 size;		/* of it on disk */
	int64_t		 day;		/* of it, since 1970 */
	uint64_t	 seq;		/* the last given */
	int64_t		 stored;	/* the last given: never falls */
	struct buf	 group;		/* lines not written yet */
	size_t		 pending;	/* records in it */
	int64_t		 since_ms;
	struct ids	*ids;
	struct picker	 picker;
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

/* The lock file holds the writer's pid for as long as it works and is empty
 * after a clean end: what it says on opening tells how the last one went. */
static void
take_lock(struct writer *w)
{
	char *path = xasprintf("%s/articles/LOCK", w->store);
	char text[32] = "";
	ssize_t n;

	w->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (w->lock == -1)
		die_errno("cannot open '%s'", path);
	if (flock(w->lock, LOCK_EX | LOCK_NB) == -1) {	/* I4 */
		if (errno != EWOULDBLOCK)
			die_errno("cannot lock '%s'", path);
		read_full(w->lock, text, sizeof(text) - 1);
		die("'%s' has a writer already: process %ld", w->store,
		    strtol(text, NULL, 10));
	}
	n = read_full(w->lock, text, sizeof(text) - 1);
	if (n == -1)
		die_errno("cannot read '%s'", path);
	w->unclean = n > 0;			/* I3 */
	free(path);
}

static void
sign_lock(struct writer *w)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%-20ld\n", (long)getpid());

	if (lseek(w->lock, 0, SEEK_SET) == -1 ||
	    write_full(w->lock, text, (size_t)n) == -1 || fsync(w->lock) == -1)
		die_errno("cannot write the lock of '%s'", w->store);
}

static struct segment *
active(struct writer *w)
{
	assert(w->list.n > 0);
	return &w->list.v[w->list.n - 1];
}

static void
seal(struct writer *w, size_t i)
{
	struct err err;

	if (segment_seal(&w->list.v[i], i > 0 ? &w->list.v[i - 1] : NULL,
	    &err) == -1)
		die("%s", err.msg);
}

static void
drop_plain(struct segment *seg)
{
	struct err err;

	if (segment_drop_plain(seg, &err) == -1)
		die("%s", err.msg);
}

/* Put the article of a stored line into the table of ids. */
static void
learn(struct writer *w, const struct line *line, struct place place,
    struct arena *a)
{
	struct record rec;
	struct str key, rev;
	struct err err;

	if (line->revision == 0 || record_read(&rec, line->text, a, &err) == -1)
		return;
	key = record_key(&rec, a);
	rev = record_rev(&rec, a);
	ids_put(w->ids, id_of_key(key), place);
	ids_put(w->ids, id_of_text(key, rev), place);
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
		if (r.number != number &&
		    ids_in_memory(w->ids) >= IDS_IN_MEMORY)
			flush_ids(w, number);
		number = r.number;
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
			seal(w, i);
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
	for (size_t i = 0; i < m.lost_count; i++) {
		json_open(&w->lost, '[');
		json_put_int(&w->lost, (long long)m.lost[i].from);
		json_put_int(&w->lost, (long long)m.lost[i].to);
		json_close(&w->lost, ']');
	}
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

	seg.number = w->list.n > 0 ? active(w)->number + 1 : 1;
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

static void
end_segment(struct writer *w)
{
	assert(w->pending == 0);
	if (close(w->fd) == -1)
		die_errno("cannot close '%s'", active(w)->path);
	w->fd = -1;
	picker_close(&w->picker);
	seal(w, w->list.n - 1);
	flush_ids(w, active(w)->number);
}

/* Have an active segment of today with room in it. */
static void
have_segment(struct writer *w)
{
	if (w->fd != -1 && (w->size + w->group.n >= w->segment_size ||
	    w->day != w->stored / SECONDS_PER_DAY)) {
		writer_commit(w);
		end_segment(w);
	}
	if (w->fd == -1)
		begin_segment(w);
}

/* The stored line at `place`, which may still be in the group. */
static void
read_back(struct writer *w, struct place place, struct line *line)
{
	struct err err;
	struct str rest, text;

	if (w->fd == -1 || place.segment != active(w)->number ||
	    place.offset < w->size) {
		if (picker_read(&w->picker, place.segment, place.offset, line,
		    &err) == -1)
			die("%s; see 'stance-store check'", err.msg);
		return;
	}
	rest = str_from(buf_str(&w->group), place.offset - w->size);
	if (!str_split(&rest, '\n', &text) || line_read(line, text) == -1)
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

	if (!ids_find(w->ids, id, &place))
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
	if (look_up(w, id_of_text(added->key, added->rev), added->key,
	    added->rev, a, &found)) {
		added->status = ADDED_DUPLICATE;
		added->seq = found.seq;
		added->revision = found.revision;
	} else if (look_up(w, id_of_key(added->key), added->key, STR_NONE, a,
	    &found)) {
		added->status = ADDED_REVISION;
		added->revision = found.revision + 1;
		if (article_read(&before, &found, a, &ignored) == 0 &&
		    story_read(&before, story))
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

/* Title and text of a stored article, for the stories to compare. */
static struct str
read_text(void *arg, struct place place, struct arena *a)
{
	struct writer *w = arg;
	struct article art;
	struct line line;
	struct err ignored;

	read_back(w, place, &line);
	return article_read(&art, &line, a, &ignored) == 0 ?
	    story_text(&art) : STR_NONE;
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

	w->stories = stories_new(read_text, w);
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

void
writer_add(struct writer *w, const struct record *rec, struct arena *a,
    struct added *added)
{
	int64_t now = clock_now();
	struct story story = { .id = "" };
	struct place place;

	*added = (struct added){ .status = ADDED_NEW };
	if (record_is_article(rec)) {
		compare(w, rec, a, added, &story);
		if (added->status == ADDED_DUPLICATE)
			return;
	}
	if (now > w->stored)
		w->stored = now;
	have_segment(w);
	place = (struct place){ active(w)->number,
	    (uint32_t)(w->size + w->group.n) };
	added->seq = ++w->seq;		/* I7 */
	if (added->status == ADDED_NEW && added->revision > 0)
		find_story(w, rec, place, a, &story);
	append(w, rec, a, added, &story);
	if (added->revision > 0) {
		ids_put(w->ids, id_of_key(added->key), place);
		ids_put(w->ids, id_of_text(added->key, added->rev), place);
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

void
writer_commit(struct writer *w)
{
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

/* A manifest record tells check that these lines are known to be gone. */
static void
note_lost(struct writer *w)
{
	struct arena a = ARENA_INIT;
	struct record rec;
	struct added added;
	struct str line;
	struct err err;

	if (w->lost.n == 0)
		return;
	line = arena_printf(&a, "{\"type\":\"manifest\",\"action\":\"mend\","
	    "\"lost\":[%.*s]}", STR_FMT(buf_str(&w->lost)));
	if (record_read(&rec, line, &a, &err) == -1)
		BUG("a manifest that is no record");
	writer_add(w, &rec, &a, &added);
	writer_commit(w);
	buf_reset(&w->lost);
	arena_release(&a);
}

/* Take the lock and list what is there. */
static struct writer *
writer_lock(const char *store)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	char *folder = xasprintf("%s/articles", store);
	struct err err;

	w->store = xstrdup(store);
	w->fd = -1;
	w->picker = (struct picker){ &w->list, SEGMENT_TEXT_NONE, 0 };
	take_lock(w);
	if (segments_list(&w->list, folder, &err) == -1)
		die("%s", err.msg);
	free(folder);
	return w;
}

static uint32_t
last_sealed(struct writer *w)
{
	size_t n = w->list.n;

	if (n > 0 && !active(w)->sealed)
		n--;
	return n > 0 ? w->list.v[n - 1].number : 0;
}

/* Read what is sound by now, and be ready to append. */
static void
writer_start(struct writer *w)
{
	char *folder = xasprintf("%s/ids", w->store);
	struct err err;

	seal_older(w);
	if ((w->ids = ids_open(folder, &err)) == NULL)
		die("%s", err.msg);
	if (ids_covered(w->ids) > last_sealed(w)) {	/* of other files */
		ids_free(w->ids);
		ids_remove(folder);
		if ((w->ids = ids_open(folder, &err)) == NULL)
			die("%s", err.msg);
	}
	go_on_from(w, w->list.n);
	load(w);
	if (w->list.n > 0 && !active(w)->sealed)
		open_active(w);
	sign_lock(w);
	note_lost(w);
	free(folder);
}

struct writer *
writer_open(const char *store, uint64_t segment_size, bool stories)
{
	struct writer *w = writer_lock(store);

	w->segment_size = segment_size;
	if (w->unclean && w->list.n > 0 && !active(w)->sealed) {
		go_on_from(w, w->list.n - 1);
		mend(w, active(w), w->seq);
	}
	writer_start(w);
	if (stories)
		remember_stories(w);
	return w;
}

void
writer_close(struct writer *w)
{
	writer_commit(w);
	if (w->fd != -1 && close(w->fd) == -1)
		die_errno("cannot close '%s'", active(w)->path);
	if (ftruncate(w->lock, 0) == -1)
		die_errno("cannot write the lock of '%s'", w->store);
	close(w->lock);
	picker_close(&w->picker);
	segments_release(&w->list);
	ids_free(w->ids);
	stories_free(w->stories);
	buf_release(&w->group);
	buf_release(&w->lost);
	free(w->store);
	free(w);
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
		while (sound && str_split(&lines, '\n', &one)) {
			sound = line_read(&line, one) == 0 &&
			    line.seq > seq && line_is_whole(&line);
			seq = line.seq;
		}
	}
	segment_close(&text);
	return !sound;
}

void
writer_repair(const char *store)
{
	struct writer *w = writer_lock(store);
	char *ids = xasprintf("%s/ids", store);
	uint64_t seq = 0;
	int64_t stored;

	for (size_t i = 0; i < w->list.n; i++) {
		if (is_damaged(&w->list.v[i], seq))
			mend(w, &w->list.v[i], seq);
		read_last(&w->list.v[i], &seq, &stored);
	}
	ids_remove(ids);		/* places may have moved */
	writer_start(w);
	writer_close(w);
	free(ids);
}
