#include "base/json.h"
#include "base/term.h"
#include "base/utf8.h"
#include "corpus/report.h"

#define NAME_WIDTH	30

static void
heading(struct buf *to, const char *name, const char *columns, bool colours)
{
	buf_addc(to, '\n');
	term_style(to, TERM_BOLD, colours);
	buf_addf(to, "%-*s%s", NAME_WIDTH, name, columns);
	term_style(to, TERM_PLAIN, colours);
	buf_addc(to, '\n');
}

static void
row_name(struct buf *to, struct str name)
{
	unsigned used = term_add_cut(to, name, NAME_WIDTH - 1);

	buf_addf(to, "%*s", (int)(NAME_WIDTH - used), "");
}

/* A share as a percentage with its interval. */
static void
share_row(struct buf *to, const char *name, double share,
    struct interval interval)
{
	buf_addf(to, "%-*s%7.1f%%   %5.1f to %.1f\n", NAME_WIDTH, name,
	    100 * share, 100 * interval.low, 100 * interval.high);
}

static void
summary_table(struct buf *to, const struct report *report, bool colours)
{
	const struct score *s = &report->score;
	const struct intervals *i = &report->intervals;

	term_style(to, TERM_BOLD, colours);
	buf_addf(to, "%zu article%s", s->n, s->n == 1 ? "" : "s");
	term_style(to, TERM_PLAIN, colours);
	buf_addf(to, "%*s95 %% of samples\n",
	    s->n == 1 ? NAME_WIDTH : NAME_WIDTH - 2, "");
	share_row(to, "accuracy", s->accuracy, i->accuracy);
	share_row(to, "macro-F1", s->macro_f1, i->macro_f1);
	share_row(to, "weighted F1", s->weighted_f1, i->weighted_f1);
	share_row(to, "wrong way", s->wrong_way, i->wrong_way);
	if (s->of[LABEL_NEUTRAL].truth > 0)
		buf_addf(to, "%-*s%7.1f%%\n", NAME_WIDTH, "false alarms",
		    100 * s->alarms);
}

static void
class_table(struct buf *to, const struct score *score, bool colours)
{
	heading(to, "label", "      n  precision  recall     F1", colours);
	for (int i = 0; i < LABELS; i++) {
		const struct class_score *of = &score->of[i];

		buf_addf(to, "%-*s%7zu%10.1f%%%7.1f%%%6.1f%%\n", NAME_WIDTH,
		    label_name((enum label)i), of->truth, 100 * of->precision,
		    100 * of->recall, 100 * of->f1);
	}
}

/* True labels go down, the classifier's across.  "none" only where it was. */
static void
confusion_table(struct buf *to, const struct confusion *confusion, bool colours)
{
	size_t none = 0;

	for (int truth = 0; truth < LABELS; truth++)
		none += confusion->n[truth][LABEL_NONE];
	heading(to, "is \\ was called", none ?
	    "     easing tightening      mixed    neutral       none" :
	    "     easing tightening      mixed    neutral", colours);
	for (int truth = 0; truth < LABELS; truth++) {
		buf_addf(to, "%-*s", NAME_WIDTH, label_name((enum label)truth));
		for (int got = 0; got < LABELS + (none > 0); got++) {
			size_t n = confusion->n[truth][got];

			term_style(to, got == truth ? TERM_GREEN : n > 0 ?
			    TERM_RED : TERM_DIM, colours);
			buf_addf(to, "%11zu", n);
			term_style(to, TERM_PLAIN, colours);
		}
		buf_addc(to, '\n');
	}
}

static void
calibration_table(struct buf *to, const struct calibration *calibration,
    bool colours)
{
	if (calibration->n == 0)
		return;
	heading(to, "confidence", "      n       mean   right", colours);
	for (int i = 0; i < BINS; i++) {
		size_t n = calibration->bin[i].n;

		if (n == 0)
			continue;
		buf_addf(to, "%.1f to %.1f%*s%7zu%10.1f%%%7.1f%%\n",
		    (double)i / BINS, (double)(i + 1) / BINS, NAME_WIDTH - 10,
		    "", n, 100 * calibration->bin[i].confidence / (double)n,
		    100 * (double)calibration->bin[i].right / (double)n);
	}
	buf_addf(to, "%-*s%18.1f%%\n", NAME_WIDTH, "expected calibration error",
	    100 * calibration_error(calibration));
}

static void
group_table(struct buf *to, const struct grouping *by, bool colours)
{
	heading(to, by->member, "      n   accuracy  macro-F1  wrong way",
	    colours);
	for (size_t i = 0; i < by->n; i++) {
		struct score score;

		score_make(&score, &by->groups[i].confusion);
		row_name(to, by->groups[i].value);
		buf_addf(to, "%7zu%10.1f%%%9.1f%%%10.1f%%\n", score.n,
		    100 * score.accuracy, 100 * score.macro_f1,
		    100 * score.wrong_way);
	}
}

void
report_tables(struct buf *to, const struct report *report, bool colours)
{
	summary_table(to, report, colours);
	class_table(to, &report->score, colours);
	confusion_table(to, &report->confusion, colours);
	calibration_table(to, &report->calibration, colours);
	for (size_t i = 0; i < report->ngroupings; i++)
		group_table(to, &report->groupings[i], colours);
}

static void
put_share(struct buf *to, const char *name, double share)
{
	json_name(to, name);
	json_put_num(to, share, 4);
}

static void
put_interval(struct buf *to, const char *name, struct interval interval)
{
	json_name(to, name);
	json_open(to, '[');
	json_put_num(to, interval.low, 4);
	json_put_num(to, interval.high, 4);
	json_close(to, ']');
}

static void
put_count(struct buf *to, const char *name, size_t n)
{
	json_name(to, name);
	json_put_int(to, (long long)n);
}

static void
put_shares(struct buf *to, const struct score *score)
{
	put_count(to, "n", score->n);
	put_share(to, "accuracy", score->accuracy);
	put_share(to, "macro_f1", score->macro_f1);
	put_share(to, "weighted_f1", score->weighted_f1);
	put_share(to, "wrong_way", score->wrong_way);
	put_share(to, "alarms", score->alarms);
}

static void
put_intervals(struct buf *to, const struct intervals *intervals)
{
	json_name(to, "intervals");
	json_open(to, '{');
	put_interval(to, "accuracy", intervals->accuracy);
	put_interval(to, "macro_f1", intervals->macro_f1);
	put_interval(to, "weighted_f1", intervals->weighted_f1);
	put_interval(to, "wrong_way", intervals->wrong_way);
	json_close(to, '}');
}

static void
put_labels(struct buf *to, const struct report *report)
{
	json_name(to, "labels");
	json_open(to, '{');
	for (int i = 0; i < LABELS; i++) {
		const struct class_score *of = &report->score.of[i];

		json_name(to, label_name((enum label)i));
		json_open(to, '{');
		put_count(to, "n", of->truth);
		put_share(to, "precision", of->precision);
		put_share(to, "recall", of->recall);
		put_share(to, "f1", of->f1);
		json_name(to, "called");
		json_open(to, '{');
		for (int got = 0; got <= LABELS; got++)
			put_count(to, label_name((enum label)got),
			    report->confusion.n[i][got]);
		json_close(to, '}');
		json_close(to, '}');
	}
	json_close(to, '}');
}

static void
put_calibration(struct buf *to, const struct calibration *calibration)
{
	json_name(to, "calibration");
	json_open(to, '{');
	put_share(to, "error", calibration_error(calibration));
	json_name(to, "bins");
	json_open(to, '[');
	for (int i = 0; i < BINS; i++) {
		size_t n = calibration->bin[i].n;

		if (n == 0)
			continue;
		json_open(to, '{');
		put_share(to, "from", (double)i / BINS);
		put_count(to, "n", n);
		put_share(to, "confidence",
		    calibration->bin[i].confidence / (double)n);
		put_share(to, "right",
		    (double)calibration->bin[i].right / (double)n);
		json_close(to, '}');
	}
	json_close(to, ']');
	json_close(to, '}');
}

static void
put_grouping(struct buf *to, const struct grouping *by)
{
	json_name(to, by->member);
	json_open(to, '[');
	for (size_t i = 0; i < by->n; i++) {
		struct score score;

		score_make(&score, &by->groups[i].confusion);
		json_open(to, '{');
		json_name(to, "value");
		json_put_str(to, by->groups[i].value);
		put_shares(to, &score);
		json_close(to, '}');
	}
	json_close(to, ']');
}

void
report_json(struct buf *to, const struct report *report)
{
	json_open(to, '{');
	put_shares(to, &report->score);
	put_intervals(to, &report->intervals);
	put_labels(to, report);
	if (report->calibration.n > 0)
		put_calibration(to, &report->calibration);
	json_name(to, "by");
	json_open(to, '{');
	for (size_t i = 0; i < report->ngroupings; i++)
		put_grouping(to, &report->groupings[i]);
	json_close(to, '}');
	json_close(to, '}');
	buf_addc(to, '\n');
}
