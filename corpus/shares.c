#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/shares.h"

struct share {
	struct str	 where;
	double		 times;
};

static struct share
read_share(const char *s)
{
	const char *colon = strrchr(s, ':');
	struct share share = { .times = 0 };
	char *end = NULL;

	if (colon != NULL) {
		share.where = (struct str){ s, (size_t)(colon - s) };
		share.times = strtod(colon + 1, &end);
	}
	if (colon == NULL || end == colon + 1 || *end != '\0' ||
	    !(share.times > 0 && share.times < 1e9) ||
	    str_find(share.where, STR("="), 0) < 0)
		usage_error("--share takes MEMBER=VALUE:N, not '%s'", s);
	return share;
}

void
shares_check(const struct opt_list *wishes)
{
	for (size_t i = 0; i < wishes->n; i++)
		read_share(wishes->v[i]);
}

double *
shares_of(struct articles *all, const struct opt_list *wishes)
{
	double *times = xcalloc(all->n + 1, sizeof(*times));

	for (size_t k = 0; k < wishes->n; k++) {
		struct share share = read_share(wishes->v[k]);
		const char *where = arena_cstr(&all->a, share.where);
		size_t *found = xcalloc(all->n + 1, sizeof(*found)), n = 0;

		for (size_t i = 0; i < all->n; i++)
			if (times[i] == 0 && record_is_where(&all->v[i].rec,
			    where, &all->a))
				found[n++] = i;
		for (size_t i = 0; i < n; i++)
			times[found[i]] = (double)n > share.times ?
			    share.times / (double)n : 1;
		free(found);
	}
	for (size_t i = 0; i < all->n; i++)
		if (times[i] == 0)
			times[i] = 1;
	return times;
}
