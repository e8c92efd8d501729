/*
 * stance-corpus flips: what a change of rules does.  Two outputs of the
 * classifier over the same articles, and the articles whose label differs, each
 * with the rules that led to either.
 */
#include <unistd.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "corpus/score.h"

static enum label
label_in(struct articles *all, size_t i)
{
	return label_of(record_member(&all->v[i].rec, "stance.label", &all->a));
}

/* {"label":…,"rules":[…]} of a verdict, each rule of its evidence once. */
static void
put_verdict(struct buf *to, struct articles *all, size_t i)
{
	const struct record *rec = &all->v[i].rec;
	const struct json_value *evidence = record_inner(rec, RECORD_STANCE,
	    "evidence", &all->a);
	struct index rules = INDEX_INIT;
	struct json_value *items;
	struct record item;
	struct err err;
	size_t count = 0;

	if (evidence != NULL && evidence->type == JSON_ARRAY &&
	    json_array(evidence->raw, &all->a, &items, &count, &err) == -1)
		BUG("a checked array does not parse");
	json_open(to, '{');
	json_member_str(to, "label", str_of(label_name(label_in(all, i))));
	json_name(to, "rules");
	json_open(to, '[');
	for (size_t n = 0; n < count; n++) {
		struct str rule;

		if (record_read(&item, items[n].raw, &all->a, &err) == -1)
			continue;
		rule = record_member(&item, "rule", &all->a);
		if (rule.p != NULL && index_find(&rules, rule) == INDEX_NONE) {
			index_add(&rules, rule);
			json_put_str(to, rule);
		}
	}
	json_close(to, ']');
	json_close(to, '}');
	index_release(&rules);
}

static void
put_flip(struct buf *to, struct articles *old, size_t was,
    struct articles *new, size_t is)
{
	const struct record *rec = &new->v[is].rec;

	json_open(to, '{');
	json_member_str(to, "id", new->v[is].id);
	json_member_str(to, "title", record_str(rec, RECORD_TITLE, &new->a));
	/* the truth, where the articles are labelled ones */
	json_member_str(to, "label", record_member(rec, "label", &new->a));
	json_name(to, "old");
	put_verdict(to, old, was);
	json_name(to, "new");
	put_verdict(to, new, is);
	json_close(to, '}');
	buf_addc(to, '\n');
}

static size_t
print_flips(struct articles *old, struct articles *new)
{
	size_t flips = 0, missing = 0;
	struct out out;

	out_init(&out, STDOUT_FILENO, "standard output");
	for (size_t is = 0; is < new->n; is++) {
		size_t was = index_find(&old->ids, new->v[is].id);

		if (was == INDEX_NONE) {
			missing++;
			continue;
		}
		if (label_in(old, was) == label_in(new, is))
			continue;
		put_flip(out_buf(&out), old, was, new, is);
		flips++;
		out_poll(&out);
	}
	out_close(&out);
	if (missing > 0)
		warn("in the new file only: %zu", missing);
	return flips;
}

int
flips_main(int argc, char **argv)
{
	const struct opt opts[] = { { 0, NULL, NULL, NULL, OPT_FLAG, NULL } };
	const struct tool tool = { "stance-corpus flips", "OLD NEW",
	    "Show the articles whose label differs between two outputs of the "
	    "classifier.", opts, "Exit status 0: none; 1: some." };
	struct articles old = { 0 }, new = { 0 };
	size_t flips;
	int code;

	if (opt_parse(&tool, argc, argv) != 2)
		usage_error("flips takes two files");
	articles_open(&old, argv[1]);
	articles_open(&new, argv[2]);
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&old, NULL);
	articles_read(&new, NULL);
	flips = print_flips(&old, &new);
	code = refusals_exit(&old.refused);
	if (refusals_exit(&new.refused) != EXIT_DONE)
		code = EXIT_REFUSED;
	articles_release(&old);
	articles_release(&new);
	return code != EXIT_DONE ? code : flips > 0 ? EXIT_NO : EXIT_DONE;
}
