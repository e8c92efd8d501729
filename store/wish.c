#include <string.h>

#include "base/err.h"
#include "base/zone.h"
#include "store/query.h"
#include "store/when.h"
#include "store/wish.h"

/* FIELD:"A","B" from what the option was given, with or without commas. */
static void
put_choice(struct buf *q, const char *field, const struct opt_list *list)
{
	const char *sign = field;

	for (size_t i = 0; i < list->n; i++) {
		struct str rest = str_of(list->v[i]), value;

		while (str_split(&rest, ',', &value)) {
			query_add_value(q, sign, value);
			sign = ",";
		}
	}
}

static void
put_range(struct buf *q, const char *field, const char *range)
{
	if (range != NULL)
		query_add_value(q, field, str_of(range));
}

static void
put_time(struct buf *q, const char *term, const char *time, const char *zone)
{
	struct buf value = BUF_INIT;

	if (time == NULL)
		return;
	buf_addz(&value, time);
	if (zone != NULL && when_is_day(str_of(time)))
		buf_addf(&value, "@%s", zone);
	query_add_value(q, term, buf_str(&value));
	buf_release(&value);
}

/* A slash ends an expression, unless a backslash stands before it. */
static void
put_regex(struct buf *q, struct str expression)
{
	buf_addz(q, " text:/");
	for (size_t i = 0; i < expression.n; i++) {
		if (expression.p[i] == '/')
			buf_addc(q, '\\');
		buf_addc(q, expression.p[i]);
	}
	buf_addc(q, '/');
}

void
wish_put(const struct wish *w, int words, char **word, struct buf *q)
{
	bool published = strcmp(w->by, "published") == 0, alone;
	const struct {
		const char		*field;
		const struct opt_list	*list;
	} choices[] = { { " label:", &w->label }, { " domain:", &w->domain },
	    { " topic:", &w->topic }, { " actor:", &w->actor },
	    { " source:", &w->source }, { " lang:", &w->lang },
	    { " tag:", &w->tag }, { " stage:", &w->stage },
	    { " story:", &w->story }, { " type:", &w->type } };

	if (!published && strcmp(w->by, "arrival") != 0)
		usage_error("'--by' takes arrival or published, not '%s'",
		    w->by);
	if (w->zone != NULL && !zone_exists(str_of(w->zone)))
		usage_error("there is no time zone '%s'", w->zone);
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++)
		put_choice(q, choices[i].field, choices[i].list);
	put_range(q, " score:", w->score);
	put_range(q, " confidence:", w->confidence);
	put_range(q, " revision:", w->revision);
	for (size_t i = 0; i < w->text.n; i++)
		query_add_value(q, " text:", str_of(w->text.v[i]));
	for (size_t i = 0; i < w->regex.n; i++)
		put_regex(q, str_of(w->regex.v[i]));
	put_time(q, published ? " published>=" : " stored>=", w->since,
	    w->zone);
	put_time(q, published ? " published<" : " stored<", w->until, w->zone);
	alone = q->n == 0;
	if (words > 0 && !alone)
		buf_addz(q, " (");
	for (int i = 0; i < words; i++)
		buf_addf(q, "%s%s", i > 0 ? " " : "", word[i]);
	if (words > 0 && !alone)
		buf_addc(q, ')');
}

void
wish_release(struct wish *w)
{
	struct opt_list *lists[] = { &w->label, &w->domain, &w->topic,
	    &w->actor, &w->source, &w->lang, &w->tag, &w->stage, &w->story,
	    &w->type, &w->text, &w->regex };

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		opt_list_release(lists[i]);
}
