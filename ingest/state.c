#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "ingest/state.h"

/* An article is forgotten when no feed has shown it for so long; that it is
 * still shown is written down once a week. */
#define FORGET_DAYS	90
#define REFRESH_DAYS	7
/* The file is rewritten when it has this many lines for each that counts. */
#define HISTORY		3
#define HISTORY_LEAST	4096

struct article {
	unsigned char	key[STATE_KEY];
	uint64_t	version;
	uint32_t	day;		/* last shown; 0: free slot */
};

struct state {
	char		*path;		/* NULL: memory only */
	int		 fd, lock;
	struct buf	 unsaved;
	size_t		 lines;		/* in the file */
	struct feed_state **feeds;
	size_t		 nfeeds, cap;
	size_t		*by_id;		/* open addressing: number + 1 */
	size_t		 nslots;
	struct article	*articles;	/* open addressing */
	size_t		 narticles, nplaces;
};

/* The members of a feed and their names in the file. */
#define TEXT(member)	{ #member, offsetof(struct feed_state, member) }
static const struct {
	const char	*name;
	size_t		 offset;
} texts[] = {
	TEXT(url), TEXT(title), TEXT(home), TEXT(etag), TEXT(modified),
	TEXT(body), TEXT(index), TEXT(moved_to), TEXT(error),
}, numbers[] = {
	TEXT(moved_seen), TEXT(interval), TEXT(next_poll), TEXT(not_before),
	TEXT(first_poll), TEXT(last_success), TEXT(last_new), TEXT(errors),
	TEXT(articles), TEXT(gone), TEXT(found), TEXT(dropped), TEXT(said),
	TEXT(said_at),
};
#define TEXTS	(sizeof(texts) / sizeof(*texts))
#define NUMBERS	(sizeof(numbers) / sizeof(*numbers))

static char **
text_of(const struct feed_state *feed, size_t i)
{
	return (char **)((uintptr_t)feed + texts[i].offset);
}

static long long *
number_of(const struct feed_state *feed, size_t i)
{
	return (long long *)((uintptr_t)feed + numbers[i].offset);
}

void
state_set(char **member, struct str value)
{
	char *new = value.n > 0 ? xstrndup(value.p, value.n) : NULL;

	free(*member);
	*member = new;
}

static size_t
feed_slot(const struct state *s, struct str id)
{
	size_t i = hash64(id) & (s->nslots - 1);

	while (s->by_id[i] != 0 &&
	    !str_eq(str_of(s->feeds[s->by_id[i] - 1]->id), id))
		i = (i + 1) & (s->nslots - 1);
	return i;
}

static void
grow_ids(struct state *s)
{
	free(s->by_id);
	s->nslots = s->nslots ? 2 * s->nslots : 64;
	s->by_id = xcalloc(s->nslots, sizeof(*s->by_id));
	for (size_t i = 0; i < s->nfeeds; i++)
		s->by_id[feed_slot(s, str_of(s->feeds[i]->id))] = i + 1;
}

struct feed_state *
state_feed(struct state *s, const char *id)
{
	struct feed_state *feed;
	size_t slot;

	if (2 * (s->nfeeds + 1) > s->nslots)
		grow_ids(s);
	slot = feed_slot(s, str_of(id));
	if (s->by_id[slot] != 0)
		return s->feeds[s->by_id[slot] - 1];
	feed = xcalloc(1, sizeof(*feed));
	feed->id = xstrdup(id);
	feed->url = xstrdup(id);
	feed->number = s->nfeeds;
	GROW(s->feeds, s->nfeeds, s->cap);
	s->feeds[s->nfeeds++] = feed;
	s->by_id[slot] = s->nfeeds;
	return feed;
}

bool
state_has_feed(const struct state *s, const char *id)
{
	return s->by_id[feed_slot(s, str_of(id))] != 0;
}

size_t
state_count(const struct state *s)
{
	return s->nfeeds;
}

struct feed_state *
state_nth(const struct state *s, size_t n)
{
	assert(n < s->nfeeds);
	return s->feeds[n];
}

/* The place of the article, or the free one where it belongs. */
static struct article *
place_of(const struct state *s, const unsigned char key[STATE_KEY])
{
	uint64_t hash;
	size_t i;

	memcpy(&hash, key, sizeof(hash));
	i = hash & (s->nplaces - 1);
	while (s->articles[i].day != 0 &&
	    memcmp(s->articles[i].key, key, STATE_KEY) != 0)
		i = (i + 1) & (s->nplaces - 1);
	return &s->articles[i];
}

static void
grow_articles(struct state *s)
{
	struct article *old = s->articles;
	size_t n = s->nplaces;

	s->nplaces = n ? 2 * n : 1024;
	s->articles = xcalloc(s->nplaces, sizeof(*s->articles));
	for (size_t i = 0; i < n; i++)
		if (old[i].day != 0)
			*place_of(s, old[i].key) = old[i];
	free(old);
}

static void
learn(struct state *s, const unsigned char key[STATE_KEY], uint64_t version,
    uint32_t day)
{
	struct article *a;

	if (2 * (s->narticles + 1) > s->nplaces)
		grow_articles(s);
	a = place_of(s, key);
	s->narticles += a->day == 0;
	memcpy(a->key, key, STATE_KEY);
	a->version = version;
	a->day = day ? day : 1;
}

static void
put_article(struct buf *to, const struct article *a)
{
	char hex[2 * STATE_KEY + 1];

	hex_encode(a->key, STATE_KEY, hex);
	buf_addf(to, "{\"article\":\"%s\",\"version\":\"%016" PRIx64
	    "\",\"day\":%" PRIu32 "}\n", hex, a->version, a->day);
}

static void
put_feed(struct buf *to, const struct feed_state *feed)
{
	json_open(to, '{');
	json_member_str(to, "feed", str_of(feed->id));
	for (size_t i = 0; i < TEXTS; i++)
		json_member_str(to, texts[i].name, str_of(*text_of(feed, i)));
	for (size_t i = 0; i < NUMBERS; i++)
		if (*number_of(feed, i) != 0) {
			json_name(to, numbers[i].name);
			json_put_int(to, *number_of(feed, i));
		}
	json_close(to, '}');
	buf_addc(to, '\n');
}

static int
unhex(struct str hex, unsigned char *to, size_t n)
{
	if (hex.n != 2 * n)
		return -1;
	for (size_t i = 0; i < hex.n; i++) {
		char c = to_lower(hex.p[i]);
		int v = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ?
		    c - 'a' + 10 : -1;

		if (v == -1)
			return -1;
		to[i / 2] = (unsigned char)(i % 2 ? to[i / 2] | v : v << 4);
	}
	return 0;
}

static int
read_article(struct state *s, const struct json_member *m, size_t n,
    struct arena *a, struct err *err)
{
	const struct json_member *key = json_find(m, n, "article");
	const struct json_member *version = json_find(m, n, "version");
	const struct json_member *day = json_find(m, n, "day");
	unsigned char raw[STATE_KEY], bytes[8];
	uint64_t number = 0;

	if (version == NULL || day == NULL ||
	    unhex(json_str(&key->value, a), raw, sizeof(raw)) == -1 ||
	    unhex(json_str(&version->value, a), bytes, sizeof(bytes)) == -1)
		return err_set(err, "not an article's line");
	for (size_t i = 0; i < sizeof(bytes); i++)
		number = number << 8 | bytes[i];
	learn(s, raw, number, (uint32_t)json_num(&day->value, 1));
	return 0;
}

static void
read_feed(struct state *s, const struct json_member *m, size_t n, struct str id,
    struct arena *a)
{
	struct feed_state *feed = state_feed(s, arena_cstr(a, id));
	const struct json_member *found;

	for (size_t i = 0; i < TEXTS; i++) {
		found = json_find(m, n, texts[i].name);
		state_set(text_of(feed, i),
		    found ? json_str(&found->value, a) : STR_NONE);
	}
	if (feed->url == NULL)
		feed->url = xstrdup(feed->id);
	for (size_t i = 0; i < NUMBERS; i++) {
		found = json_find(m, n, numbers[i].name);
		*number_of(feed, i) = found ?
		    (long long)json_num(&found->value, 0) : 0;
	}
}

static int
read_line(struct state *s, struct str line, struct arena *a, struct err *err)
{
	const struct json_member *feed;
	struct json_member *members;
	size_t count;

	if (json_object(line, a, &members, &count, err) == -1)
		return -1;
	s->lines++;
	if (json_find(members, count, "article") != NULL)
		return read_article(s, members, count, a, err);
	feed = json_find(members, count, "feed");
	if (feed == NULL || json_str(&feed->value, a).n == 0)
		return err_set(err, "neither a feed nor an article");
	read_feed(s, members, count, json_str(&feed->value, a), a);
	return 0;
}

/* Read the file.  A line that a crash tore is the last; one damaged elsewhere
 * costs what it said, which is fetched again. */
static bool
replay(struct state *s)
{
	struct arena a = ARENA_INIT;
	bool damaged = false;
	struct str line;
	struct err err;
	struct in in;

	in_init(&in, s->fd, s->path, LIMIT_LINE);
	while (in_line(&in, NULL, &line) != IN_EOF) {
		if (read_line(s, line, &a, &err) == -1) {
			damaged = true;
			warn("%s:%lu: dropped: %s", s->path, in.line, err.msg);
		}
		arena_reset(&a);
	}
	in_release(&in);
	arena_release(&a);
	return damaged;
}

/* Drop the articles that no feed has shown for long, so that memory keeps to
 * what is shown. */
static void
forget(struct state *s)
{
	struct article *old = s->articles;
	size_t n = s->nplaces;
	uint32_t newest = 0;

	for (size_t i = 0; i < n; i++)
		if (old[i].day > newest)
			newest = old[i].day;
	s->articles = NULL;
	s->narticles = s->nplaces = 0;
	grow_articles(s);
	for (size_t i = 0; i < n; i++)
		if (old[i].day != 0 && old[i].day + FORGET_DAYS >= newest)
			learn(s, old[i].key, old[i].version, old[i].day);
	free(old);
}

/* Write the file anew with the lines that count. */
static int
compact(struct state *s, struct err *err)
{
	struct buf all = BUF_INIT;
	int rc;

	forget(s);
	s->lines = s->narticles;
	for (size_t i = 0; i < s->nfeeds; i++)
		if (!s->feeds[i]->dropped) {
			put_feed(&all, s->feeds[i]);
			s->lines++;
		}
	for (size_t i = 0; i < s->nplaces; i++)
		if (s->articles[i].day != 0)
			put_article(&all, &s->articles[i]);
	rc = file_replace(s->path, buf_str(&all), 0644, err);
	buf_release(&all);
	buf_reset(&s->unsaved);
	if (rc == -1)
		return -1;
	close(s->fd);
	s->fd = open(s->path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (s->fd == -1)
		return err_set(err, "cannot open '%s': %s", s->path,
		    strerror(errno));
	return 0;
}

static int
take_lock(struct state *s, const char *dir, struct err *err)
{
	char *path = xasprintf("%s/LOCK", dir);

	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	free(path);
	if (s->lock == -1)
		return err_set(err, "cannot open '%s/LOCK': %s", dir,
		    strerror(errno));
	if (flock(s->lock, LOCK_EX | LOCK_NB) == -1)
		return err_set(err, "'%s' is in use by another ingest", dir);
	return 0;
}

static int
open_file(struct state *s, const char *dir, bool readable, struct err *err)
{
	bool damaged;

	if (!readable && (make_folders(dir, 0755, err) == -1 ||
	    take_lock(s, dir, err) == -1))
		return -1;
	s->path = xasprintf("%s/state.jsonl", dir);
	s->fd = open(s->path, readable ? O_RDONLY | O_CLOEXEC :
	    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (s->fd == -1)
		return err_set(err, "cannot open '%s': %s", s->path,
		    strerror(errno));
	damaged = replay(s);
	if (!readable && (damaged || (s->lines > HISTORY_LEAST &&
	    s->lines > HISTORY * (s->nfeeds + s->narticles))))
		return compact(s, err);
	return 0;
}

struct state *
state_open(const char *dir, bool readable, struct err *err)
{
	struct state *s = xcalloc(1, sizeof(*s));

	s->fd = s->lock = -1;
	grow_ids(s);
	grow_articles(s);
	if (dir != NULL && open_file(s, dir, readable, err) == -1) {
		state_close(s);
		return NULL;
	}
	return s;
}

void
state_close(struct state *s)
{
	state_flush(s);
	for (size_t i = 0; i < s->nfeeds; i++) {
		for (size_t k = 0; k < TEXTS; k++)
			free(*text_of(s->feeds[i], k));
		free(s->feeds[i]->id);
		free(s->feeds[i]);
	}
	if (s->fd != -1)
		close(s->fd);
	if (s->lock != -1)
		close(s->lock);
	buf_release(&s->unsaved);
	free(s->feeds);
	free(s->by_id);
	free(s->articles);
	free(s->path);
	free(s);
}

void
state_save(struct state *s, const struct feed_state *feed)
{
	if (s->path == NULL)
		return;
	put_feed(&s->unsaved, feed);
	s->lines++;
}

void
state_hash(struct str key, unsigned char hashed[STATE_KEY])
{
	unsigned char digest[SHA256_SIZE];

	sha256(key, digest);
	memcpy(hashed, digest, STATE_KEY);
}

static uint32_t
day_of(int64_t now)
{
	return now > 0 ? (uint32_t)(now / 86400) : 1;
}

bool
state_knows(struct state *s, const unsigned char key[STATE_KEY],
    uint64_t version, int64_t now)
{
	const struct article *a = place_of(s, key);

	if (a->day == 0 || a->version != version)
		return false;
	if (a->day + REFRESH_DAYS <= day_of(now))
		state_remember(s, key, version, now);
	return true;
}

void
state_remember(struct state *s, const unsigned char key[STATE_KEY],
    uint64_t version, int64_t now)
{
	learn(s, key, version, day_of(now));
	if (s->path == NULL)
		return;
	put_article(&s->unsaved, place_of(s, key));
	s->lines++;
}

void
state_flush(struct state *s)
{
	struct err err;

	if (s->unsaved.n == 0)
		return;
	if (s->lines > HISTORY_LEAST &&
	    s->lines > HISTORY * (s->nfeeds + s->narticles)) {
		if (compact(s, &err) == -1)
			die("%s", err.msg);
		return;
	}
	if (write_full(s->fd, s->unsaved.p, s->unsaved.n) == -1)
		die_errno("cannot write '%s'", s->path);
	buf_reset(&s->unsaved);
}
