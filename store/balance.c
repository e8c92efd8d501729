#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/term.h"
#include "store/balance.h"
#include "store/edits.h"
#include "store/ids.h"
#include "store/plot.h"

#define SAMPLES		1000
/* More votes than this are sampled in so many steps, each for several: the
 * interval is then narrower than what a figure shows. */
#define DRAWS_MOST	10000
#define BAR_WIDTH	41
#define GROUP_WIDTH	20
#define SEPARATOR	'\xff'		/* in no UTF-8 text */

enum vote { VOTE_EASING, VOTE_TIGHTENING, VOTE_MIXED, VOTE_NEUTRAL, VOTES };

static const char *const vote_names[] = { "easing", "tightening", "mixed",
	"neutral" };

struct row {
	struct str	key;		/* period, separator, group; owned */
	uint64_t	votes[VOTES];
	double		net, low, high;	/* NAN without votes */
};

struct balance {
	enum column	 period, group;
	uint64_t	 seed;
	struct row	*rows;		/* in the order they came */
	size_t		 n, cap;
	struct ids	*index;		/* key to row */
	struct ids	*voted;		/* period, group and story */
	struct buf	 key;
};

struct balance *
balance_new(enum column period, enum column group, uint64_t seed)
{
	struct balance *bal = xcalloc(1, sizeof(*bal));

	bal->period = period;
	bal->group = group;
	bal->seed = seed;
	bal->index = ids_new();
	bal->voted = ids_new();
	return bal;
}

void
balance_free(struct balance *bal)
{
	if (bal == NULL)
		return;
	for (size_t i = 0; i < bal->n; i++)
		free((void *)(uintptr_t)bal->rows[i].key.p);
	free(bal->rows);
	ids_free(bal->index);
	ids_free(bal->voted);
	buf_release(&bal->key);
	free(bal);
}

static struct row *
find_row(struct balance *bal)
{
	struct str key = buf_str(&bal->key);
	struct place place;

	if (ids_find(bal->index, id_of_key(key), &place))
		return &bal->rows[place.offset];
	GROW(bal->rows, bal->n, bal->cap);
	bal->rows[bal->n] = (struct row){ .key = { xstrndup(key.p, key.n),
	    key.n } };
	ids_put(bal->index, id_of_key(key),
	    (struct place){ 0, (uint32_t)bal->n });
	return &bal->rows[bal->n++];
}

/* The article's story has not voted in this period and group yet. */
static bool
may_vote(struct balance *bal, const struct article *art)
{
	struct str story = article_story(art);
	struct place ignored;
	uint64_t id = id_of_text(buf_str(&bal->key),
	    story.n ? story : record_key(&art->rec, art->a));

	if (ids_find(bal->voted, id, &ignored))
		return false;
	ids_put(bal->voted, id, (struct place){ 0, 0 });
	return true;
}

void
balance_count(struct balance *bal, const struct article *art)
{
	struct str label = article_verdict(art, "label");
	struct str *groups, all = STR("all");
	size_t n = 1, vote = 0;

	while (vote < VOTES && !str_eq(label, str_of(vote_names[vote])))
		vote++;
	if (vote == VOTES)
		return;
	if (bal->group == COLUMNS)
		groups = &all;
	else
		n = column_values(art, bal->group, &groups);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&bal->key);
		buf_adds(&bal->key, column_text(art, bal->period));
		buf_addc(&bal->key, SEPARATOR);
		buf_adds(&bal->key, groups[i]);
		if (may_vote(bal, art))
			find_row(bal)->votes[vote]++;
	}
}

/* xorshift64*: fixed seed, same figures. */
static double
draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (double)(*state * 0x2545f4914f6cdd1du >> 11) * 0x1p-53;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
bootstrap(struct row *r, uint64_t seed)
{
	double nets[SAMPLES];
	uint64_t n = r->votes[VOTE_EASING] + r->votes[VOTE_TIGHTENING] +
	    r->votes[VOTE_MIXED];
	double easing, tightening;
	uint64_t state = (2 * seed + 1) * 0x9e3779b97f4a7c15u;
	uint64_t draws = n < DRAWS_MOST ? n : DRAWS_MOST;

	r->net = r->low = r->high = NAN;
	if (n == 0)
		return;
	easing = (double)r->votes[VOTE_EASING] / (double)n;
	tightening = (double)r->votes[VOTE_TIGHTENING] / (double)n;
	r->net = easing - tightening;
	for (int i = 0; i < SAMPLES; i++) {
		int64_t sum = 0;

		for (uint64_t k = 0; k < draws; k++) {
			double p = draw(&state);

			sum += p < easing ? 1 : p < easing + tightening ? -1 :
			    0;
		}
		nets[i] = (double)sum / (double)draws;
	}
	qsort(nets, SAMPLES, sizeof(*nets), by_value);
	r->low = nets[SAMPLES / 40];
	r->high = nets[SAMPLES - 1 - SAMPLES / 40];
}

static int
by_key(const void *a, const void *b)
{
	return str_cmp(((const struct row *)a)->key,
	    ((const struct row *)b)->key);
}

static void
put_number(struct buf *b, enum table_format format, double v)
{
	char digits[32] = "";

	if (!isnan(v))
		snprintf(digits, sizeof(digits), "%.3f", v);
	/* ours, and a minus sign before a number is no formula */
	cell_put(b, format, str_of(digits), false, true);
}

static void
put_json(struct buf *b, const struct row *r, struct str period,
    struct str group)
{
	json_open(b, '{');
	json_member_str(b, "period", period);
	json_member_str(b, "group", group);
	for (size_t i = 0; i < VOTES; i++) {
		json_name(b, vote_names[i]);
		json_put_int(b, (long long)r->votes[i]);
	}
	if (!isnan(r->net)) {
		json_name(b, "net");
		json_put_num(b, r->net, 3);
		json_name(b, "low");
		json_put_num(b, r->low, 3);
		json_name(b, "high");
		json_put_num(b, r->high, 3);
	}
	buf_addz(b, "}\n");
}

static void
put_cells(struct buf *b, const struct row *r, struct str period,
    struct str group, enum table_format format, bool raw)
{
	char digits[32];

	cell_put(b, format, period, true, true);
	cell_put(b, format, group, false, raw);
	for (size_t i = 0; i < VOTES; i++) {
		snprintf(digits, sizeof(digits), "%llu",
		    (unsigned long long)r->votes[i]);
		cell_put(b, format, str_of(digits), false, true);
	}
	put_number(b, format, r->net);
	put_number(b, format, r->low);
	put_number(b, format, r->high);
	buf_addc(b, '\n');
}

static int
bar_column(double net)
{
	return (int)lround((net + 1) / 2 * (BAR_WIDTH - 1));
}

static void
put_bar(struct buf *b, const struct row *r)
{
	char bar[BAR_WIDTH + 1];

	memset(bar, ' ', BAR_WIDTH);
	bar[BAR_WIDTH] = '\0';
	bar[bar_column(0)] = '|';
	if (!isnan(r->net)) {
		for (int i = bar_column(r->low); i <= bar_column(r->high); i++)
			bar[i] = '-';
		bar[bar_column(r->net)] = 'o';
	}
	buf_addf(b, " %s\n", bar);
}

static void
put_text(struct buf *b, const struct row *r, struct str period,
    struct str group)
{
	unsigned used;

	buf_addf(b, "%-10.*s  ", STR_FMT(period));
	used = term_add_cut(b, group, GROUP_WIDTH);
	buf_addf(b, "%*s", (int)(GROUP_WIDTH - used), "");
	for (size_t i = 0; i < VOTES; i++)
		buf_addf(b, " %7llu", (unsigned long long)r->votes[i]);
	if (isnan(r->net))
		buf_addf(b, "  %21s", "");
	else
		buf_addf(b, "  %+.2f (%+.2f, %+.2f)", r->net, r->low, r->high);
	put_bar(b, r);
}

static void
put_names(struct buf *b, const struct balance *bal, enum table_format format)
{
	static const char *const names[] = { "group", "easing", "tightening",
		"mixed", "neutral", "net", "low", "high" };

	if (format == TABLE_JSONL)
		return;
	if (format == TABLE_TEXT) {
		buf_addf(b, "%-10s  %-*s  easing tighten   mixed neutral  "
		    "%-21s -1%*s+1\n", column_name(bal->period), GROUP_WIDTH,
		    bal->group == COLUMNS ? "" : column_name(bal->group),
		    "net (95 %)", BAR_WIDTH - 4, "");
		return;
	}
	cell_put(b, format, str_of(column_name(bal->period)), true, true);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		cell_put(b, format, str_of(names[i]), false, true);
	buf_addc(b, '\n');
}

/* The number of a period, for an axis of time: days, weeks or months. */
static long
period_number(enum column by, struct str period)
{
	long year = (long)str_number(str_slice(period, 0, 4), 9999);
	int month = (int)str_number(str_slice(period, 5, 7), 12);
	int64_t day;

	if (by == COLUMN_MONTH)
		return 12 * year + month;
	day = days_from_civil(year, month,
	    (int)str_number(str_slice(period, 8, 10), 31));
	return (long)(by == COLUMN_WEEK ? (day + 3) / 7 : day);
}

static int
by_group(const void *a, const void *b)
{
	struct str x = ((const struct row *)a)->key, y = x, ignored;

	y = ((const struct row *)b)->key;
	str_split(&x, SEPARATOR, &ignored);
	str_split(&y, SEPARATOR, &ignored);
	return str_eq(x, y) ? by_key(a, b) : str_cmp(x, y);
}

/* Put the rows that have votes into series, one for each group. */
static size_t
make_series(struct balance *bal, struct series *series, struct point *points,
    struct axis *axis)
{
	size_t n = 0, used = 0;

	for (size_t i = 0; i < bal->n; i++) {
		const struct row *r = &bal->rows[i];
		struct str group = r->key, period;
		long at;

		str_split(&group, SEPARATOR, &period);
		if (isnan(r->net))
			continue;
		at = period_number(bal->period, period);
		if (used == 0 || at < axis->first) {
			axis->first = at;
			axis->first_name = period;
		}
		if (used == 0 || at > axis->last) {
			axis->last = at;
			axis->last_name = period;
		}
		if (n == 0 || !str_eq(series[n - 1].name, group))
			series[n++] = (struct series){ group, points + used,
			    0 };
		points[used++] = (struct point){ at, r->net, r->low, r->high };
		series[n - 1].n++;
	}
	return n;
}

static void
put_plot(struct balance *bal, struct buf *b, enum table_format format,
    unsigned columns)
{
	struct series *series = xcalloc(bal->n + 1, sizeof(*series));
	struct point *points = xcalloc(bal->n + 1, sizeof(*points));
	struct axis axis = { 0, 0, STR_NONE, STR_NONE };
	size_t n;

	if (bal->n > 0)
		qsort(bal->rows, bal->n, sizeof(*bal->rows), by_group);
	n = make_series(bal, series, points, &axis);
	if (format == TABLE_SVG)
		plot_svg(b, series, n, &axis);
	for (size_t i = 0; format == TABLE_PLOT && i < n; i++)
		plot_text(b, &series[i], &axis, columns);
	free(series);
	free(points);
}

static void
put_row(struct buf *b, const struct row *r, enum table_format format, bool raw)
{
	struct str group = r->key, period;

	str_split(&group, SEPARATOR, &period);
	switch (format) {
	case TABLE_JSONL:
		put_json(b, r, period, group);
		break;
	case TABLE_TEXT:
		put_text(b, r, period, group);
		break;
	case TABLE_CSV:
	case TABLE_TSV:
		put_cells(b, r, period, group, format, raw);
		break;
	case TABLE_PLOT:
	case TABLE_SVG:
		break;
	}
}

void
balance_put(struct balance *bal, struct buf *b, enum table_format format,
    bool raw, unsigned columns)
{
	for (size_t i = 0; i < bal->n; i++)
		bootstrap(&bal->rows[i], bal->seed);
	if (format == TABLE_PLOT || format == TABLE_SVG) {
		put_plot(bal, b, format, columns);
		return;
	}
	put_names(b, bal, format);
	if (bal->n > 0)
		qsort(bal->rows, bal->n, sizeof(*bal->rows), by_key);
	for (size_t i = 0; i < bal->n; i++)
		put_row(b, &bal->rows[i], format, raw);
}
