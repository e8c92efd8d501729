/*
 * Columns: what a table, CSV or group can show of an article, by name.
 * `fetched`, `fetched_url` and `sha256` are the WARC-Date, the WARC-Target-URI and
 * the payload's hash of its answer in a web archive.
 */
#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include "store/article.h"

enum column {
	COLUMN_SEQ, COLUMN_STORED, COLUMN_PUBLISHED, COLUMN_DAY, COLUMN_WEEK,
	COLUMN_MONTH, COLUMN_LABEL, COLUMN_STAGE, COLUMN_SCORE,
	COLUMN_CONFIDENCE, COLUMN_DOMAIN, COLUMN_TOPIC, COLUMN_ACTOR,
	COLUMN_SOURCE, COLUMN_LANGUAGE, COLUMN_TITLE, COLUMN_URL, COLUMN_ID,
	COLUMN_KEY, COLUMN_REVISION, COLUMN_STORY, COLUMN_JOINED, COLUMN_SENTENCE,
	COLUMN_TEXT, COLUMN_FETCHED, COLUMN_FETCHED_URL, COLUMN_SHA256, COLUMNS
};

struct columns {
	enum column	v[COLUMNS];
	size_t		n;
};

/* Read "day,label"; each column once.  -1: err names the one that is not. */
int columns_parse(struct columns *c, const char *list, struct err *err);
const char *column_name(enum column column);
/* An article's values: none, one, or the several of domain, topic and actor.
 * `day`, `week` (its Monday) and `month` are of the time of publication. */
size_t column_values(const struct article *art, enum column column,
    struct str **values);
/* All of them joined by "; ". */
struct str column_text(const struct article *art, enum column column);

/* The last two are for balances. */
enum table_format {
	TABLE_JSONL, TABLE_TEXT, TABLE_CSV, TABLE_TSV, TABLE_PLOT, TABLE_SVG
};

/* One cell, preceded by a separator unless it is the first of its line.  CSV as
 * RFC 4180 has it; TSV with tabs and line ends as spaces.  Unless `raw`, an
 * apostrophe stands before what a spreadsheet would take for a formula. */
void cell_put(struct buf *b, enum table_format format, struct str s,
    bool first, bool raw);

#endif
