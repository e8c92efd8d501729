#include <assert.h>

#include "ingest/url.h"

/* What is longer is no address, and must not be copied for each link. */
#define BASE_MAX	8192

/* The parts of RFC 3986, 3; a part that is absent has p == NULL. */
struct parts {
	struct str	scheme, authority, path, query, fragment;
};

static size_t
scheme_length(struct str url)
{
	size_t i = 0;

	if (url.n == 0 || !is_alpha(url.p[0]))
		return 0;
	while (i < url.n && (is_alpha(url.p[i]) || is_digit(url.p[i]) ||
	    url.p[i] == '+' || url.p[i] == '-' || url.p[i] == '.'))
		i++;
	return i < url.n && url.p[i] == ':' ? i : 0;
}

bool
url_is_absolute(struct str url)
{
	return scheme_length(url) > 0;
}

bool
url_is_http(struct str url)
{
	return str_istarts(url, STR("http://")) ||
	    str_istarts(url, STR("https://"));
}

/* The length of `s` up to the first of the bytes in `stops`. */
static size_t
until(struct str s, const char *stops)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == '\0' || strchr(stops, s.p[i]) == NULL))
		i++;
	return i;
}

static struct str
take(struct str *rest, size_t n)
{
	struct str part = str_slice(*rest, 0, n);

	*rest = str_from(*rest, n);
	return part;
}

static struct parts
split(struct str url)
{
	struct parts parts = { 0 };
	size_t n = scheme_length(url);

	if (n > 0) {
		parts.scheme = take(&url, n);
		take(&url, 1);
	}
	if (str_starts(url, STR("//"))) {
		take(&url, 2);
		parts.authority = take(&url, until(url, "/?#"));
	}
	parts.path = take(&url, until(url, "?#"));
	if (url.n > 0 && url.p[0] == '?') {
		take(&url, 1);
		parts.query = take(&url, until(url, "#"));
	}
	if (url.n > 0) {
		take(&url, 1);
		parts.fragment = url;
	}
	return parts;
}

/*
 * Append `path` without its dot segments (RFC 3986, 5.2.4).  `out` already
 * holds `*n` bytes, of which none before `root` may be taken back.
 */
static size_t
add_path(char *out, size_t n, struct str path)
{
	size_t root = n;

	while (path.n > 0) {
		bool slash = path.p[0] == '/';
		struct str rest = str_from(path, slash);
		struct str segment = take(&rest, until(rest, "/"));
		bool last = rest.n == 0;

		path = rest;
		if (str_eq(segment, STR("..")))
			while (n > root && out[--n] != '/')
				;
		else if (!str_eq(segment, STR("."))) {
			if (slash)
				out[n++] = '/';
			memcpy(out + n, segment.p, segment.n);
			n += segment.n;
			continue;
		}
		if (last)
			out[n++] = '/';
	}
	return n;
}

static size_t
add(char *out, size_t n, const char *before, struct str part)
{
	size_t mark = strlen(before);

	if (part.p == NULL)
		return n;
	memcpy(out + n, before, mark);
	memcpy(out + n + mark, part.p, part.n);
	return n + mark + part.n;
}

/* The path of `ref` merged with the base's (RFC 3986, 5.2.3). */
static struct str
merge(const struct parts *base, struct str path, struct arena *a)
{
	size_t keep = base->path.n;

	if (path.p[0] == '/')
		return path;
	while (keep > 0 && base->path.p[keep - 1] != '/')
		keep--;
	char *p = arena_alloc(a, keep + path.n + 1);
	size_t n = 0;
	if (keep == 0 && base->authority.p != NULL)
		p[n++] = '/';
	memcpy(p + n, base->path.p, keep);
	memcpy(p + n + keep, path.p, path.n);
	return (struct str){ p, n + keep + path.n };
}

/* Drop what a browser drops and encode spaces. */
static struct str
tidy(struct str url, struct arena *a)
{
	size_t spaces = 0, breaks = 0, n = 0;

	url = str_trim(url);
	for (size_t i = 0; i < url.n; i++) {
		spaces += url.p[i] == ' ';
		breaks += url.p[i] != ' ' && is_space(url.p[i]);
	}
	if (spaces + breaks == 0)
		return url;
	char *p = arena_alloc(a, url.n + 2 * spaces);
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] == ' ') {
			memcpy(p + n, "%20", 3);
			n += 3;
		} else if (!is_space(url.p[i]))
			p[n++] = url.p[i];
	return (struct str){ p, n };
}

struct str
url_resolve(struct str base_url, struct str ref, struct arena *a)
{
	struct parts base, r;
	size_t n;

	ref = tidy(ref, a);
	if (ref.n == 0 || url_is_absolute(ref) || base_url.n > BASE_MAX)
		return ref;
	base = split(str_trim(base_url));
	if (base.scheme.n == 0 || base.authority.p == NULL)
		return ref;
	r = split(ref);
	char *out = arena_alloc(a, base_url.n + ref.n + 8);
	n = add(out, 0, "", base.scheme);
	n = add(out, n, "://", r.authority.p ? r.authority : base.authority);
	if (r.path.n > 0)
		n = add_path(out, n, r.authority.p ? r.path :
		    merge(&base, r.path, a));
	else if (r.authority.p == NULL) {
		n = add(out, n, "", base.path);
		if (r.query.p == NULL)
			r.query = base.query;
	}
	n = add(out, n, "?", r.query);
	n = add(out, n, "#", r.fragment);
	assert(n <= base_url.n + ref.n + 8);
	return (struct str){ out, n };
}
