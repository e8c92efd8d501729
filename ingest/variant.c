#include "base/buf.h"
#include "base/err.h"
#include "ingest/variant.h"

/* An address in its parts; query without '?', fragment left out. */
struct address {
	struct str	before;		/* scheme and host */
	struct str	path, query;
};

static struct address
address_of(struct str url)
{
	ptrdiff_t at = str_find(url, STR("//"), 0);
	struct address x = { url, STR_NONE, STR_NONE };
	struct str rest;

	if (at < 0)
		return x;
	str_split(&url, '#', &rest);
	for (size_t i = (size_t)at + 2; i < rest.n; i++)
		if (rest.p[i] == '/' || rest.p[i] == '?') {
			x.before = str_slice(rest, 0, i);
			x.query = str_from(rest, i);
			str_split(&x.query, '?', &x.path);
			break;
		}
	return x;
}

static bool
is_among(struct str s, const char *words)
{
	struct str rest = str_of(words), word;

	while (str_split(&rest, ' ', &word))
		if (str_ieq(s, word))
			return true;
	return false;
}

/* "print=1", "view=print": a parameter that asks for the print version. */
static bool
asks_for_print(struct str parameter)
{
	struct str name, value = parameter;

	str_split(&value, '=', &name);
	if (is_among(name, "print printable printview print_view printer "
	    "printer_friendly printerfriendly druck drucken imprimir"))
		return !is_among(value, "0 false no");
	return is_among(name, "view mode output format layout style type tpl "
	    "template version") && (str_istarts(value, STR("print")) ||
	    str_istarts(value, STR("druck")));
}

static bool
asks_for_amp(struct str parameter)
{
	struct str name, value = parameter;

	str_split(&value, '=', &name);
	return is_among(name, "amp") ||
	    (is_among(name, "outputtype output view mode") &&
	    str_ieq(value, STR("amp")));
}

/* Does the last step of the path name the variant?  *n: the path's bytes before
 * it. */
static bool
path_ends_in(struct str path, const char *words, size_t *n)
{
	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	for (*n = path.n; *n > 0 && path.p[*n - 1] != '/';)
		--*n;
	/* of "/print" alone nothing would be left */
	return *n > 1 && is_among(str_from(path, *n), words);
}

static const char print_steps[] = "print print.html printable printview "
    "drucken druckversion imprimir imprimer stampa utskrift";
static const char amp_steps[] = "amp amp.html";

static bool
names_print(const struct address *x)
{
	struct str rest = x->query, parameter;
	size_t n;

	while (str_split(&rest, '&', &parameter))
		if (asks_for_print(parameter))
			return true;
	return path_ends_in(x->path, print_steps, &n);
}

enum variant
variant_of(struct str url, bool is_amp)
{
	struct address x = address_of(url);

	if (is_amp || str_ends(x.before, STR(".cdn.ampproject.org")))
		return VARIANT_AMP;
	return names_print(&x) ? VARIANT_PRINT : VARIANT_NONE;
}

/* The copy of an AMP cache or viewer, /c/s/HOST/PATH or /amp/s/HOST/PATH; with
 * "s" it is a copy of https. */
static struct str
uncached(const struct address *x, struct arena *a)
{
	static const struct str starts[] = { { "/c/", 3 }, { "/v/", 3 },
	    { "/amp/", 5 } };
	struct str rest = STR_NONE, host, behind;
	bool secure;

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (str_starts(x->path, starts[i]))
			rest = str_from(x->path, starts[i].n);
	secure = str_starts(rest, STR("s/"));
	rest = str_from(rest, secure ? 2 : 0);
	behind = rest;
	if (!str_split(&behind, '/', &host) || behind.p == NULL ||
	    str_find(host, STR("."), 0) < 0)
		return STR_NONE;
	return arena_printf(a, "%s://%.*s%s%.*s", secure ? "https" : "http",
	    STR_FMT(rest), x->query.n > 0 ? "?" : "", STR_FMT(x->query));
}

/* The address without the parameters that `asks` knows and the last step that
 * is among `steps`. */
static struct str
stripped(const struct address *x, bool asks(struct str), const char *steps,
    struct arena *a)
{
	struct str rest = x->query, parameter, path = x->path;
	struct buf url = BUF_INIT;
	struct str out;
	char joint = '?';

	buf_adds(&url, x->before);
	if (!path_ends_in(x->path, steps, &path.n))
		path.n = x->path.n;
	if (str_ends(path, STR(".amp.html")) && steps == amp_steps) {
		buf_adds(&url, str_slice(path, 0, path.n - 9));
		buf_addz(&url, ".html");
	} else
		buf_adds(&url, path);
	while (str_split(&rest, '&', &parameter)) {
		if (parameter.n == 0 || asks(parameter))
			continue;
		buf_addc(&url, joint);
		buf_adds(&url, parameter);
		joint = '&';
	}
	out = arena_str(a, buf_str(&url));
	buf_release(&url);
	return out;
}

struct str
variant_main(struct str url, enum variant variant, struct arena *a)
{
	struct address x = address_of(url);
	struct str original;

	if (variant == VARIANT_NONE || x.path.n == 0)
		return url;
	if (variant == VARIANT_PRINT)
		return stripped(&x, asks_for_print, print_steps, a);
	original = uncached(&x, a);
	if (original.n > 0) {
		url = original;
		x = address_of(url);
	}
	return stripped(&x, asks_for_amp, amp_steps, a);
}

const char *
variant_name(enum variant variant)
{
	switch (variant) {
	case VARIANT_NONE:
		return "";
	case VARIANT_AMP:
		return "amp";
	case VARIANT_PRINT:
		return "print";
	}
	BUG("no such variant");
}
