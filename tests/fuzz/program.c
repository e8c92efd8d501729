/*
 * Any title and text under the shipped rules.  The first byte chooses the
 * language, the first newline parts the title from the text.  The verdict must
 * be JSON whose quotes stand where it says, and the same for the same text with
 * its letters decomposed and its lines ended with CRLF.
 */
#include <stdlib.h>

#include "base/digest.h"
#include "base/path.h"
#include "classify/explain.h"
#include "tests/fuzz/normal.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct program prog;
static struct bench benches[2];

static void
load(void)
{
	char *path = path_data("rules/default.rules");
	struct err err;

	digest_setup();
	if (path == NULL || program_load(&prog, (const char *const *)&path,
	    1, &err) == -1 || program_compile(&prog, &err) == -1)
		die("cannot load the shipped rules");
	free(path);
	bench_init(&benches[0], &prog);
	bench_init(&benches[1], &prog);
}

/* Each quote is the text between its offsets, in code points. */
static void
check_quotes(const struct bench *bench, const struct verdict *v,
    const struct article *article)
{
	for (size_t i = 0; i < v->count; i++) {
		struct str quote = judge_quote(bench->latest, &v->hits[i]);
		struct str field = v->hits[i].field == FIELD_TITLE ?
		    article->title : article->text;
		size_t start;

		if (quote.n == 0 || quote.p < field.p ||
		    quote.p + quote.n > field.p + field.n)
			abort();
		start = utf8_count(str_slice(field, 0,
		    (size_t)(quote.p - field.p)));
		if (utf8_offset(field, start + utf8_count(quote)) !=
		    (size_t)(quote.p - field.p) + quote.n)
			abort();
	}
}

static void
judge(struct bench *bench, size_t language, const struct article *article,
    struct arena *a, struct verdict *v)
{
	struct buf out = BUF_INIT;
	struct err err;

	bench_judge_as(bench, language, article, a, v);
	check_quotes(bench, v, article);
	buf_addc(&out, '{');
	verdict_write(&out, bench, v, "content_text");
	buf_addc(&out, '}');
	if (json_check(buf_str(&out), a, &err) == -1)
		abort();
	buf_reset(&out);
	verdict_explain(&out, bench, STR("id"), v, false);
	verdict_html(&out, bench, STR("id"), v);
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct arena a;
	struct article one = { .source_count = 0 }, other = one;
	struct verdict v, w;
	struct str rest, title;
	size_t language;

	if (n < 2)
		return 0;
	if (prog.count == 0)
		load();
	language = bytes[0] % prog.count;
	rest = made_sound((struct str){ (const char *)bytes + 1, n - 1 }, &a);
	str_split(&rest, '\n', &title);
	one.title = rewritten(title, true, "\n", &a);
	one.text = rewritten(rest, true, "\n", &a);
	other.title = rewritten(title, false, "\r\n", &a);
	other.text = rewritten(rest, false, "\r\n", &a);
	judge(&benches[0], language, &one, &a, &v);
	judge(&benches[1], language, &other, &a, &w);
	if (v.label != w.label || v.score != w.score || v.count != w.count)
		abort();
	for (size_t i = 0; i < v.count; i++)
		if (strcmp(v.hits[i].rule, w.hits[i].rule) != 0)
			abort();
	arena_reset(&a);
	return 0;
}
