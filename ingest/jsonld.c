#include "base/json.h"
#include "ingest/jsonld.h"

/* Objects of one page that are looked at; lists of hundreds are not ours. */
#define OBJECTS_MAX	128
/* Levels of arrays and graphs around an article. */
#define LEVELS_MAX	6
#define NAMES_MAX	32

struct object {
	struct json_member	*members;
	size_t			 count;
};

struct graph {
	struct object	 objects[OBJECTS_MAX];
	size_t		 count;
	struct arena	*a;
};

static const struct json_value *
member(const struct object *o, const char *name)
{
	const struct json_member *m = json_find(o->members, o->count, name);

	return m ? &m->value : NULL;
}

static void
gather(struct graph *g, struct str text, unsigned level)
{
	static const char *const inner[] = { "@graph", "mainEntity",
	    "mainEntityOfPage", "itemReviewed" };
	struct object o;
	struct json_value *values;
	struct err err;
	size_t count;

	if (level > LEVELS_MAX || text.n == 0 || g->count == OBJECTS_MAX)
		return;
	if (text.p[0] == '[' &&
	    json_array(text, g->a, &values, &count, &err) == 0) {
		for (size_t i = 0; i < count; i++)
			gather(g, values[i].raw, level + 1);
		return;
	}
	if (text.p[0] != '{' ||
	    json_object(text, g->a, &o.members, &o.count, &err) == -1)
		return;
	g->objects[g->count++] = o;
	for (size_t i = 0; i < sizeof(inner) / sizeof(*inner); i++) {
		const struct json_value *v = member(&o, inner[i]);

		if (v != NULL)
			gather(g, v->raw, level + 1);
	}
}

/* The string that `v` is or, for an object, that its name or URL is; of an
 * array the first. */
static struct str
text_of(const struct graph *g, const struct json_value *v, const char *name)
{
	struct json_value *values;
	struct object o;
	struct err err;
	size_t count;

	if (v == NULL)
		return STR_NONE;
	if (v->type == JSON_STRING)
		return str_trim(json_str(v, g->a));
	if (v->type == JSON_ARRAY &&
	    json_array(v->raw, g->a, &values, &count, &err) == 0 && count > 0)
		return values[0].type == JSON_ARRAY ? STR_NONE :
		    text_of(g, &values[0], name);
	if (v->type == JSON_OBJECT &&
	    json_object(v->raw, g->a, &o.members, &o.count, &err) == 0) {
		const struct json_value *inner = member(&o, name);

		return inner && inner->type == JSON_STRING ?
		    str_trim(json_str(inner, g->a)) : STR_NONE;
	}
	return STR_NONE;
}

/* An author that is given as {"@id": ...} stands elsewhere in the graph. */
static struct str
name_by_id(const struct graph *g, struct str id)
{
	for (size_t i = 0; id.n > 0 && i < g->count; i++) {
		const struct object *o = &g->objects[i];

		if (str_eq(text_of(g, member(o, "@id"), ""), id) &&
		    member(o, "name") != NULL)
			return text_of(g, member(o, "name"), "name");
	}
	return STR_NONE;
}

static void
add_name(const struct graph *g, const struct json_value *v, struct str *names,
    size_t *count)
{
	struct str name = text_of(g, v, "name");

	if (name.n == 0 && v->type == JSON_OBJECT)
		name = name_by_id(g, text_of(g, v, "@id"));
	if (name.n > 0 && *count < NAMES_MAX)
		names[(*count)++] = name;
}

/* A string, an object with a name, or an array of either. */
static struct str *
names_of(const struct graph *g, const struct json_value *v, size_t *count)
{
	struct str *names = arena_array(g->a, NAMES_MAX, sizeof(*names));
	struct json_value *values;
	struct err err;
	size_t n;

	*count = 0;
	if (v == NULL)
		return names;
	if (v->type != JSON_ARRAY)
		add_name(g, v, names, count);
	else if (json_array(v->raw, g->a, &values, &n, &err) == 0)
		for (size_t i = 0; i < n; i++)
			add_name(g, &values[i], names, count);
	return names;
}

static bool
type_is_article(struct str type)
{
	return str_ends(type, STR("Article")) ||
	    str_ends(type, STR("Posting")) ||
	    str_ends(type, STR("BlogPost")) ||
	    str_ends(type, STR("Review")) ||
	    str_ends(type, STR("Report"));
}

static bool
is_article(const struct graph *g, const struct object *o)
{
	const struct json_value *type = member(o, "@type");
	struct json_value *values;
	struct err err;
	size_t count;

	if (type == NULL)
		return false;
	if (type->type != JSON_ARRAY)
		return type_is_article(text_of(g, type, ""));
	if (json_array(type->raw, g->a, &values, &count, &err) == -1)
		return false;
	for (size_t i = 0; i < count; i++)
		if (type_is_article(json_str(&values[i], g->a)))
			return true;
	return false;
}

static struct str
either(const struct graph *g, const struct object *o, const char *name,
    const char *other)
{
	struct str s = text_of(g, member(o, name), "name");

	return s.n > 0 ? s : text_of(g, member(o, other), "name");
}

static void
read_object(struct jsonld *ld, const struct graph *g, const struct object *o)
{
	ld->headline = either(g, o, "headline", "name");
	ld->summary = text_of(g, member(o, "description"), "name");
	ld->published = either(g, o, "datePublished", "dateCreated");
	ld->modified = text_of(g, member(o, "dateModified"), "");
	ld->language = text_of(g, member(o, "inLanguage"), "alternateName");
	ld->publisher = text_of(g, member(o, "publisher"), "name");
	ld->image = text_of(g, member(o, "image"), "url");
	ld->url = text_of(g, member(o, "url"), "@id");
	ld->body = text_of(g, member(o, "articleBody"), "");
	ld->authors = names_of(g, member(o, "author"), &ld->nauthors);
	if (ld->nauthors == 0)
		ld->authors = names_of(g, member(o, "creator"), &ld->nauthors);
	ld->tags = names_of(g, member(o, "keywords"), &ld->ntags);
}

/* JSON as pages have it: in a CDATA section or comment, with a semicolon
 * behind, with raw line breaks in strings. */
static struct str
tidy(struct str script, struct arena *a)
{
	char *p = arena_cstr(a, script);

	for (size_t i = 0; i < script.n; i++)
		if ((unsigned char)p[i] < ' ')
			p[i] = ' ';
	script.p = p;
	while (script.n > 0 && script.p[0] != '{' && script.p[0] != '[')
		script = str_from(script, 1);
	if (str_starts(script, STR("[CDATA[")))
		script = str_from(script, strlen("[CDATA["));
	while (script.n > 0 && script.p[0] != '{' && script.p[0] != '[')
		script = str_from(script, 1);
	while (script.n > 0 && script.p[script.n - 1] != '}' &&
	    script.p[script.n - 1] != ']')
		script.n--;
	while (str_ends(script, STR("]]")) && script.p[0] == '{')
		script.n -= 2;
	return str_trim(script);
}

void
jsonld_read(struct jsonld *ld, const struct str *scripts, size_t count,
    struct arena *a)
{
	struct graph *g = arena_zalloc(a, sizeof(*g));

	*ld = (struct jsonld){ .is_article = false };
	g->a = a;
	for (size_t i = 0; i < count; i++)
		gather(g, tidy(scripts[i], a), 0);
	for (size_t i = 0; i < g->count && !ld->is_article; i++)
		if (is_article(g, &g->objects[i])) {
			read_object(ld, g, &g->objects[i]);
			ld->is_article = true;
		}
	for (size_t i = 0; i < g->count && !ld->is_article; i++)
		if (member(&g->objects[i], "datePublished") != NULL) {
			read_object(ld, g, &g->objects[i]);
			break;
		}
}
