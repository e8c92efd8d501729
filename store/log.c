#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/record.h"
#include "store/lock.h"
#include "store/log.h"
#include "store/mend.h"
#include "store/segment.h"

static const char *const owned[] = { "seq", "stored", "x", NULL };

/* Hand out the sound lines behind *at, and move it behind the last whole one. */
static int
read_on(struct segment_text *text, uint64_t *at, void (*take)(void *arg,
    const struct line *line, struct arena *a), void *arg, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct str lines, one;
	struct line line;
	int rc = 0;

	while (rc == 0 && (rc = segment_lines(text, *at, &lines, err)) == 0 &&
	    lines.n > 0) {
		*at += lines.n;
		while (line_split(&lines, &one)) {
			arena_reset(&a);
			if (line_read(&line, one) == 0 && line_is_whole(&line))
				take(arg, &line, &a);
		}
	}
	arena_release(&a);
	return rc;
}

int
log_each(char *path, void (*take)(void *arg, const struct line *line,
    struct arena *a), void *arg, struct err *err)
{
	struct segment seg = { .path = path };
	struct segment_text text;
	uint64_t at = 0;
	int rc = segment_open(&text, &seg, err);

	if (rc == 0)
		rc = read_on(&text, &at, take, arg, err);
	segment_close(&text);
	return rc;
}

/* The files of the notes, as segments without a day. */
static int
by_path(const void *a, const void *b)
{
	const struct segment *s = a, *t = b;

	return strcmp(s->path, t->path);
}

static int
list_notes(const char *store, struct segments *list, struct err *err)
{
	char *folder = xasprintf("%s/notes", store);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int rc = 0;

	*list = (struct segments){ .v = NULL };
	if (dir == NULL && errno != ENOENT)
		rc = err_set(err, "cannot read folder '%s': %s", folder,
		    strerror(errno));
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		struct str name = str_of(entry->d_name);

		if (name.n != 13 || !str_ends(name, STR(".jsonl")))
			continue;
		GROW(list->v, list->n, list->cap);
		list->v[list->n++] = (struct segment){ .plain = true,
		    .path = xasprintf("%s/%.7s", folder, name.p) };
	}
	if (dir != NULL)
		closedir(dir);
	free(folder);
	if (list->n > 0)
		qsort(list->v, list->n, sizeof(*list->v), by_path);
	return rc;
}

static bool
is_folder(const char *store)
{
	char *folder = xasprintf("%s/notes", store);
	struct stat st;
	bool is = stat(folder, &st) == 0 || errno != ENOENT;

	free(folder);
	return is;
}

/* When the folder was changed, or nothing where that was so lately that one more
 * change might not show. */
static struct timespec
folder_changed(const char *store)
{
	char *folder = xasprintf("%s/notes", store);
	struct timespec when = { 0 };
	struct stat st;

	if (stat(folder, &st) == 0 && st.st_mtim.tv_sec < clock_now() - 1)
		when = st.st_mtim;
	free(folder);
	return when;
}

/* Is the last file as long as it was when it was read? */
static bool
is_as_read(const struct notes_cursor *at)
{
	char *path = xasprintf("%s.jsonl", at->path);
	struct stat st;
	bool same = stat(path, &st) == 0 && st.st_ino == at->inode &&
	    (uint64_t)st.st_size == at->offset;

	free(path);
	return same;
}

bool
notes_have_come(const char *store, const struct notes_cursor *at)
{
	struct timespec when;

	if (at->path == NULL)
		return is_folder(store);
	when = folder_changed(store);
	return when.tv_sec == 0 || when.tv_sec != at->changed.tv_sec ||
	    when.tv_nsec != at->changed.tv_nsec || !is_as_read(at);
}

/* One file of the list; 1: it is not the one that was read. */
static int
file_behind(struct segment *seg, struct notes_cursor *at, void (*take)(
    void *arg, const struct line *line, struct arena *a), void *arg,
    struct err *err)
{
	int order = at->path ? strcmp(seg->path, at->path) : 1;
	struct segment_text text;
	int rc;

	if (order < 0)
		return 0;
	rc = segment_open(&text, seg, err);
	if (rc == 0 && order == 0 && text.inode != at->inode)
		rc = 1;
	if (rc == 0 && order > 0) {
		free(at->path);
		*at = (struct notes_cursor){ .path = xstrdup(seg->path),
		    .inode = text.inode, .changed = at->changed };
	}
	if (rc == 0)
		rc = read_on(&text, &at->offset, take, arg, err);
	segment_close(&text);
	return rc;
}

int
notes_behind(const char *store, struct notes_cursor *at, void (*take)(
    void *arg, const struct line *line, struct arena *a), void *arg,
    struct err *err)
{
	struct timespec changed = folder_changed(store);
	struct segments list;
	int rc = list_notes(store, &list, err);

	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = file_behind(&list.v[i], at, take, arg, err);
	segments_release(&list);
	at->changed = changed;
	if (rc == 1)
		notes_cursor_release(at);
	return rc;
}

void
notes_cursor_release(struct notes_cursor *at)
{
	free(at->path);
	*at = (struct notes_cursor){ .path = NULL };
}

int
notes_each(const char *store, void (*take)(void *arg,
    const struct line *line, struct arena *a), void *arg, struct err *err)
{
	struct notes_cursor start = { .path = NULL };
	int rc = notes_behind(store, &start, take, arg, err);

	notes_cursor_release(&start);
	return rc;
}

static void
take_seq(void *arg, const struct line *line, struct arena *a)
{
	uint64_t *seq = arg;

	(void)a;
	*seq = line->seq;
}

/* Mend all files: their seqs rise through all of them. */
static int
mend_all(const char *store, const struct segments *list, struct err *err)
{
	uint64_t seq = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->n; i++) {
		struct mended m;

		rc = mend_segment(store, &list->v[i], seq, &m, err);
		if (rc == 0)
			seq = m.last_seq;
		mended_release(&m);
	}
	return rc;
}

/* Take the lock, mend what was left, list the files: the lock, or -1. */
static int
open_notes(const char *store, bool mend, struct segments *list,
    struct err *err)
{
	char *folder = xasprintf("%s/notes", store);
	char *path = xasprintf("%s/LOCK", folder);
	bool unclean = false;
	long holder;
	int lock = -1;

	*list = (struct segments){ .v = NULL };
	if (make_folders(folder, 0755, err) == 0 &&
	    sync_parent(folder, err) == 0)
		lock = lock_take(path, true, &unclean, &holder, err);
	if (lock != -1 && (list_notes(store, list, err) == -1 ||
	    lock_sign(lock, err) == -1 ||
	    ((unclean || mend) && mend_all(store, list, err) == -1))) {
		close(lock);
		lock = -1;
	}
	free(folder);
	free(path);
	return lock;
}

/* Append a line to the file at `path`; its name is durable, too. */
static int
append(const char *path, struct str line, struct err *err)
{
	bool is_new = access(path, F_OK) == -1;
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOFOLLOW, 0644);
	int rc = 0;

	if (fd == -1 || (is_new && sync_parent(path, err) == -1) ||
	    write_full(fd, line.p, line.n) == -1 || fdatasync(fd) == -1)
		rc = err_set(err, "cannot write to '%s': %s", path,
		    strerror(errno));
	if (fd != -1)
		close(fd);
	return rc;
}

/* The file of the month; a clock that was set back does not reopen an earlier
 * one. */
static char *
file_for(const char *store, const struct segments *list, int64_t now)
{
	char when[DATE_SIZE], *path;
	const char *last = list->n ? list->v[list->n - 1].path : NULL;

	date_format_utc(now, when);
	path = xasprintf("%s/notes/%.7s.jsonl", store, when);
	if (last == NULL || strncmp(last, path, strlen(last)) <= 0)
		return path;
	free(path);
	return xasprintf("%s.jsonl", last);
}

int
notes_add(const char *store, struct str object, uint64_t *seq,
    struct err *err)
{
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct segments list = { .v = NULL };
	struct record rec;
	int64_t now = clock_now();
	int lock = -1, rc = record_read(&rec, object, &a, err);
	char *path;

	*seq = 0;
	if (rc == 0)
		rc = lock = open_notes(store, false, &list, err);
	if (rc != -1)
		rc = notes_each(store, take_seq, seq, err);
	if (rc == 0) {
		record_copy(&b, &rec, owned);
		line_finish(&b, 0, 0, ++*seq, now);
		path = file_for(store, &list, now);
		rc = append(path, buf_str(&b), err);
		free(path);
	}
	if (rc == 0)			/* else the next one has to mend (I3) */
		rc = lock_release(lock, err);
	else if (lock != -1)
		close(lock);
	segments_release(&list);
	buf_release(&b);
	arena_release(&a);
	return rc;
}

static int
mend_notes(const char *store, bool always, struct err *err)
{
	struct segments list;
	int lock = open_notes(store, always, &list, err);

	segments_release(&list);
	return lock == -1 ? -1 : lock_release(lock, err);
}

int
notes_mend(const char *store, struct err *err)
{
	return is_folder(store) ? mend_notes(store, true, err) : 0;
}

int
notes_recover(const char *store, struct err *err)
{
	char *path = xasprintf("%s/notes/LOCK", store);
	int rc = lock_is_clean(path) ? 0 : mend_notes(store, false, err);

	free(path);
	return rc;
}

/* Name the first damaged line of one file. */
static void
check_file(struct segment *seg, const char *lock, uint64_t *seq,
    void (*fault)(void *arg, const char *what), void *arg)
{
	struct segment_text text;
	struct str lines = STR_NONE, one;
	struct line line;
	uint64_t at = 0;
	char what[600];
	struct err err;
	int rc = segment_open(&text, seg, &err);

	while (rc == 0 && (rc = segment_lines(&text, at, &lines, &err)) == 0 &&
	    lines.n > 0)
		while (line_split(&lines, &one)) {
			if (line_read(&line, one) == -1 ||
			    !line_is_whole(&line) || line.seq != *seq + 1) {
				snprintf(what, sizeof(what), "'%s': damaged "
				    "at offset %" PRIu64, text.file, at);
				fault(arg, what);
			}
			*seq = line.seq;
			at += one.n + 1;
		}
	if (rc == -1)
		fault(arg, err.msg);
	else if (lock_is_clean(lock) && segment_is_torn(seg) &&
	    lock_is_clean(lock)) {		/* nobody is writing */
		snprintf(what, sizeof(what), "'%s' ends within a line",
		    text.file);
		fault(arg, what);
	}
	segment_close(&text);
}

void
notes_check(const char *store, void (*fault)(void *arg, const char *what),
    void *arg)
{
	char *lock = xasprintf("%s/notes/LOCK", store);
	struct segments list;
	uint64_t seq = 0;
	struct err err;

	if (list_notes(store, &list, &err) == -1)
		fault(arg, err.msg);
	for (size_t i = 0; i < list.n; i++)
		check_file(&list.v[i], lock, &seq, fault, arg);
	free(lock);
	segments_release(&list);
}
