/* JSON Feed 1.0 and 1.1 (jsonfeed.org). */
#include "base/json.h"
#include "ingest/feedmodel.h"
#include "ingest/feedtext.h"
#include "ingest/markup.h"
#include "ingest/url.h"

struct object {
	struct json_member	*members;
	size_t			 count;
	struct arena		*a;
	struct str		 base;
};

static int
object_of(const struct json_value *v, const struct object *outer,
    struct object *o)
{
	struct err err;

	*o = (struct object){ .a = outer->a, .base = outer->base };
	if (v == NULL || v->type != JSON_OBJECT)
		return -1;
	return json_object(v->raw, o->a, &o->members, &o->count, &err);
}

static const struct json_value *
value_of(const struct object *o, const char *name)
{
	const struct json_member *m = json_find(o->members, o->count, name);

	return m ? &m->value : NULL;
}

/* A string, or a number where its writer forgot the quotes. */
static struct str
string_of(const struct object *o, const char *name)
{
	const struct json_value *v = value_of(o, name);

	if (v != NULL && v->type == JSON_NUMBER)
		return v->raw;
	return v ? str_trim(json_str(v, o->a)) : STR_NONE;
}

static struct feed_value
member(const struct object *o, const char *name)
{
	struct str s = string_of(o, name);

	return (struct feed_value){ s, s.n > 0 };
}

static struct feed_value
url_member(const struct object *o, const char *name)
{
	struct str s = string_of(o, name);

	return (struct feed_value){ s.n > 0 ? url_resolve(o->base, s, o->a) :
	    STR_NONE, s.n > 0 };
}

static struct feed_text
text_member(const struct object *o, const char *name, const char *type)
{
	struct feed_text text = { .value = string_of(o, name),
	    .type = str_of(type) };

	text.rank = text.value.n > 0;
	return text;
}

static struct feed_when
when_member(const struct object *o, const char *name)
{
	struct feed_when when = { 0 };

	when.rank = feed_date(string_of(o, name), &when.date) == 0;
	return when;
}

static void
values_of(const struct object *o, const char *name, struct json_value **values,
    size_t *count)
{
	const struct json_value *v = value_of(o, name);
	struct err err;

	*count = 0;
	if (v != NULL && v->type == JSON_ARRAY &&
	    json_array(v->raw, o->a, values, count, &err) == -1)
		*count = 0;
}

static bool
has_author(const struct feed_node *node, const struct author *person)
{
	for (size_t i = 0; i < node->authors.n; i++)
		if (str_eq(node->authors.v[i].name, person->name) &&
		    str_eq(node->authors.v[i].url, person->url))
			return true;
	return false;
}

static void
add_author(const struct object *outer, const struct json_value *v,
    struct feed_node *node)
{
	struct object o;
	struct author person = { 0 };

	if (v != NULL && v->type == JSON_STRING)
		person.name = json_str(v, outer->a);
	else if (object_of(v, outer, &o) == 0) {
		person.name = string_of(&o, "name");
		person.url = url_member(&o, "url").s;
		if (str_istarts(person.url, STR("mailto:")))
			person.email = str_from(person.url, strlen("mailto:"));
	}
	if ((person.name.n > 0 || person.url.n > 0) && !has_author(node, &person))
		*VEC_ADD(outer->a, node->authors) = person;
}

/* 1.1 has `authors`; 1.0 had `author`, and many write both. */
static void
read_authors(const struct object *o, struct feed_node *node)
{
	struct json_value *values;
	size_t n;

	values_of(o, "authors", &values, &n);
	for (size_t i = 0; i < n && i < 256; i++)
		add_author(o, &values[i], node);
	if (n == 0)
		add_author(o, value_of(o, "authors"), node);
	add_author(o, value_of(o, "author"), node);
}

static void
read_tags(const struct object *o, struct feed_node *node)
{
	struct json_value *values;
	size_t n;

	values_of(o, "tags", &values, &n);
	for (size_t i = 0; i < n; i++) {
		struct str term = str_trim(json_str(&values[i], o->a));

		if (term.n > 0)
			VEC_ADD(o->a, node->categories)->term = term;
	}
}

static void
read_attachments(const struct object *outer, struct feed_node *node)
{
	struct json_value *values;
	size_t n;

	values_of(outer, "attachments", &values, &n);
	for (size_t i = 0; i < n; i++) {
		struct feed_attachment *file;
		struct object o;
		struct feed_value url;

		if (object_of(&values[i], outer, &o) == -1)
			continue;
		url = url_member(&o, "url");
		if (url.rank == 0)
			continue;
		file = VEC_ADD(outer->a, node->attachments);
		file->url = url.s;
		file->type = string_of(&o, "mime_type");
		file->title = string_of(&o, "title");
		file->size = str_number(string_of(&o, "size_in_bytes"),
		    1LL << 50);
		file->seconds = str_number(string_of(&o, "duration_in_seconds"),
		    1LL << 40);
	}
}

static void
read_contents(const struct object *o, struct feed_node *node)
{
	static const char *const names[][2] = { { "content_html", "text/html" },
	    { "content_text", "text/plain" } };

	for (size_t i = 0; i < 2; i++) {
		struct feed_text text = text_member(o, names[i][0], names[i][1]);

		if (text.rank == 0)
			continue;
		if (i == 0)
			text.value = markup_absolute(text.value, o->base, o->a);
		*VEC_ADD(o->a, node->contents) = text;
	}
}

static void
read_entry(struct feed *feed, const struct object *o)
{
	struct feed_node *node = arena_zalloc(o->a, sizeof(*node));

	*VEC_ADD(o->a, feed->entries) = node;
	node->id = member(o, "id");
	node->url = url_member(o, "url");
	node->external_url = url_member(o, "external_url");
	node->title = text_member(o, "title", "text/plain");
	node->summary = text_member(o, "summary", "text/plain");
	node->published = when_member(o, "date_published");
	node->modified = when_member(o, "date_modified");
	node->image = url_member(o, "image");
	if (node->image.rank == 0)
		node->image = url_member(o, "banner_image");
	node->language = member(o, "language");
	read_contents(o, node);
	read_authors(o, node);
	if (node->authors.n == 0)	/* the feed's are the item's too */
		memcpy(&node->authors, &feed->head.authors,
		    sizeof(node->authors));
	read_tags(o, node);
	read_attachments(o, node);
}

static void
read_head(struct feed *feed, const struct object *o)
{
	struct feed_node *head = &feed->head;
	struct json_value *hubs;
	struct object hub;
	size_t n;

	head->title = text_member(o, "title", "text/plain");
	head->summary = text_member(o, "description", "text/plain");
	head->url = url_member(o, "home_page_url");
	head->feed_url = url_member(o, "feed_url");
	head->icon = url_member(o, "icon");
	head->image = head->icon;
	head->language = member(o, "language");
	read_authors(o, head);
	values_of(o, "hubs", &hubs, &n);
	if (n > 0 && object_of(&hubs[0], o, &hub) == 0)
		feed->hub = url_member(&hub, "url").s;
}

int
feed_parse_json(struct str text, struct arena *a, struct feed *feed,
    struct err *err)
{
	struct object o = { .a = a, .base = feed->head.base }, entry;
	struct json_value *items;
	struct str version;
	size_t n;

	if (json_object(text, a, &o.members, &o.count, err) == -1)
		return -1;
	version = string_of(&o, "version");
	if (value_of(&o, "items") == NULL &&
	    str_find(version, STR("jsonfeed"), 0) == -1)
		return err_set(err, "JSON, but not a feed");
	feed->version = str_ends(version, STR("1.1")) ? "json11" : "json1";
	read_head(feed, &o);
	values_of(&o, "items", &items, &n);
	for (size_t i = 0; i < n; i++)
		if (object_of(&items[i], &o, &entry) == 0)
			read_entry(feed, &entry);
	return 0;
}
