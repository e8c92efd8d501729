/*
 * Any bytes as a rule file.  It compiles or has an error with a place in it;
 * what compiled judges a text, and its tests are run, its phrases are doubted, and
 * it is listed.
 */
#include <stdlib.h>

#include "base/digest.h"
#include "classify/explain.h"
#include "classify/glossary.h"
#include "classify/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char title[] = "Ghana lifts the ban on exports of 5% to 3%";
static const char loud[] = "US LIFTS BAN: THE FED'S CHIEF TOLD CHINA AND CÔTE";
static const char text[] = "The ministry may not extend the ban, which it had "
    "imposed, analysts say. \"It ends,\" they said: aaaaaaaaaaaaaaaaaaaaaaaa!\n\n"
    "Das Ausfuhrverbot wurde aufgehoben. 中国取消出口管制。 - one\n- two";

/* Tell how texts are read, in capitals too. */
static void
tell(const struct grammar *g, struct buf *out)
{
	struct glossary gl;
	struct err err;

	glossary_init(&gl, g);
	if (glossary_add(&gl, str_of(text), out, &err) == -1 ||
	    glossary_add(&gl, str_of(loud), out, &err) == -1)
		abort();
	glossary_release(&gl);
}

/* What compiled can judge in each of its languages. */
static void
use(struct program *prog)
{
	struct article article = { .title = str_of(title),
	    .text = str_of(text) };
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;
	struct misses misses = { .wanted = "a" };
	struct bench bench;
	struct lint lint;
	struct err err;

	bench_init(&bench, prog);
	bench.misses = &misses;
	for (size_t i = 0; i < prog->count; i++) {
		struct verdict v;

		buf_reset(&out);
		bench_judge_as(&bench, i, &article, &a, &v);
		buf_addc(&out, '{');
		verdict_write(&out, &bench, &v, "content_text");
		buf_addc(&out, '}');
		if (json_check(buf_str(&out), &a, &err) == -1)
			abort();
		verdict_explain(&out, &bench, STR("id"), &v, true);
		verdict_html(&out, &bench, STR("id"), &v);
		verdict_why_not(&out, &bench, STR("id"), &v);
		tell(prog->grammars[i], &out);
		arena_reset(&a);
	}
	program_list(prog, &out);
	lint_init(&lint, prog);
	lint_report(&lint, &out);
	lint_check(&lint, &out);
	lint_release(&lint);
	bench_release(&bench);
	free(misses.v);
	buf_release(&out);
	arena_release(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct program prog = { .count = 0 };
	struct err err = { .file = NULL };

	digest_setup();
	if (rulefiles_add(&prog.files, "fuzz.rules", (struct str){
	    (const char *)bytes, n }, &err) == 0 &&
	    program_survey(&prog, &err) == 0 &&
	    program_compile(&prog, &err) == 0)
		use(&prog);
	else if (err.msg[0] == '\0' || (err.line > 0 && err.column == 0))
		abort();
	program_release(&prog);
	return 0;
}
