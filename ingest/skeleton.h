/*
 * The skeleton of an XML document: its markup, with the long texts taken out.
 *
 * A feed is nine tenths text.  libxml2 walks text that is not ASCII character
 * by character and looks up each reference by its name, which costs more than
 * all else; and most of that text is HTML in disguise, full of &lt; and &gt;.
 * So long texts are decoded here, in one pass, and libxml2 sees in the place of
 * each a processing instruction with its number:
 *
 *	<title>Long text &amp; more</title>	->	<title><?text 0?></title>
 *
 * What is wrong in a text (a control character, an entity, bad UTF-8) is left
 * where it stands for libxml2 to find, so a skeleton is well-formed only if the
 * document is.
 */
#ifndef INGEST_SKELETON_H
#define INGEST_SKELETON_H

#include "base/buf.h"
#include "base/mem.h"

struct skeleton {
	struct buf	 xml;
	struct str	*texts;		/* decoded; in the document or the arena */
	size_t		 n, cap;
};

/* The target of the instructions. */
#define SKELETON_TEXT	"text"

/* Take the texts of `document`, which must outlive the skeleton, out of it.
 * False where the document is of a kind that is better read as it is. */
bool skeleton_make(struct skeleton *skeleton, struct str document,
    struct arena *a);
/* The text that the instruction's `number` names; STR_NONE: none. */
struct str skeleton_text(const struct skeleton *skeleton, struct str number);
void skeleton_release(struct skeleton *skeleton);

#endif
