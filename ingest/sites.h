/*
 * The sites that articles are on, and what their robots.txt allows us.  Rules
 * are kept for a day; a site that cannot tell allows nothing and is asked again
 * after half an hour (RFC 9309, 2.3 and 2.4).
 */
#ifndef INGEST_SITES_H
#define INGEST_SITES_H

#include <stdint.h>

#include "base/str.h"

struct sites;
struct site;

enum site_answer {
	SITE_ALLOWS,
	SITE_FORBIDS,
	SITE_SILENT,		/* its rules cannot be had: no */
	SITE_ASKED		/* its rules are on their way: wait */
};

struct sites *sites_new(void);
void sites_free(struct sites *sites);
/* The site of an address; it lives as long as `sites`.  NULL: not http(s). */
struct site *sites_find(struct sites *sites, struct str url);
/* Scheme, name and port. */
const char *site_origin(const struct site *site);
/* Must its robots.txt be fetched now?  True once, till site_learn(). */
bool site_must_ask(struct site *site, int64_t now);
/* What came for its robots.txt; status 0: nothing. */
void site_learn(struct site *site, long status, struct str body, int64_t now);
enum site_answer site_says(const struct site *site, struct str url);

#endif
