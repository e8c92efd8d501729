#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/record.h"
#include "store/ids.h"
#include "store/log.h"
#include "store/mend.h"
#include "store/outbox.h"

struct outbox {
	char		*path;		/* without ".jsonl" */
	int		 lock, fd;
	bool		 old;
	struct cursor	 at;
	uint64_t	 seq;
	struct buf	 unwritten;
	struct ids	*known;		/* keys; while replaying, where in heap */
	struct delivery	*heap;		/* the first due on top */
	size_t		 n, cap;
	uint64_t	 order;
};

static bool
is_before(const struct delivery *a, const struct delivery *b)
{
	return a->due_ms != b->due_ms ? a->due_ms < b->due_ms :
	    a->order < b->order;
}

static void
sink(struct outbox *o, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;
		struct delivery kept = o->heap[i];

		if (child >= o->n)
			return;
		if (child + 1 < o->n &&
		    is_before(&o->heap[child + 1], &o->heap[child]))
			child++;
		if (!is_before(&o->heap[child], &kept))
			return;
		o->heap[i] = o->heap[child];
		o->heap[child] = kept;
		i = child;
	}
}

static void
rise(struct outbox *o, size_t i)
{
	while (i > 0 && is_before(&o->heap[i], &o->heap[(i - 1) / 2])) {
		struct delivery kept = o->heap[i];

		o->heap[i] = o->heap[(i - 1) / 2];
		o->heap[(i - 1) / 2] = kept;
		i = (i - 1) / 2;
	}
}

static void
push(struct outbox *o, const char *alert, struct str body, int64_t since)
{
	struct delivery *d;

	GROW(o->heap, o->n, o->cap);
	d = &o->heap[o->n++];
	*d = (struct delivery){ .since = since, .order = ++o->order };
	memcpy(d->alert, alert, sizeof(d->alert));
	d->body = (struct str){ xstrndup(body.p, body.n), body.n };
}

static void
free_body(struct delivery *d)
{
	free((void *)(uintptr_t)d->body.p);
	d->body = STR_NONE;
}

/* Begin a line of the log; finish_line() ends it. */
static size_t
begin_line(struct outbox *o, const char *event, const char *alert)
{
	struct buf *b = &o->unwritten;
	size_t start = b->n;

	json_open(b, '{');
	json_member_str(b, "type", STR("alert"));
	json_member_str(b, "event", str_of(event));
	json_member_str(b, "alert", str_of(alert));
	return start;
}

static void
finish_line(struct outbox *o, size_t start)
{
	line_finish(&o->unwritten, start, 0, ++o->seq, clock_now());
}

static void
put_cursor(struct outbox *o, const struct cursor *at)
{
	char cursor[CURSOR_SIZE];

	cursor_format(at, cursor);
	json_member_str(&o->unwritten, "cursor", str_of(cursor));
	o->at = *at;
}

static struct place
place_of(size_t index)
{
	return (struct place){ 0, (uint32_t)index };
}

/* A line of the log, taken apart. */
struct entry {
	struct str			 event, alert;
	const struct json_member	*body, *cursor, *n, *tells, *status;
	int64_t				 stored;
};

/* -1: it says nothing about an alert. */
static int
read_entry(struct entry *e, const struct line *line, struct arena *a)
{
	struct record rec;
	const struct json_member *m;
	struct err ignored;

	*e = (struct entry){ .stored = line->stored };
	if (record_read(&rec, line->text, a, &ignored) == -1)
		return -1;
	m = json_find(rec.members, rec.count, "event");
	e->event = m ? json_str(&m->value, a) : STR_NONE;
	m = json_find(rec.members, rec.count, "alert");
	e->alert = m ? json_str(&m->value, a) : STR_NONE;
	e->body = json_find(rec.members, rec.count, "body");
	e->cursor = json_find(rec.members, rec.count, "cursor");
	e->n = json_find(rec.members, rec.count, "n");
	e->tells = json_find(rec.members, rec.count, "tells");
	e->status = json_find(rec.members, rec.count, "status");
	return e->alert.n == ALERT_KEY_DIGITS || e->cursor != NULL ? 0 : -1;
}

static void
replay_line(void *arg, const struct line *line, struct arena *a)
{
	struct outbox *o = arg;
	struct place place;
	struct entry e;

	o->seq = line->seq;
	if (read_entry(&e, line, a) == -1)
		return;
	if (e.cursor != NULL)
		cursor_parse(&o->at, json_str(&e.cursor->value, a));
	if (e.alert.n != ALERT_KEY_DIGITS)
		return;
	if (str_eq(e.event, STR("intent")) && e.body != NULL) {
		push(o, arena_cstr(a, e.alert), e.body->value.raw, e.stored);
		ids_put(o->known, id_of_key(e.alert), place_of(o->n - 1));
		if (e.tells != NULL)
			ids_put(o->known,
			    id_of_key(json_str(&e.tells->value, a)),
			    place_of(o->n - 1));
	} else if (!ids_find(o->known, id_of_key(e.alert), &place))
		return;
	else if (str_eq(e.event, STR("result")))
		free_body(&o->heap[place.offset]);
	else if (e.n != NULL)
		o->heap[place.offset].attempts =
		    (unsigned)json_num(&e.n->value, 0);
}

/* Read the log; what is owed stays in the heap. */
static void
replay(struct outbox *o)
{
	size_t kept = 0;
	struct err err;

	if (log_each(o->path, replay_line, o, &err) == -1)
		die("%s", err.msg);
	for (size_t i = 0; i < o->n; i++)
		if (o->heap[i].body.p != NULL)
			o->heap[kept++] = o->heap[i];
	o->n = kept;
	for (size_t i = kept; i-- > 0;)
		sink(o, i);
	o->old = o->seq > 0;
}

static void
take_lock(struct outbox *o)
{
	char *path = xasprintf("%s.lock", o->path);

	o->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (o->lock == -1)
		die_errno("cannot open '%s'", path);
	if (flock(o->lock, LOCK_EX | LOCK_NB) == -1)
		die(errno == EWOULDBLOCK ? "'%s' is held: this alert runs "
		    "already" : "cannot lock '%s'", path);
	free(path);
}

struct outbox *
outbox_open(const char *store, const char *name)
{
	struct outbox *o = xcalloc(1, sizeof(*o));
	struct segment seg = { .plain = true };
	char *log;
	struct mended mended;
	struct err err;

	o->path = xasprintf("%s/outbox/%s", store, name);
	o->known = ids_new();
	take_lock(o);
	log = xasprintf("%s.jsonl", o->path);
	o->fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (o->fd == -1)
		die_errno("cannot open '%s'", log);
	close(o->fd);
	/* what was not synced may be torn, or in the cache only */
	seg.path = o->path;
	if (mend_segment(store, &seg, 0, &mended, &err) == -1)
		die("%s", err.msg);
	mended_release(&mended);
	replay(o);
	o->fd = open(log, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (o->fd == -1)
		die_errno("cannot open '%s'", log);
	free(log);
	return o;
}

void
outbox_close(struct outbox *o)
{
	outbox_sync(o);
	close(o->fd);
	close(o->lock);
	for (size_t i = 0; i < o->n; i++)
		free_body(&o->heap[i]);
	free(o->heap);
	ids_free(o->known);
	buf_release(&o->unwritten);
	free(o->path);
	free(o);
}

bool
outbox_is_old(const struct outbox *o)
{
	return o->old;
}

const struct cursor *
outbox_cursor(const struct outbox *o)
{
	return &o->at;
}

bool
outbox_knows(const struct outbox *o, const char *key)
{
	struct place ignored;

	return ids_find(o->known, id_of_key(str_of(key)), &ignored);
}

void
outbox_intend(struct outbox *o, const char *alert, const char *story,
    struct str body, const struct cursor *at)
{
	size_t start = begin_line(o, "intent", alert);

	json_member_str(&o->unwritten, "tells", str_of(story));
	put_cursor(o, at);
	json_name(&o->unwritten, "body");
	json_put_raw(&o->unwritten, body);
	finish_line(o, start);
	push(o, alert, body, clock_now());
	o->heap[o->n - 1].due_ms = clock_monotonic_ms();
	rise(o, o->n - 1);
	ids_put(o->known, id_of_key(str_of(alert)), place_of(0));
	ids_put(o->known, id_of_key(str_of(story)), place_of(0));
}

void
outbox_move(struct outbox *o, const struct cursor *at)
{
	size_t start = begin_line(o, "cursor", NULL);

	put_cursor(o, at);
	finish_line(o, start);
}

static void
write_log(struct outbox *o)
{
	if (write_full(o->fd, o->unwritten.p, o->unwritten.n) == -1)
		die_errno("cannot write to '%s.jsonl'", o->path);
	buf_reset(&o->unwritten);
}

void
outbox_sync(struct outbox *o)
{
	if (o->unwritten.n == 0)
		return;
	write_log(o);
	if (fdatasync(o->fd) == -1)
		die_errno("cannot sync '%s.jsonl'", o->path);
}

size_t
outbox_owed(const struct outbox *o)
{
	return o->n;
}

struct delivery *
outbox_first(struct outbox *o)
{
	return o->n > 0 ? &o->heap[0] : NULL;
}

void
outbox_attempt(struct outbox *o)
{
	struct delivery *d = outbox_first(o);
	size_t start;

	assert(d != NULL);
	start = begin_line(o, "attempt", d->alert);
	d->attempts++;
	json_name(&o->unwritten, "n");
	json_put_int(&o->unwritten, d->attempts);
	finish_line(o, start);
	write_log(o);		/* worth knowing, not worth a sync */
}

void
outbox_put_off(struct outbox *o, int64_t due_ms)
{
	assert(o->n > 0);
	o->heap[0].due_ms = due_ms;
	sink(o, 0);
}

void
outbox_done(struct outbox *o, bool delivered, struct str detail)
{
	size_t start = begin_line(o, "result", o->heap[0].alert);

	json_member_str(&o->unwritten, "status", delivered ?
	    STR("delivered") : STR("failed"));
	json_member_str(&o->unwritten, "detail", detail);
	finish_line(o, start);
	outbox_sync(o);
	free_body(&o->heap[0]);
	o->heap[0] = o->heap[--o->n];
	sink(o, 0);
}

/* What became of the alerts, and where to print those that were not delivered. */
struct listing {
	struct ids	*delivered, *failed;
	const char	*name;
	struct buf	*b;
};

static void
note_result(void *arg, const struct line *line, struct arena *a)
{
	struct listing *l = arg;
	struct entry e;

	if (read_entry(&e, line, a) == 0 && e.status != NULL)
		ids_put(str_eq(json_str(&e.status->value, a), STR("failed")) ?
		    l->failed : l->delivered, id_of_key(e.alert),
		    place_of(0));
}

static void
list_intent(void *arg, const struct line *line, struct arena *a)
{
	struct listing *l = arg;
	struct place ignored;
	struct entry e;

	if (read_entry(&e, line, a) == -1 || e.body == NULL ||
	    ids_find(l->delivered, id_of_key(e.alert), &ignored))
		return;
	json_open(l->b, '{');
	json_member_str(l->b, "outbox", str_of(l->name));
	json_member_str(l->b, "state", ids_find(l->failed,
	    id_of_key(e.alert), &ignored) ? STR("failed") : STR("owed"));
	json_name(l->b, "alert");
	json_put_raw(l->b, e.body->value.raw);
	buf_addz(l->b, "}\n");
}

int
outbox_list(const char *store, const char *name, struct buf *b,
    struct err *err)
{
	char *path = xasprintf("%s/outbox/%s", store, name);
	struct listing l = { ids_new(), ids_new(), name, b };
	int rc = log_each(path, note_result, &l, err);

	if (rc == 0)
		rc = log_each(path, list_intent, &l, err);
	ids_free(l.delivered);
	ids_free(l.failed);
	free(path);
	return rc;
}
