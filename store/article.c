#include <math.h>

#include "base/date.h"
#include "base/text/words.h"
#include "base/utf8.h"
#include "store/article.h"

int
article_of(struct article *art, const struct record *rec, struct arena *a,
    struct err *err)
{
	const struct json_member *stance = rec->known[RECORD_STANCE];

	*art = (struct article){ .rec = *rec, .a = a };
	return stance ? json_object(stance->value.raw, a, &art->stance,
	    &art->stance_count, err) : 0;
}

int
article_read(struct article *art, const struct line *line, struct arena *a,
    struct err *err)
{
	struct record rec;

	if (record_read(&rec, line->text, a, err) == -1 ||
	    article_of(art, &rec, a, err) == -1)
		return -1;
	art->line = line;
	return 0;
}

static const struct json_member *
find_verdict(const struct article *art, const char *name)
{
	return json_find(art->stance, art->stance_count, name);
}

struct str
article_verdict(const struct article *art, const char *name)
{
	const struct json_member *m = find_verdict(art, name);

	return m ? json_str(&m->value, art->a) : STR_NONE;
}

double
article_measure(const struct article *art, const char *name)
{
	const struct json_member *m = find_verdict(art, name);

	return m ? json_num(&m->value, NAN) : NAN;
}

/* The values of an array; none when it is something else. */
static size_t
values_of(const struct json_value *v, struct arena *a,
    struct json_value **values)
{
	struct err ignored;
	size_t count;

	if (v->type != JSON_ARRAY ||
	    json_array(v->raw, a, values, &count, &ignored) == -1)
		return 0;
	return count;
}

size_t
article_list(const struct article *art, const char *name, struct str **strings)
{
	const struct json_member *m = find_verdict(art, name);
	struct json_value *values;
	size_t count = m ? values_of(&m->value, art->a, &values) : 0;

	*strings = arena_array(art->a, count, sizeof(**strings));
	for (size_t i = 0; i < count; i++)
		(*strings)[i] = json_str(&values[i], art->a);
	return count;
}

struct str
article_inner(const struct article *art, enum record_field outer,
    const char *name)
{
	const struct json_value *v = record_inner(&art->rec, outer, name,
	    art->a);

	return v ? json_str(v, art->a) : STR_NONE;
}

struct str
article_host(const struct article *art)
{
	struct str url = record_str(&art->rec, RECORD_URL, art->a);
	ptrdiff_t slashes = str_find(url, STR("://"), 0);
	struct str host;
	size_t n = 0;

	if (slashes < 0)
		return STR_NONE;
	host = str_from(url, (size_t)slashes + 3);
	while (n < host.n && strchr("/?#:", host.p[n]) == NULL)
		n++;
	host.n = n;
	return str_istarts(host, STR("www.")) ? str_from(host, 4) : host;
}

struct str
article_source(const struct article *art)
{
	struct str title = article_inner(art, RECORD_FEED, "title");

	return title.n > 0 ? title : article_host(art);
}

int64_t
article_published(const struct article *art)
{
	struct date d;

	if (date_parse_3339(record_str(&art->rec, RECORD_PUBLISHED, art->a),
	    &d) == -1 || d.seconds > art->line->stored)
		return art->line->stored;
	return d.seconds;
}

bool
article_is_backfill(const struct article *art)
{
	const struct json_value *v = record_inner(&art->rec, RECORD_FETCHED,
	    "backfill", art->a);

	return v != NULL && v->type == JSON_TRUE;
}

/* One evidence item. */
struct evidence {
	struct str	effect, field, exact;
	double		weight;
	size_t		start;
};

static int
read_evidence(struct evidence *e, const struct json_value *v, struct arena *a)
{
	struct json_member *m;
	struct err ignored;
	size_t count;
	const struct json_member *f[5];
	static const char *const names[] = { "effect", "field", "exact",
	    "weight", "start" };

	if (v->type != JSON_OBJECT ||
	    json_object(v->raw, a, &m, &count, &ignored) == -1)
		return -1;
	for (size_t i = 0; i < 5; i++)
		f[i] = json_find(m, count, names[i]);
	if (f[1] == NULL || f[2] == NULL || f[4] == NULL)
		return -1;
	e->effect = f[0] ? json_str(&f[0]->value, a) : STR_NONE;
	e->field = json_str(&f[1]->value, a);
	e->exact = json_str(&f[2]->value, a);
	e->weight = f[3] ? fabs(json_num(&f[3]->value, 0)) : 0;
	e->start = (size_t)fmax(0, json_num(&f[4]->value, 0));
	return 0;
}

static bool
weightiest(const struct article *art, struct evidence *best)
{
	const struct json_member *list = find_verdict(art, "evidence");
	struct str label = article_verdict(art, "label");
	struct json_value *values;
	size_t count = list ? values_of(&list->value, art->a, &values) : 0;
	double top = -1;

	for (size_t i = 0; i < count; i++) {
		struct evidence e;
		double rank;

		if (read_evidence(&e, &values[i], art->a) == -1)
			continue;
		rank = e.weight + (str_eq(e.effect, label) ? 1e6 : 0);
		if (rank > top) {
			top = rank;
			*best = e;
		}
	}
	return top >= 0;
}

/* Widen start..end to the sentences that hold it. */
static void
find_sentence(struct str text, size_t start, size_t end, size_t *from,
    size_t *to)
{
	struct words w = WORDS_INIT;

	*from = start;
	*to = end;
	words_split(&w, text);
	for (size_t i = 0; i < w.sentence_count; i++) {
		const struct sentence *s = &w.sentences[i];
		size_t first, last;

		if (s->end == s->first)
			continue;
		first = w.tokens[s->first].start;
		last = w.tokens[s->end - 1].end;
		if (last <= start || first >= end)
			continue;
		if (first < *from)
			*from = first;
		if (last > *to)
			*to = last;
	}
	words_release(&w);
}

bool
article_proof(const struct article *art, struct proof *proof)
{
	struct evidence e = { .start = 0 };
	const struct json_member *m;
	struct str text;
	size_t start, end, from, to;

	if (!weightiest(art, &e) || e.exact.n == 0)
		return false;
	m = json_find(art->rec.members, art->rec.count,
	    arena_cstr(art->a, e.field));
	text = m ? json_str(&m->value, art->a) : STR_NONE;
	start = utf8_offset(text, e.start);
	end = start + e.exact.n;
	if (!str_eq(str_slice(text, start, end), e.exact))
		return false;
	find_sentence(text, start, end, &from, &to);
	proof->before = str_slice(text, from, start);
	proof->exact = e.exact;
	proof->after = str_slice(text, end, to);
	return true;
}
