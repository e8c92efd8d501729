#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/term.h"
#include "store/group.h"

#define FIRST_SLOTS	256u

/* Values are joined by a byte that no UTF-8 text has. */
#define SEPARATOR	'\xff'

struct group {
	struct str	values;		/* owned */
	uint64_t	count;
};

struct groups {
	struct columns	 by;
	struct group	*slots;		/* open addressing, at most half full */
	size_t		 n, cap;
	struct buf	 values;	/* of the article in work */
};

struct groups *
groups_new(const struct columns *by)
{
	struct groups *g = xcalloc(1, sizeof(*g));

	g->by = *by;
	g->cap = FIRST_SLOTS;
	g->slots = xcalloc(g->cap, sizeof(*g->slots));
	return g;
}

void
groups_free(struct groups *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->cap; i++)
		free((void *)(uintptr_t)g->slots[i].values.p);
	free(g->slots);
	buf_release(&g->values);
	free(g);
}

static struct group *
find(struct groups *g, struct str values)
{
	size_t i = (size_t)hash64(values) & (g->cap - 1);

	while (g->slots[i].values.p != NULL &&
	    !str_eq(g->slots[i].values, values))
		i = (i + 1) & (g->cap - 1);
	return &g->slots[i];
}

static void
grow(struct groups *g)
{
	struct group *old = g->slots;
	size_t n = g->cap;

	g->cap *= 2;
	g->slots = xcalloc(g->cap, sizeof(*g->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i].values.p != NULL)
			*find(g, old[i].values) = old[i];
	free(old);
}

static void
count_one(struct groups *g)
{
	struct group *group = find(g, buf_str(&g->values));

	if (group->values.p == NULL) {
		if (2 * ++g->n > g->cap) {
			grow(g);
			group = find(g, buf_str(&g->values));
		}
		group->values = (struct str){ xstrndup(g->values.p,
		    g->values.n), g->values.n };
	}
	group->count++;
}

/* Extend the values by each of column `i`, then go on with the next. */
static void
extend(struct groups *g, const struct article *art, size_t i)
{
	struct str *values, none = STR("(none)");
	size_t n, before = g->values.n;

	if (i == g->by.n) {
		count_one(g);
		return;
	}
	n = column_values(art, g->by.v[i], &values);
	if (n == 0) {
		values = &none;
		n = 1;
	}
	for (size_t k = 0; k < n; k++) {
		g->values.n = before;
		buf_adds(&g->values, values[k]);
		buf_addc(&g->values, SEPARATOR);
		extend(g, art, i + 1);
	}
	g->values.n = before;
}

void
groups_count(struct groups *g, const struct article *art)
{
	extend(g, art, 0);
}

static int
by_values(const void *a, const void *b)
{
	return str_cmp(((const struct group *)a)->values,
	    ((const struct group *)b)->values);
}

static void
put_json(struct buf *b, const struct groups *g, const struct group *group)
{
	struct str rest = group->values, value;

	json_open(b, '{');
	for (size_t i = 0; i < g->by.n; i++) {
		str_split(&rest, SEPARATOR, &value);
		json_member_str(b, column_name(g->by.v[i]), value);
	}
	json_name(b, "count");
	json_put_int(b, (long long)group->count);
	buf_addz(b, "}\n");
}

static void
put_cells(struct buf *b, const struct groups *g, const struct group *group,
    enum table_format format, bool raw)
{
	struct str rest = group->values, value;

	for (size_t i = 0; i < g->by.n; i++) {
		str_split(&rest, SEPARATOR, &value);
		cell_put(b, format, value, i == 0, raw);
	}
	buf_addf(b, "%c%llu\n", format == TABLE_CSV ? ',' : '\t',
	    (unsigned long long)group->count);
}

#define COLUMN_WIDTH	24u

static void
put_padded(struct buf *b, struct str s)
{
	unsigned used = term_add_cut(b, s, COLUMN_WIDTH);

	buf_addf(b, "%*s", (int)(COLUMN_WIDTH + 2 - used), "");
}

static void
put_row(struct buf *b, const struct groups *g, const struct group *group)
{
	struct str rest = group->values, value;

	for (size_t i = 0; i < g->by.n; i++) {
		str_split(&rest, SEPARATOR, &value);
		put_padded(b, value);
	}
	buf_addf(b, "%8llu\n", (unsigned long long)group->count);
}

static void
put_names(struct buf *b, const struct groups *g, enum table_format format)
{
	if (format == TABLE_JSONL)
		return;
	for (size_t i = 0; i < g->by.n; i++) {
		struct str name = str_of(column_name(g->by.v[i]));

		if (format == TABLE_TEXT)
			put_padded(b, name);
		else
			cell_put(b, format, name, i == 0, true);
	}
	buf_addz(b, format == TABLE_TEXT ? "   count\n" :
	    format == TABLE_CSV ? ",count\n" : "\tcount\n");
}

void
groups_put(struct groups *g, struct buf *b, enum table_format format, bool raw)
{
	struct group *sorted = xcalloc(g->n, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < g->cap; i++)
		if (g->slots[i].values.p != NULL)
			sorted[n++] = g->slots[i];
	if (n > 0)
		qsort(sorted, n, sizeof(*sorted), by_values);
	put_names(b, g, format);
	for (size_t i = 0; i < n; i++)
		switch (format) {
		case TABLE_JSONL:
			put_json(b, g, &sorted[i]);
			break;
		case TABLE_TEXT:
			put_row(b, g, &sorted[i]);
			break;
		case TABLE_PLOT:
		case TABLE_SVG:		/* not offered */
		case TABLE_CSV:
		case TABLE_TSV:
			put_cells(b, g, &sorted[i], format, raw);
			break;
		}
	free(sorted);
}
