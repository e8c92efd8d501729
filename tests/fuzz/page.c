/* Pages from any bytes.  Whatever comes in, what goes out is text: no tags'
 * remains beyond the input's length, and no NUL. */
#include <stdlib.h>

#include <libxml/parser.h>

#include "ingest/charset.h"
#include "ingest/explain.h"
#include "ingest/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct arena a;
	static bool ready;
	struct source src = {
		.bytes = { (const char *)bytes, n },
		.url = STR("https://news.example/2026/11/23/a"),
	};
	struct buf lines = BUF_INIT;
	struct page_sight sight;
	struct page page;
	struct err err = { .msg = "" };
	struct str text;

	if (!ready) {
		xmlInitParser();
		charset_setup();
		ready = true;
	}
	if (page_extract(&src, NULL, &a, &page, &sight, &err) == 0) {
		if (page.text.n == 0 ||
		    memchr(page.text.p, '\0', page.text.n) != NULL)
			abort();
	} else if (err.msg[0] == '\0')
		abort();
	if (sight.tree.nodes != NULL) {
		explain_text(&lines, &page, &sight, NULL, &a);
		explain_html(&lines, &page, &sight, err.msg, &a);
		if (memchr(lines.p, '\x1b', lines.n) != NULL)
			abort();
		buf_release(&lines);
	}
	text = page_fragment_text(src.bytes, &a);
	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		abort();
	arena_reset(&a);
	return 0;
}
