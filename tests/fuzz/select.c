/* Selectors of any bytes, up to the first line end, over a page of what follows.
 * A mistake lies within the selector; a match lies within the tree. */
#include <stdlib.h>

#include <libxml/parser.h>

#include "ingest/prepass.h"
#include "ingest/select.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct arena a;
	static bool ready;
	struct str page = { (const char *)bytes, n }, selector;
	struct select *select;
	struct prepass pre;
	struct tree tree;
	struct err err;
	uint32_t last = 0;
	size_t at;

	if (!ready)
		xmlInitParser();
	ready = true;
	str_split(&page, '\n', &selector);
	select = select_parse(selector, &a, &at, &err);
	if (at > selector.n)
		abort();
	if (select != NULL) {
		prepass_run(&pre, page, &a);
		tree_parse(&tree, pre.html, pre.tags, &a);
		for (uint32_t i = 0; (i = select_next(select, &tree, i)) != 0;
		    last = i)
			if (i <= last || i >= tree.count)
				abort();
	}
	arena_reset(&a);
	return 0;
}
