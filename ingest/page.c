#include "ingest/blocks.h"
#include "ingest/body.h"
#include "ingest/charset.h"
#include "ingest/jsonld.h"
#include "ingest/meta.h"
#include "ingest/page.h"
#include "ingest/prepass.h"

struct str
page_fragment_text(struct str html, struct arena *a)
{
	struct prepass pre;
	struct tree tree;

	prepass_run(&pre, html, a);
	tree_parse(&tree, pre.html, pre.tags, a);
	return blocks_text(&tree, 0, tree.count, NULL, a);
}

int
page_extract(const struct source *src, struct arena *a, struct page *page,
    struct err *err)
{
	struct prepass pre;
	struct jsonld ld;
	struct tree tree;
	struct body body;

	*page = (struct page){ .url = src->url };
	prepass_run(&pre, src->bytes, a);
	tree_parse(&tree, pre.html, pre.tags, a);
	jsonld_read(&ld, pre.jsonld, pre.njsonld, a);
	meta_read(page, &tree, &ld, a);
	body_find(&body, &tree, a);
	page->text = blocks_text(&tree, body.from, body.end, body.dropped, a);
	if (page->text.n == 0)
		return err_set(err, "no text in the page");
	return 0;
}
