/*
 * stance-corpus combine: what the rules and the wording weigh together.
 *
 * The verdict is the label with the greatest logit, and these are linear in ten
 * settings (stance-rules(5)): so fitting them to labels is a multinomial logistic
 * regression with shared weights, which is convex.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/jail.h"
#include "base/softmax.h"
#include "corpus/commands.h"
#include "corpus/descent.h"
#include "corpus/score.h"
#include "corpus/shares.h"
#include "corpus/terms.h"

#define RIDGE		0.1
#define STEPS		2000

enum setting {
	SETTING_WORDING, SETTING_EASING, SETTING_TIGHTENING, SETTING_MIXED,
	SETTING_OWN, SETTING_OTHER, SETTING_BOTH, SETTING_RULED,
	SETTING_PAST, SETTING_STILL, SETTINGS
};

static const char *const names[SETTINGS] = { "wording", "wording-easing",
    "wording-tightening", "wording-mixed", "own", "other", "both", "ruled",
    "past", "own-neutral" };

/* What each setting is multiplied by, for each label; the truth. */
struct verdict_parts {
	double		factors[LABELS][SETTINGS];
	enum label	truth;
	double		times;
};

/* What stance-classify --parts tells; those of the wording in the order of labels. */
enum part {
	PART_EASED, PART_TIGHTENED, PART_WORDED, PART_WORDED_LAST = PART_WORDED + 2,
	PART_EASED_BEFORE, PART_TIGHTENED_BEFORE, PART_STILLED, PARTS
};

static const char *const parts[PARTS] = { "eased", "tightened", "worded_easing",
    "worded_tightening", "worded_mixed", "eased_before", "tightened_before",
    "stilled" };

static double
part_of(const struct record *rec, size_t i, struct arena *a)
{
	const struct json_value *value = record_inner(rec, RECORD_STANCE,
	    parts[i], a);

	return value != NULL ? json_num(value, NAN) : NAN;
}

static int
check_parts(const struct record *rec, struct arena *a, struct err *err)
{
	if (terms_check(rec, a, err) == -1)
		return -1;
	for (size_t i = 0; i < PARTS; i++)
		if (isnan(part_of(rec, i, a)))
			return err_set(err, "the article has no 'stance.%s': it "
			    "must come from stance-classify --parts", parts[i]);
	return 0;
}

static struct verdict_parts
sample_of(const struct article *article, struct arena *a)
{
	const struct record *rec = &article->rec;
	double eased = part_of(rec, PART_EASED, a),
	    tightened = part_of(rec, PART_TIGHTENED, a);
	struct verdict_parts s = { .truth = label_of(record_member(rec, "label", a)) };
	enum label ruled = label_of(record_member(rec, "stance.ruled", a));

	for (int k = 0; k < LABEL_NEUTRAL; k++) {
		s.factors[k][SETTING_WORDING] = part_of(rec, PART_WORDED +
		    (size_t)k, a);
		s.factors[k][SETTING_EASING + k] = 1;
	}
	s.factors[LABEL_EASING][SETTING_OWN] = eased;
	s.factors[LABEL_EASING][SETTING_OTHER] = tightened;
	s.factors[LABEL_TIGHTENING][SETTING_OWN] = tightened;
	s.factors[LABEL_TIGHTENING][SETTING_OTHER] = eased;
	s.factors[LABEL_MIXED][SETTING_BOTH] = fmin(eased, tightened);
	s.factors[LABEL_EASING][SETTING_PAST] = part_of(rec,
	    PART_TIGHTENED_BEFORE, a);
	s.factors[LABEL_TIGHTENING][SETTING_PAST] = part_of(rec,
	    PART_EASED_BEFORE, a);
	s.factors[LABEL_NEUTRAL][SETTING_STILL] = part_of(rec, PART_STILLED, a);
	if (ruled != LABEL_NONE)
		s.factors[ruled][SETTING_RULED] = 1;
	return s;
}

/* Add the sample's part to the slopes. */
static void
add_slope(struct parameter *p, const struct verdict_parts *s)
{
	double shares[LABELS] = { 0 };	/* logits at first */

	for (int k = 0; k < LABELS; k++)
		for (int i = 0; i < SETTINGS; i++)
			shares[k] += p[i].value * s->factors[k][i];
	softmax(shares, LABELS);
	for (int k = 0; k < LABELS; k++) {
		double error = (shares[k] - (k == (int)s->truth)) * s->times;

		for (int i = 0; i < SETTINGS; i++)
			p[i].slope += error * s->factors[k][i];
	}
}

static void
fit(struct parameter *p, const struct verdict_parts *samples, size_t n)
{
	for (int number = 1; number <= STEPS; number++) {
		for (int i = 0; i < SETTINGS; i++)
			p[i].slope = RIDGE * p[i].value;
		for (size_t i = 0; i < n; i++)
			add_slope(p, &samples[i]);
		for (int i = 0; i < SETTINGS; i++)
			descend(&p[i], number);
	}
}

static void
print_settings(const struct parameter *p, size_t n)
{
	printf("# fitted to %zu articles\nverdict:", n);
	for (int i = 0; i < SETTINGS; i++)
		printf("%s%s %.2f", i == SETTING_OWN ? "\n    " : " ", names[i],
		    p[i].value);
	putchar('\n');
	terms_flush();
}

int
combine_main(int argc, char **argv)
{
	struct opt_list wishes = { 0 }, where = { 0 };
	const struct opt opts[] = {
		{ 'S', "share", "MEMBER=VALUE:N", "articles that have it count "
		    "together as N at most; may be repeated", OPT_LIST, &wishes },
		{ 'w', "where", "MEMBER=VALUE", "only these articles; may be "
		    "repeated", OPT_LIST, &where },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus combine",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Fit to labelled verdicts of stance-classify --parts what rules and "
	    "wording weigh.", opts, NULL };
	int operands = opt_parse(&tool, argc, argv), code;
	struct articles all = { 0 };
	struct parameter p[SETTINGS] = { { .value = 0 } };
	struct verdict_parts *samples;
	double *times;

	shares_check(&wishes);
	articles_open_all(&all, operands, argv);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, check_parts);
	articles_keep(&all, &where);
	if (all.n == 0)
		die("there are no articles");
	times = shares_of(&all, &wishes);
	samples = xcalloc(all.n, sizeof(*samples));
	for (size_t i = 0; i < all.n; i++) {
		samples[i] = sample_of(&all.v[i], &all.a);
		samples[i].times = times[i];
	}
	fit(p, samples, all.n);
	print_settings(p, all.n);
	free(samples);
	free(times);
	opt_list_release(&wishes);
	opt_list_release(&where);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}
