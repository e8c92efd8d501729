#include <math.h>

#include "base/csv.h"
#include "base/date.h"
#include "store/column.h"
#include "store/edits.h"

static const char *const names[COLUMNS] = {
	[COLUMN_SEQ] = "seq", [COLUMN_STORED] = "stored",
	[COLUMN_PUBLISHED] = "published", [COLUMN_DAY] = "day",
	[COLUMN_WEEK] = "week", [COLUMN_MONTH] = "month",
	[COLUMN_LABEL] = "label", [COLUMN_STAGE] = "stage",
	[COLUMN_SCORE] = "score", [COLUMN_CONFIDENCE] = "confidence",
	[COLUMN_DOMAIN] = "domain", [COLUMN_TOPIC] = "topic",
	[COLUMN_ACTOR] = "actor", [COLUMN_SOURCE] = "source",
	[COLUMN_LANGUAGE] = "lang", [COLUMN_TITLE] = "title",
	[COLUMN_URL] = "url", [COLUMN_ID] = "id", [COLUMN_KEY] = "key",
	[COLUMN_REVISION] = "revision", [COLUMN_STORY] = "story",
	[COLUMN_JOINED] = "joined_by", [COLUMN_SENTENCE] = "sentence",
	[COLUMN_TEXT] = "text", [COLUMN_FETCHED] = "fetched",
	[COLUMN_FETCHED_URL] = "fetched_url", [COLUMN_SHA256] = "sha256",
};

const char *
column_name(enum column column)
{
	return names[column];
}

int
columns_parse(struct columns *c, const char *list, struct err *err)
{
	struct str rest = str_of(list), name;

	c->n = 0;
	while (str_split(&rest, ',', &name)) {
		int column = 0;

		while (column < COLUMNS && !str_eq(name, str_of(names[column])))
			column++;
		if (column == COLUMNS)
			return err_set(err, "there is no column '%.*s'",
			    STR_FMT(name));
		for (size_t i = 0; i < c->n; i++)
			if ((int)c->v[i] == column)
				return err_set(err, "column '%s' stands twice",
				    names[column]);
		c->v[c->n++] = (enum column)column;
	}
	return c->n > 0 ? 0 : err_set(err, "no column is named");
}

#define DAY	86400

/* The part of the written time that names its day or month, or the Monday. */
static struct str
calendar(const struct article *art, enum column column)
{
	int64_t t = article_published(art), day = t / DAY;
	char when[DATE_SIZE];

	if (column == COLUMN_WEEK)
		t = (day - (day + 3) % 7) * DAY;	/* 1970 began on a Thursday */
	date_format_utc(t, when);
	return arena_str(art->a, str_slice(str_of(when), 0,
	    column == COLUMN_MONTH ? 7 : 10));
}

static struct str
instant(const struct article *art, int64_t t)
{
	char when[DATE_SIZE];

	date_format_utc(t, when);
	return arena_str(art->a, str_of(when));
}

static struct str
measure(const struct article *art, const char *name)
{
	double v = article_measure(art, name);

	return isnan(v) ? STR_NONE : arena_printf(art->a, "%.3f", v);
}

static struct str
number(const struct article *art, uint64_t v)
{
	return v ? arena_printf(art->a, "%llu", (unsigned long long)v) :
	    STR_NONE;
}

static struct str
sentence(const struct article *art)
{
	struct proof p;

	return article_proof(art, &p) ? arena_printf(art->a, "%.*s%.*s%.*s",
	    STR_FMT(p.before), STR_FMT(p.exact), STR_FMT(p.after)) : STR_NONE;
}

/* The value of a column that has one at most. */
static struct str
single(const struct article *art, enum column column)
{
	const struct record *rec = &art->rec;

	switch (column) {
	case COLUMN_SEQ:
		return number(art, art->line->seq);
	case COLUMN_STORED:
		return instant(art, art->line->stored);
	case COLUMN_PUBLISHED:
		return instant(art, article_published(art));
	case COLUMN_DAY:
	case COLUMN_WEEK:
	case COLUMN_MONTH:
		return calendar(art, column);
	case COLUMN_LABEL:
	case COLUMN_STAGE:
		return article_verdict(art, names[column]);
	case COLUMN_SCORE:
	case COLUMN_CONFIDENCE:
		return measure(art, names[column]);
	case COLUMN_SOURCE:
		return article_source(art);
	case COLUMN_LANGUAGE:
		return record_str(rec, RECORD_LANGUAGE, art->a);
	case COLUMN_TITLE:
		return record_str(rec, RECORD_TITLE, art->a);
	case COLUMN_URL:
		return record_str(rec, RECORD_URL, art->a);
	case COLUMN_ID:
		return record_str(rec, RECORD_ID, art->a);
	case COLUMN_KEY:
		return record_key(rec, art->a);
	case COLUMN_REVISION:
		return number(art, art->line->revision);
	case COLUMN_STORY:
		return article_story(art);
	case COLUMN_JOINED:
		return article_joined_by(art);
	case COLUMN_SENTENCE:
		return sentence(art);
	case COLUMN_TEXT:
		return record_str(rec, RECORD_TEXT, art->a);
	case COLUMN_FETCHED:
		return article_inner(art, RECORD_FETCHED, "at");
	case COLUMN_FETCHED_URL:
		return article_inner(art, RECORD_FETCHED, "url");
	case COLUMN_SHA256:
		return article_inner(art, RECORD_FETCHED, "sha256");
	case COLUMN_DOMAIN:
	case COLUMN_TOPIC:
	case COLUMN_ACTOR:
	case COLUMNS:
		break;
	}
	BUG("not a column of one value");
}

size_t
column_values(const struct article *art, enum column column,
    struct str **values)
{
	if (column == COLUMN_DOMAIN)
		return article_list(art, "domains", values);
	if (column == COLUMN_TOPIC)
		return article_list(art, "topics", values);
	if (column == COLUMN_ACTOR)
		return article_list(art, "actors", values);
	*values = arena_array(art->a, 1, sizeof(**values));
	(*values)[0] = single(art, column);
	return (*values)[0].n > 0;
}

struct str
column_text(const struct article *art, enum column column)
{
	struct buf b = BUF_INIT;
	struct str *values, joined;
	size_t n = column_values(art, column, &values);

	if (n == 1)
		return values[0];
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%.*s", i > 0 ? "; " : "", STR_FMT(values[i]));
	joined = arena_str(art->a, buf_str(&b));
	buf_release(&b);
	return joined;
}

/* -0.5 begins like a formula and is none. */
static bool
is_number(struct str s)
{
	size_t digits = 0, points = 0;

	for (size_t i = str_starts(s, STR("-")); i < s.n; i++) {
		digits += is_digit(s.p[i]);
		points += s.p[i] == '.';
		if (!is_digit(s.p[i]) && s.p[i] != '.')
			return false;
	}
	return digits > 0 && points <= 1;
}

void
cell_put(struct buf *b, enum table_format format, struct str s, bool first,
    bool raw)
{
	struct buf safe = BUF_INIT;

	if (!first)
		buf_addc(b, format == TABLE_CSV ? ',' : '\t');
	if (!raw && s.n > 0 && s.p[0] != '\0' &&
	    strchr("=+-@\t\r\n", s.p[0]) != NULL && !is_number(s))
		buf_addc(&safe, '\'');
	buf_adds(&safe, s);
	for (size_t i = 0; format != TABLE_CSV && i < safe.n; i++)
		if (strchr("\t\r\n", safe.p[i]) != NULL)
			safe.p[i] = ' ';
	if (format == TABLE_CSV)
		csv_put(b, buf_str(&safe));
	else
		buf_adds(b, buf_str(&safe));
	buf_release(&safe);
}
