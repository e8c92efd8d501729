/*
 * stance-corpus split: which part an article is in follows from its id alone,
 * so it never changes when articles are added, and whoever repeats it gets the
 * same.  Articles that belong together (a pair, a story) go by their first.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "corpus/articles.h"
#include "corpus/commands.h"

/* One group in `every` is for testing: by the first 32 bits of its SHA-256. */
static bool
is_test(struct str group, unsigned long every)
{
	char hex[9];

	sha256_hex(group, hex, 8);
	return strtoul(hex, NULL, 16) % every == 0;
}

static void
print_split(struct articles *all, const char *together, unsigned long every)
{
	static const char *const owned[] = { "part", NULL };
	struct out out;

	out_init(&out, STDOUT_FILENO, "standard output");
	for (size_t i = 0; i < all->n; i++) {
		const struct article *article = &all->v[i];
		struct str group = record_member(&article->rec, together,
		    &all->a);

		if (group.p == NULL)
			group = article->id;
		record_copy(out_buf(&out), &article->rec, owned);
		json_member_str(out_buf(&out), "part", is_test(group, every) ?
		    STR("test") : STR("dev"));
		record_end(out_buf(&out));
		out_poll(&out);
	}
	out_close(&out);
}

int
split_main(int argc, char **argv)
{
	const char *together = "pair";
	struct opt_number every = { 3, 2, 1000000 };
	const struct opt opts[] = {
		{ 0, "every", "N", "one in so many is for testing (default 3)",
		    OPT_NUMBER, &every },
		{ 't', "together", "MEMBER", "keep articles together that have "
		    "it in common (default pair)", OPT_STRING, &together },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus split",
	    "[OPTION...] [FILE|FOLDER...]",
	    "Say of each article which part it is in: dev or test.", opts,
	    "The member that others have in common holds the id of the first "
	    "of them." };
	struct articles all = { 0 };
	int code;

	articles_open_all(&all, opt_parse(&tool, argc, argv), argv);
	digest_setup();
	jail_enter(JAIL_STDIO, NULL, NULL);
	articles_read(&all, NULL);
	print_split(&all, together, (unsigned long)every.value);
	code = refusals_exit(&all.refused);
	articles_release(&all);
	return code;
}
