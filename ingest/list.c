#include <stdlib.h>

#include "base/mem.h"
#include "ingest/list.h"
#include "ingest/markup.h"
#include "ingest/zone.h"

void
subscription_tag(struct subscription *sub, struct str tag)
{
	GROW(sub->tags, sub->ntags, sub->cap);
	sub->tags[sub->ntags++] = arena_str(&sub->list->strings, tag);
}

struct subscription *
list_add(struct list *list, struct str url)
{
	struct subscription *sub;

	GROW(list->v, list->n, list->cap);
	sub = &list->v[list->n++];
	*sub = (struct subscription){ .list = list,
	    .url = arena_cstr(&list->strings, url) };
	return sub;
}

/* The next word; quotes keep spaces together and are taken off, two of them
 * inside of quotes stand for one. */
static bool
next_word(struct str *rest, struct buf *word)
{
	bool quoted = false;
	size_t i = 0;

	*rest = str_trim(*rest);
	buf_reset(word);
	for (; i < rest->n && (quoted || !is_space(rest->p[i])); i++) {
		if (quoted && str_starts(str_from(*rest, i), STR("\"\"")))
			buf_addc(word, rest->p[i++]);
		else if (rest->p[i] == '"')
			quoted = !quoted;
		else
			buf_addc(word, rest->p[i]);
	}
	*rest = str_from(*rest, i);
	return word->n > 0;
}

static int
read_interval(struct str value, long long *seconds, struct err *err)
{
	static const struct {
		char		letter;
		long long	seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	long long unit = 1, number;

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (value.n > 0 && value.p[value.n - 1] == units[i].letter) {
			unit = units[i].seconds;
			value.n--;
			break;
		}
	number = str_number(value, 1000000);
	if (number < 1)
		return err_set(err, "an interval is a number and s, m, h or d");
	*seconds = number * unit;
	return 0;
}

static const char *const contents[] = { [CONTENT_AUTO] = "auto",
    [CONTENT_FEED] = "feed", [CONTENT_PAGE] = "page" };

static int
read_content(struct str value, enum content_policy *content, struct err *err)
{
	for (size_t i = 0; i < sizeof(contents) / sizeof(*contents); i++)
		if (str_eq(value, str_of(contents[i]))) {
			*content = (enum content_policy)i;
			return 0;
		}
	return err_set(err, "content is feed, page or auto");
}

static void
add_header(struct subscription *sub, struct str value)
{
	struct arena *a = &sub->list->strings;

	sub->headers = arena_cstr(a, arena_printf(a, "%s%s%.*s",
	    sub->headers ? sub->headers : "", sub->headers ? "\n" : "",
	    STR_FMT(value)));
}

static int
read_zone(struct subscription *sub, struct str value, struct err *err)
{
	sub->zone = arena_cstr(&sub->list->strings, value);
	return zone_is_known(sub->zone) ? 0 : err_set(err,
	    "a zone is +HHMM, -HHMM or a name like Europe/London, not '%s'",
	    sub->zone);
}

/* Options that are one text, by what keeps it. */
#define TEXT(name)	{ #name, offsetof(struct subscription, name) }
static const struct {
	const char	*name;
	size_t		 offset;
} texts[] = { TEXT(title), TEXT(agent), TEXT(home), TEXT(source) };
#define TEXTS		(sizeof(texts) / sizeof(*texts))

static char **
text_of(const struct subscription *sub, size_t i)
{
	return (char **)((uintptr_t)sub + texts[i].offset);
}

static int
read_option(struct subscription *sub, struct str word, struct err *err)
{
	struct str value = word, name;

	str_split(&value, '=', &name);
	if (value.n == 0)
		return err_set(err, "expected name=value, not '%.*s'",
		    STR_FMT(word));
	if (str_eq(name, STR("interval")))
		return read_interval(value, &sub->interval, err);
	if (str_eq(name, STR("content")))
		return read_content(value, &sub->content, err);
	if (str_eq(name, STR("zone")))
		return read_zone(sub, value, err);
	for (size_t i = 0; i < TEXTS; i++)
		if (str_eq(name, str_of(texts[i].name))) {
			*text_of(sub, i) = arena_cstr(&sub->list->strings,
			    value);
			return 0;
		}
	if (str_eq(name, STR("tag")))
		subscription_tag(sub, value);
	else if (str_eq(name, STR("header")))
		add_header(sub, value);
	else if (str_eq(name, STR("id")) && str_eq(value, STR("link")))
		sub->by_link = true;
	else if (!str_eq(name, STR("id")) || !str_eq(value, STR("auto")))
		return err_set(err, "no option '%.*s' for a feed",
		    STR_FMT(word));
	return 0;
}

int
subscription_options(struct subscription *sub, struct str text, struct err *err)
{
	struct buf word = BUF_INIT;
	int rc = 0;

	while (rc == 0 && next_word(&text, &word))
		rc = read_option(sub, buf_str(&word), err);
	buf_release(&word);
	return rc;
}

int
list_read(struct list *list, const char *name, struct str text,
    struct err *err)
{
	struct buf word = BUF_INIT;
	struct str line;
	unsigned long number = 0;
	int rc = 0;

	while (rc == 0 && str_split(&text, '\n', &line)) {
		struct err why;

		number++;
		line = str_trim(line);
		if (line.n > 0 && line.p[0] == '#')
			continue;
		if (!next_word(&line, &word))
			continue;
		if (str_istarts(buf_str(&word), STR("http://")) ||
		    str_istarts(buf_str(&word), STR("https://")))
			rc = subscription_options(list_add(list, buf_str(&word)),
			    line, &why);
		else
			rc = err_set(&why, "'%.*s' is no address",
			    STR_FMT(buf_str(&word)));
		if (rc == -1)
			err_at(err, name, number, 0, "%s", why.msg);
	}
	buf_release(&word);
	return rc;
}

static void
write_attribute(struct buf *to, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_addf(to, " %s=\"", name);
	markup_escape(to, value);
	buf_addc(to, '"');
}

static bool
has_comma(struct str s)
{
	return s.n > 0 && memchr(s.p, ',', s.n) != NULL;
}

static void
write_categories(struct buf *to, const struct subscription *sub)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < sub->ntags; i++)
		if (!has_comma(sub->tags[i])) {
			buf_addz(&names, names.n > 0 ? "," : "");
			buf_adds(&names, sub->tags[i]);
		}
	write_attribute(to, "category", buf_str(&names));
	buf_release(&names);
}

/* A word as next_word() reads it. */
static void
put_word(struct buf *to, struct str word)
{
	bool bare = true;

	for (size_t i = 0; i < word.n; i++)
		bare &= !is_space(word.p[i]) && word.p[i] != '"';
	buf_addz(to, bare ? "" : "\"");
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] == '"')
			buf_addc(to, '"');
		/* a list has a line for each feed */
		buf_addc(to, word.p[i] == '\n' || word.p[i] == '\r' ? ' ' :
		    word.p[i]);
	}
	buf_addz(to, bare ? "" : "\"");
}

static void
put_option(struct buf *to, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_addf(to, " %s=", name);
	put_word(to, value);
}

/* The options that OPML has no names for. */
static void
put_options(struct buf *to, const struct subscription *sub)
{
	struct str headers = str_of(sub->headers), header;

	if (sub->interval > 0)
		buf_addf(to, " interval=%llds", sub->interval);
	if (sub->content != CONTENT_AUTO)
		put_option(to, "content", str_of(contents[sub->content]));
	if (sub->by_link)
		put_option(to, "id", STR("link"));
	put_option(to, "zone", str_of(sub->zone));
	put_option(to, "agent", str_of(sub->agent));
	while (str_split(&headers, '\n', &header))
		put_option(to, "header", header);
}

static void
write_options(struct buf *to, const struct subscription *sub)
{
	struct buf words = BUF_INIT;

	put_options(&words, sub);
	for (size_t i = 0; i < sub->ntags; i++)
		if (has_comma(sub->tags[i]))
			put_option(&words, "tag", sub->tags[i]);
	write_attribute(to, "stance:options", str_trim(buf_str(&words)));
	buf_release(&words);
}

void
list_write_opml(const struct list *list, struct buf *to)
{
	buf_addz(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<opml version=\"2.0\" xmlns:stance=\"urn:stance:opml\">\n"
	    "<head><title>Feeds</title></head>\n<body>\n");
	for (size_t i = 0; i < list->n; i++) {
		const struct subscription *sub = &list->v[i];

		buf_addz(to, "<outline type=\"rss\"");
		write_attribute(to, "text",
		    str_of(sub->title ? sub->title : sub->url));
		write_attribute(to, "xmlUrl", str_of(sub->url));
		write_attribute(to, "htmlUrl", str_of(sub->home));
		write_categories(to, sub);
		write_options(to, sub);
		write_attribute(to, "stance:source", str_of(sub->source));
		buf_addz(to, "/>\n");
	}
	buf_addz(to, "</body>\n</opml>\n");
}

void
list_write_plain(const struct list *list, struct buf *to)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct subscription *sub = &list->v[i];

		put_word(to, str_of(sub->url));
		put_option(to, "title", str_of(sub->title));
		for (size_t k = 0; k < sub->ntags; k++)
			put_option(to, "tag", sub->tags[k]);
		put_options(to, sub);
		put_option(to, "home", str_of(sub->home));
		put_option(to, "source", str_of(sub->source));
		buf_addc(to, '\n');
	}
}

void
list_release(struct list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].tags);
	free(list->v);
	arena_release(&list->strings);
	*list = (struct list){ 0 };
}
