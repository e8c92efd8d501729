#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "ingest/override.h"

/* One file; a site takes a few lines. */
#define FILE_MAX_BYTES	(4UL << 20)

/* A host, with all below it, and a start of the path. */
struct place {
	struct str		 host, path;
	const struct override	*override;
	struct place		*next;		/* read before it */
};

struct overrides {
	struct arena	 a;
	struct place	*last;
	struct override	*open;		/* the one being read */
};

/* The line being read. */
struct line {
	const char	*file;
	unsigned long	 number;
	struct str	 text;
};

struct overrides *
overrides_new(void)
{
	return xcalloc(1, sizeof(struct overrides));
}

/* A mistake at `at`, which points into the line. */
static int
mistake(const struct line *line, const char *at, struct err *err)
{
	char msg[sizeof(err->msg)];

	memcpy(msg, err->msg, sizeof(msg));
	return err_at(err, line->file, line->number,
	    (unsigned long)(at - line->text.p) + 1, "%s", msg);
}

static int
read_site(struct overrides *o, const struct line *line, struct str rest,
    struct err *err)
{
	struct str word;

	o->open = arena_zalloc(&o->a, sizeof(*o->open));
	o->open->file = line->file;
	o->open->line = line->number;
	while ((rest = str_trim(rest)).n > 0) {
		struct place *place = arena_zalloc(&o->a, sizeof(*place));
		size_t n = 0;

		while (n < rest.n && !is_space(rest.p[n]))
			n++;
		word = str_slice(rest, 0, n);
		rest = str_from(rest, n);
		if (str_find(word, STR("://"), 0) >= 0) {
			err_set(err, "a host is expected, without 'https://'");
			return mistake(line, word.p, err);
		}
		place->path = word;
		str_split(&place->path, '/', &place->host);
		place->override = o->open;
		place->next = o->last;
		o->last = place;
	}
	return 0;
}

static int
read_select(struct overrides *o, const struct line *line, struct str text,
    struct select **to, struct err *err)
{
	size_t at;

	if (*to != NULL) {
		err_set(err, "said twice of one site; join the two by ','");
		return mistake(line, line->text.p, err);
	}
	*to = select_parse(text, &o->a, &at, err);
	return *to ? 0 : mistake(line, text.p + at, err);
}

/* A selector, and "@attribute" behind it where that tells. */
static int
read_pick(struct overrides *o, const struct line *line, struct str text,
    struct pick *to, struct err *err)
{
	struct str name = STR_NONE;

	for (size_t i = text.n; i > 0 && text.p[i - 1] != ']'; i--)
		if (text.p[i - 1] == '@') {
			name = str_trim(str_from(text, i));
			text = str_trim(str_slice(text, 0, i - 1));
			break;
		}
	if (name.p != NULL) {
		to->has_attribute = attr_named(name, &to->attribute);
		if (!to->has_attribute) {
			err_set(err, "'%.*s' is no attribute that is read; "
			    "these are: %s", STR_FMT(name), attr_list());
			return mistake(line, name.p, err);
		}
	}
	return read_select(o, line, text, &to->select, err);
}

static int
read_statement(struct overrides *o, const struct line *line, struct str word,
    struct str rest, struct err *err)
{
	struct override *to = o->open;

	if (str_eq(word, STR("site")))
		return read_site(o, line, rest, err);
	if (to == NULL) {
		err_set(err, "expected 'site' and its hosts first");
		return mistake(line, word.p, err);
	}
	if (str_eq(word, STR("body")))
		return read_select(o, line, rest, &to->body, err);
	if (str_eq(word, STR("keep")))
		return read_select(o, line, rest, &to->keep, err);
	if (str_eq(word, STR("strip")))
		return read_select(o, line, rest, &to->strip, err);
	if (str_eq(word, STR("title")))
		return read_pick(o, line, rest, &to->title, err);
	if (str_eq(word, STR("date")))
		return read_pick(o, line, rest, &to->date, err);
	if (str_eq(word, STR("author")))
		return read_pick(o, line, rest, &to->author, err);
	err_set(err, "'%.*s' is no statement; expected site, body, keep, "
	    "strip, title, date or author", STR_FMT(word));
	return mistake(line, word.p, err);
}

static int
read_line(struct overrides *o, const struct line *line, struct err *err)
{
	struct str text = str_trim(line->text), word;
	size_t n = 0;

	if (text.n == 0 || text.p[0] == '#')
		return 0;
	while (n < text.n && !is_space(text.p[n]))
		n++;
	word = str_slice(text, 0, n);
	text = str_trim(str_from(text, n));
	if (text.n == 0) {
		err_set(err, "'%.*s' is followed by nothing", STR_FMT(word));
		return mistake(line, word.p, err);
	}
	return read_statement(o, line, word, text, err);
}

static int
read_file(struct overrides *o, const char *path)
{
	struct buf bytes = BUF_INIT;
	struct line line = { .file = arena_cstr(&o->a, str_of(path)) };
	struct err err = { .file = NULL };
	struct str rest;
	int rc = 0;

	if (file_slurp(path, &bytes, FILE_MAX_BYTES, &err) == -1) {
		warn("%s", err.msg);
		return -1;
	}
	rest = arena_str(&o->a, buf_str(&bytes));
	buf_release(&bytes);
	o->open = NULL;
	while (rc == 0 && str_split(&rest, '\n', &line.text)) {
		line.number++;
		rc = read_line(o, &line, &err);
	}
	if (rc == -1)
		err_print(&err, line.text);
	return rc;
}

static int
is_site_file(const struct dirent *entry)
{
	return str_ends(str_of(entry->d_name), STR(".site"));
}

int
overrides_read(struct overrides *o, const char *path)
{
	struct dirent **entries;
	struct stat st;
	int count, rc = 0;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		return read_file(o, path);
	count = scandir(path, &entries, is_site_file, alphasort);
	if (count == -1) {
		warn("cannot read '%s': %s", path, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		char *file = xasprintf("%s/%s", path, entries[i]->d_name);

		if (rc == 0)
			rc = read_file(o, file);
		free(file);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* Is `host` the place's, or below it? */
static bool
is_under(struct str host, struct str place)
{
	return str_ieq(host, place) || (host.n > place.n &&
	    host.p[host.n - place.n - 1] == '.' &&
	    str_ieq(str_from(host, host.n - place.n), place));
}

const struct override *
overrides_find(const struct overrides *o, struct str url)
{
	const struct override *best = NULL;
	ptrdiff_t at = str_find(url, STR("//"), 0);
	struct str path, host;
	size_t most = 0;

	if (at < 0 || o == NULL)
		return NULL;
	path = str_from(url, (size_t)at + 2);
	str_split(&path, '/', &host);
	if (memchr(host.p, ':', host.n) != NULL)
		host.n = (size_t)((const char *)memchr(host.p, ':', host.n) -
		    host.p);
	for (const struct place *p = o->last; p != NULL; p = p->next)
		if (p->host.n + p->path.n > most && is_under(host, p->host) &&
		    str_starts(path, p->path)) {
			most = p->host.n + p->path.n;
			best = p->override;
		}
	return best;
}
