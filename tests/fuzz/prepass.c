/*
 * The pre-pass and the tree from any bytes.  What the pre-pass leaves is UTF-8
 * without NUL and no longer than it promised, its own output is no surprise to
 * it, and the tree that libxml2 makes of it keeps its order.
 */
#include <stdlib.h>

#include <libxml/parser.h>

#include "base/utf8.h"
#include "ingest/blocks.h"
#include "ingest/prepass.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
check_clean(const struct prepass *pre, size_t n)
{
	struct str html = pre->html;

	if (html.n > 2 * n || utf8_check(html) != html.n)
		abort();
	if (html.n > 0 && memchr(html.p, '\0', html.n) != NULL)
		abort();
}

static void
check_tree(const struct tree *tree)
{
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct node *node = &tree->nodes[i];
		const struct node *parent = &tree->nodes[node->parent];

		if (node->end <= i || node->end > parent->end ||
		    (i > 0 && node->parent >= i) || node->block > i ||
		    node->text > node->text_end ||
		    node->text < parent->text ||
		    node->text_end > parent->text_end)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct arena a;
	static bool ready;
	struct prepass pre, again;
	struct tree tree;

	if (!ready)
		xmlInitParser();
	ready = true;
	prepass_run(&pre, (struct str){ (const char *)bytes, n }, &a);
	check_clean(&pre, n);
	prepass_run(&again, pre.html, &a);
	check_clean(&again, pre.html.n);
	tree_parse(&tree, pre.html, pre.tags, &a);
	check_tree(&tree);
	blocks_text(&tree, 0, tree.count, NULL, &a);
	arena_reset(&a);
	return 0;
}
