/*
 * Text in blocks, as stance-record(5) has it: blocks are separated by a blank
 * line, a single newline is a line break inside a block, list items start with
 * "- ", the cells of a row are separated by tabs.
 */
#ifndef INGEST_BLOCKS_H
#define INGEST_BLOCKS_H

#include "ingest/tree.h"

/* The text of the nodes [from, end), less the subtrees whose node is set in
 * `dropped` (NULL: none). */
struct str blocks_text(const struct tree *tree, uint32_t from, uint32_t end,
    const unsigned char *dropped, struct arena *a);

#endif
