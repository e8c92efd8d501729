/*
 * Variants of a page that tell the same article at other addresses: AMP, which
 * says so itself, and print versions, whose address does.  They matter for
 * identity: the article is one, and its address is the page's.
 */
#ifndef INGEST_VARIANT_H
#define INGEST_VARIANT_H

#include "base/mem.h"

enum variant {
	VARIANT_NONE,
	VARIANT_AMP,
	VARIANT_PRINT
};

/* `is_amp`: the html element says so. */
enum variant variant_of(struct str url, bool is_amp);
/* The address of the page that `url` is a variant of, or `url` where it does
 * not tell.  In `a` or a view of `url`. */
struct str variant_main(struct str url, enum variant variant, struct arena *a);
/* "amp", "print" or "". */
const char *variant_name(enum variant variant);

#endif
