#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "corpus/random.h"
#include "corpus/score.h"

static const char *const names[] = {
	[LABEL_EASING] = "easing", [LABEL_TIGHTENING] = "tightening",
	[LABEL_MIXED] = "mixed", [LABEL_NEUTRAL] = "neutral",
	[LABEL_NONE] = "none"
};

const char *
label_name(enum label label)
{
	return names[label];
}

enum label
label_of(struct str name)
{
	for (int i = 0; i < LABELS; i++)
		if (str_eq(name, str_of(names[i])))
			return (enum label)i;
	return LABEL_NONE;
}

void
confusion_add(struct confusion *confusion, const struct judged *item)
{
	assert(item->truth != LABEL_NONE);
	confusion->n[item->truth][item->got]++;
}

static double
share(size_t part, size_t whole)
{
	return whole == 0 ? 0 : (double)part / (double)whole;
}

static void
score_class(struct class_score *of, const struct confusion *confusion,
    enum label label)
{
	*of = (struct class_score){ .right = confusion->n[label][label] };
	for (int got = 0; got <= LABELS; got++)
		of->truth += confusion->n[label][got];
	for (int truth = 0; truth < LABELS; truth++)
		of->got += confusion->n[truth][label];
	of->precision = share(of->right, of->got);
	of->recall = share(of->right, of->truth);
	of->f1 = share(2 * of->right, of->truth + of->got);
}

void
score_make(struct score *score, const struct confusion *confusion)
{
	size_t right = 0, present = 0, wrong_way;
	const struct class_score *neutral = &score->of[LABEL_NEUTRAL];

	*score = (struct score){ 0 };
	for (int i = 0; i < LABELS; i++) {
		struct class_score *of = &score->of[i];

		score_class(of, confusion, (enum label)i);
		score->n += of->truth;
		right += of->right;
		present += of->truth > 0;
		score->macro_f1 += of->f1;	/* 0 for a label not present */
		score->weighted_f1 += of->f1 * (double)of->truth;
	}
	assert(score->n > 0);
	wrong_way = confusion->n[LABEL_EASING][LABEL_TIGHTENING] +
	    confusion->n[LABEL_TIGHTENING][LABEL_EASING];
	score->accuracy = share(right, score->n);
	score->macro_f1 /= (double)present;
	score->weighted_f1 /= (double)score->n;
	score->wrong_way = share(wrong_way, score->n);
	score->alarms = share(neutral->truth - neutral->right, neutral->truth);
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct interval
interval_of(double *values, size_t count)
{
	assert(count > 0);
	qsort(values, count, sizeof(*values), compare_doubles);
	return (struct interval){
		values[(size_t)(0.025 * (double)(count - 1) + 0.5)],
		values[(size_t)(0.975 * (double)(count - 1) + 0.5)]
	};
}

void
score_bootstrap(struct intervals *to, const struct judged *items, size_t count,
    uint64_t seed)
{
	double (*values)[SCORE_REPLICATES] = xcalloc(4, sizeof(*values));

	assert(count > 0 && count < UINT32_MAX);
	for (size_t i = 0; i < SCORE_REPLICATES; i++) {
		struct confusion confusion = { 0 };
		struct score score;

		for (size_t n = 0; n < count; n++)
			confusion_add(&confusion,
			    &items[random_below(&seed, (uint32_t)count)]);
		score_make(&score, &confusion);
		values[0][i] = score.accuracy;
		values[1][i] = score.macro_f1;
		values[2][i] = score.weighted_f1;
		values[3][i] = score.wrong_way;
	}
	to->accuracy = interval_of(values[0], SCORE_REPLICATES);
	to->macro_f1 = interval_of(values[1], SCORE_REPLICATES);
	to->weighted_f1 = interval_of(values[2], SCORE_REPLICATES);
	to->wrong_way = interval_of(values[3], SCORE_REPLICATES);
	free(values);
}

void
calibration_make(struct calibration *to, const struct judged *items,
    size_t count)
{
	*to = (struct calibration){ 0 };
	for (size_t i = 0; i < count; i++) {
		double c = items[i].confidence;
		size_t bin;

		if (!(c >= 0 && c <= 1))
			continue;
		bin = c == 1 ? BINS - 1 : (size_t)(c * BINS);
		to->bin[bin].n++;
		to->bin[bin].right += items[i].truth == items[i].got;
		to->bin[bin].confidence += c;
		to->n++;
	}
}

double
calibration_error(const struct calibration *calibration)
{
	double sum = 0;

	for (int i = 0; i < BINS; i++)
		sum += fabs((double)calibration->bin[i].right -
		    calibration->bin[i].confidence);
	return calibration->n == 0 ? 0 : sum / (double)calibration->n;
}
