/*
 * stance-corpus sample: articles at random, or as many of each value of a
 * member as there are (the rare ones are what a labeler needs to see).
 *
 * One way serves both.  Articles are shuffled and numbered within their value:
 * first, second...; taking those with the lowest number takes turns between
 * the values until some run out.  They are printed in the order of the input.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "corpus/random.h"

struct ticket {
	size_t	article;
	size_t	turn;		/* its number among those of its value */
	size_t	place;		/* in the shuffle */
};

static struct ticket *
shuffle(size_t n, uint64_t seed)
{
	struct ticket *tickets = xcalloc(n + 1, sizeof(*tickets));

	for (size_t i = 0; i < n; i++) {
		size_t j = random_below(&seed, (uint32_t)i + 1);

		tickets[i] = tickets[j];
		tickets[j] = (struct ticket){ .article = i };
	}
	return tickets;
}

static void
number(struct ticket *tickets, struct articles *all, const char *by)
{
	struct index values = INDEX_INIT;
	size_t *seen = xcalloc(all->n + 1, sizeof(*seen));

	for (size_t i = 0; i < all->n; i++) {
		struct str value = by == NULL ? STR("") :
		    record_member(&all->v[tickets[i].article].rec, by, &all->a);

		tickets[i].place = i;
		tickets[i].turn = seen[index_add(&values, value)]++;
	}
	index_release(&values);
	free(seen);
}

static int
compare_turns(const void *a, const void *b)
{
	const struct ticket *x = a, *y = b;

	if (x->turn != y->turn)
		return x->turn < y->turn ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void
print_chosen(const struct articles *all, const struct ticket *tickets, size_t n)
{
	bool *chosen = xcalloc(all->n + 1, sizeof(*chosen));
	struct out out;

	for (size_t i = 0; i < n; i++)
		chosen[tickets[i].article] = true;
	out_init(&out, STDOUT_FILENO, "standard output");
	for (size_t i = 0; i < all->n; i++)
		if (chosen[i]) {
			buf_adds(out_buf(&out), all->v[i].rec.line);
			buf_addc(out_buf(&out), '\n');
			out_poll(&out);
		}
	out_close(&out);
	free(chosen);
}

int
sample_main(int argc, char **argv)
{
	const char *by = NULL;
	struct opt_number size = { 100, 1, UINT32_MAX };
	struct opt_number seed = { 1, 0, INT64_MAX };
	struct opt_list where = { 0 };
	const struct opt opts[] = {
		{ 'b', "by", "MEMBER", "as many of each of its values as there "
		    "are", OPT_STRING, &by },
		{ 'n', "size", "N", "how many (default 100)", OPT_NUMBER,
		    &size },
		{ 0, "seed", "N", "another seed, another sample", OPT_NUMBER,
		    &seed },
		{ 'w', "where", "MEMBER=VALUE", "only articles that have it; "
		    "may be repeated", OPT_LIST, &where },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus sample",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Choose articles at random, in the order they stand in.", opts,
	    NULL };
	struct articles all = { 0 };
	struct ticket *tickets;
	size_t n;
	int code;

	articles_open_all(&all, opt_parse(&tool, argc, argv), argv);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, NULL);
	articles_keep(&all, &where);
	if (all.n > UINT32_MAX)
		die("there are too many articles to sample");
	tickets = shuffle(all.n, (uint64_t)seed.value);
	number(tickets, &all, by);
	qsort(tickets, all.n, sizeof(*tickets), compare_turns);
	n = all.n < (size_t)size.value ? all.n : (size_t)size.value;
	print_chosen(&all, tickets, n);
	free(tickets);
	opt_list_release(&where);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}
