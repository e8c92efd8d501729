#include <assert.h>

#include "ingest/blocks.h"

enum gap { GAP_NONE, GAP_SPACE, GAP_TAB, GAP_LINE, GAP_BLOCK };

static const char *const gap_bytes[] = { "", " ", "\t", "\n", "\n\n" };

struct writer {
	const struct tree *tree;
	char		*start, *to;
	uint32_t	 block;		/* of the last text */
	enum gap	 gap;		/* owed before the next text */
	bool		 item;		/* a list item has begun */
};

static bool
is_cell(const struct node *node)
{
	return node->tag == TAG_td || node->tag == TAG_th;
}

/* What stands between texts of two blocks. */
static enum gap
gap_between(const struct tree *tree, uint32_t before, uint32_t after)
{
	const struct node *x = &tree->nodes[before], *y = &tree->nodes[after];

	if (before == after)
		return GAP_NONE;
	if (!is_cell(x) || !is_cell(y))
		return GAP_BLOCK;
	if (x->parent == y->parent)
		return GAP_TAB;
	return tree->nodes[x->parent].parent == tree->nodes[y->parent].parent ?
	    GAP_LINE : GAP_BLOCK;
}

/* What an element stands for, whatever is in it. */
static enum gap
gap_before(enum tag tag)
{
	if (tag == TAG_br)
		return GAP_LINE;
	if (tag == TAG_td || tag == TAG_th || tag == TAG_tr ||
	    tag == TAG_tbody || tag == TAG_thead || tag == TAG_tfoot)
		return GAP_NONE;	/* gap_between() knows */
	return tag_is_block(tag) ? GAP_BLOCK : GAP_NONE;
}

static void
owe(struct writer *w, enum gap gap)
{
	if (gap == GAP_LINE && w->gap == GAP_LINE)
		gap = GAP_BLOCK;	/* two line breaks make a paragraph */
	if (gap > w->gap)
		w->gap = gap;
}

static void
write_text(struct writer *w, const struct node *node)
{
	struct str text = { w->tree->text + node->text,
	    node->text_end - node->text };
	struct str words = str_trim(text);
	enum gap gap;

	if (words.n == 0) {
		if (text.n > 0)
			owe(w, GAP_SPACE);
		return;
	}
	gap = gap_between(w->tree, w->block, node->block);
	if (gap > w->gap)
		w->gap = gap;
	if (words.p > text.p)
		owe(w, GAP_SPACE);
	if (w->to == w->start)
		w->gap = GAP_NONE;
	else if (w->item)
		w->gap = GAP_BLOCK;
	w->to = stpcpy(w->to, gap_bytes[w->gap]);
	if (w->item)
		w->to = stpcpy(w->to, "- ");
	w->to = mempcpy(w->to, words.p, words.n);
	w->block = node->block;
	w->item = false;
	w->gap = words.p + words.n < text.p + text.n ? GAP_SPACE : GAP_NONE;
}

struct str
blocks_text(const struct tree *tree, uint32_t from, uint32_t end,
    const unsigned char *dropped, struct arena *a)
{
	struct writer w = { .tree = tree };
	const struct node *nodes = tree->nodes;
	size_t room;

	assert(from < end && end <= tree->count);
	/* a text brings at most a blank line and a list item's mark */
	room = nodes[end - 1].text_end - nodes[from].text + 4 * (end - from);
	w.start = w.to = arena_alloc(a, room + 1);
	for (uint32_t i = from; i < end; i++) {
		owe(&w, gap_before(nodes[i].tag));
		if (dropped != NULL && dropped[i]) {
			i = nodes[i].end - 1;
			continue;
		}
		if (nodes[i].tag == TAG_li)
			w.item = true;
		else if (nodes[i].tag == TAG_TEXT)
			write_text(&w, &nodes[i]);
	}
	assert((size_t)(w.to - w.start) <= room);
	return (struct str){ w.start, (size_t)(w.to - w.start) };
}
