/*
 * stance-corpus calibrate: a confidence that means what it says.
 *
 * The classifier's confidence is the logistic of slope * (margin - midpoint).
 * Whatever the two were, the logit of the confidence is a straight line over
 * the margin, so fitting right or wrong to a * logit + b (Platt 1999) gives the
 * new line: slope * a, and the midpoint moved by -b / (slope * a).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "corpus/score.h"

struct line {
	double	a, b;
};

/* Confidence comes with three decimals: keep its logit finite. */
static double
logit(double confidence)
{
	double c = fmin(fmax(confidence, 0.0005), 0.9995);

	return log(c / (1 - c));
}

static double
logistic(double x)
{
	return 1 / (1 + exp(-x));
}

/* A little weight on (1, 0), where we begin, keeps the line finite when all are
 * right or all have one confidence. */
#define RIDGE	1.0

/* What is minimised: minus the logarithm of the likelihood. */
static double
loss(const struct judged *items, size_t count, struct line line)
{
	double sum = RIDGE / 2 * ((line.a - 1) * (line.a - 1) +
	    line.b * line.b);

	for (size_t i = 0; i < count; i++) {
		double y = line.a * logit(items[i].confidence) + line.b;

		if (items[i].truth != items[i].got)
			y = -y;
		sum += fmax(-y, 0) + log1p(exp(-fabs(y)));
	}
	return sum;
}

/* Newton's step from `line`: gradient over curvature. */
static struct line
newton_step(const struct judged *items, size_t count, struct line line)
{
	double ga = RIDGE * (line.a - 1), gb = RIDGE * line.b;
	double haa = RIDGE, hab = 0, hbb = RIDGE, det;

	for (size_t i = 0; i < count; i++) {
		double x = logit(items[i].confidence);
		double p = logistic(line.a * x + line.b);
		double w = p * (1 - p);
		double e = p - (items[i].truth == items[i].got);

		ga += e * x;
		gb += e;
		haa += w * x * x;
		hab += w * x;
		hbb += w;
	}
	det = haa * hbb - hab * hab;
	return (struct line){ (hbb * ga - hab * gb) / det,
	    (haa * gb - hab * ga) / det };
}

/* One step, halved while it goes too far.  False: no way leads further down. */
static bool
improve(const struct judged *items, size_t count, struct line *line)
{
	struct line step = newton_step(items, count, *line);
	double now = loss(items, count, *line), part = 1;

	for (int halvings = 0; halvings < 20; halvings++, part /= 2) {
		struct line next = { line->a - part * step.a,
		    line->b - part * step.b };

		if (loss(items, count, next) < now) {
			*line = next;
			return true;
		}
	}
	return false;
}

/* Logistic regression. */
static struct line
fit(const struct judged *items, size_t count)
{
	struct line line = { 1, 0 };
	int rounds = 50;

	while (rounds-- > 0 && improve(items, count, &line))
		continue;
	return line;
}

static double
error_of(const struct judged *items, size_t count)
{
	struct calibration calibration;

	calibration_make(&calibration, items, count);
	return 100 * calibration_error(&calibration);
}

static int
check_judged(const struct record *rec, struct arena *a, struct err *err)
{
	const struct json_value *confidence = record_inner(rec, RECORD_STANCE,
	    "confidence", a);

	if (label_of(record_member(rec, "label", a)) == LABEL_NONE)
		return err_set(err, "the article has no 'label' of the four");
	if (confidence == NULL || !(json_num(confidence, -1) >= 0 &&
	    json_num(confidence, -1) <= 1))
		return err_set(err, "the article has no 'stance' with a "
		    "confidence: it must come from stance-classify");
	return 0;
}

static struct judged *
judged_items(struct articles *all)
{
	struct judged *items = xcalloc(all->n + 1, sizeof(*items));

	for (size_t i = 0; i < all->n; i++) {
		const struct record *rec = &all->v[i].rec;

		items[i] = (struct judged){
			label_of(record_member(rec, "label", &all->a)),
			label_of(record_member(rec, "stance.label", &all->a)),
			json_num(record_inner(rec, RECORD_STANCE, "confidence",
			    &all->a), -1)
		};
	}
	return items;
}

/* As a statement of a rule file. */
static void
print_verdict(struct judged *items, size_t n, double slope, double midpoint)
{
	struct line line = fit(items, n);
	double before = error_of(items, n);

	if (!(line.a > 0))
		die("higher confidence is not more often right here: there is "
		    "nothing to calibrate");
	for (size_t i = 0; i < n; i++)
		items[i].confidence = logistic(line.a *
		    logit(items[i].confidence) + line.b);
	printf("# calibration error over %zu articles: %.1f %% before, %.1f %% "
	    "after\nverdict:\n\tslope %.3f\n\tmidpoint %.3f\n", n, before,
	    error_of(items, n), slope * line.a,
	    midpoint - line.b / (slope * line.a));
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
}

static double
take_number(const char *option, const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end != '\0' || !(fabs(v) < 1000))
		usage_error("'--%s' takes a number, not '%s'", option, text);
	return v;
}

int
calibrate_main(int argc, char **argv)
{
	const char *slope_text = "2", *midpoint_text = "1";
	struct opt_list where = { 0 };
	const struct opt opts[] = {
		{ 'm', "midpoint", "X", "of the rules that judged (default 1)",
		    OPT_STRING, &midpoint_text },
		{ 's', "slope", "X", "of the rules that judged (default 2)",
		    OPT_STRING, &slope_text },
		{ 'w', "where", "MEMBER=VALUE", "only articles that have it; "
		    "may be repeated", OPT_LIST, &where },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus calibrate",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Fit the slope and midpoint of confidence to labelled articles "
	    "that were classified.", opts, NULL };
	int operands = opt_parse(&tool, argc, argv), code;
	double slope = take_number("slope", slope_text);
	double midpoint = take_number("midpoint", midpoint_text);
	struct articles all = { 0 };
	struct judged *items;

	if (!(slope > 0))
		usage_error("'--slope' takes a number above 0");
	articles_open_all(&all, operands, argv);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, check_judged);
	articles_keep(&all, &where);
	if (all.n == 0)
		die("there is no article to learn from");
	items = judged_items(&all);
	print_verdict(items, all.n, slope, midpoint);
	free(items);
	opt_list_release(&where);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}
