#include <math.h>

#include "corpus/agreement.h"

double
cohen_kappa(const struct confusion *table)
{
	double n = 0, same = 0, chance = 0;

	for (int i = 0; i < LABELS; i++)
		for (int j = 0; j < LABELS; j++)
			n += (double)table->n[i][j];
	for (int i = 0; i < LABELS; i++) {
		double one = 0, other = 0;

		for (int j = 0; j < LABELS; j++) {
			one += (double)table->n[i][j];
			other += (double)table->n[j][i];
		}
		same += (double)table->n[i][i];
		chance += one * other;
	}
	if (n == 0 || chance == n * n)
		return NAN;
	chance /= n * n;
	return (same / n - chance) / (1 - chance);
}

/* Krippendorff 2011, "Computing Krippendorff's alpha-reliability", part C: from
 * the pairs of unlike labels within articles and among all of them. */
double
krippendorff_alpha(const struct votes *articles, size_t count)
{
	double all[LABELS] = { 0 }, n = 0, unlike = 0, expected = 0;

	for (size_t i = 0; i < count; i++) {
		double m = 0, same = 0;

		for (int l = 0; l < LABELS; l++)
			m += articles[i].n[l];
		if (m < 2)
			continue;
		for (int l = 0; l < LABELS; l++) {
			same += articles[i].n[l] * (articles[i].n[l] - 1.0);
			all[l] += articles[i].n[l];
		}
		n += m;
		unlike += (m * (m - 1) - same) / (m - 1);
	}
	for (int l = 0; l < LABELS; l++)
		expected += all[l] * (n - all[l]);
	return expected == 0 ? NAN : 1 - (n - 1) * unlike / expected;
}
