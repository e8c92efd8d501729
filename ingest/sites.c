#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "ingest/robots.h"
#include "ingest/sites.h"
#include "net/http.h"

#define BUCKETS		4096
#define FRESH		(24 * 3600)
#define RETRY		(30 * 60)

struct site {
	struct site	*chain;		/* same bucket */
	char		*origin;
	struct buf	 rules;
	int64_t		 expires;	/* of what is known */
	bool		 asked;		/* an answer is on its way */
	bool		 silent;
};

struct sites {
	struct site	*buckets[BUCKETS];
};

struct sites *
sites_new(void)
{
	return xcalloc(1, sizeof(struct sites));
}

void
sites_free(struct sites *sites)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (sites->buckets[i] != NULL) {
			struct site *site = sites->buckets[i];

			sites->buckets[i] = site->chain;
			buf_release(&site->rules);
			free(site->origin);
			free(site);
		}
	free(sites);
}

struct site *
sites_find(struct sites *sites, struct str url)
{
	char *origin = http_origin(url);
	struct site **bucket, *site;

	if (origin == NULL)
		return NULL;
	bucket = &sites->buckets[hash64(str_of(origin)) % BUCKETS];
	for (site = *bucket; site != NULL; site = site->chain)
		if (strcmp(site->origin, origin) == 0) {
			free(origin);
			return site;
		}
	site = xcalloc(1, sizeof(*site));
	site->origin = origin;
	site->chain = *bucket;
	*bucket = site;
	return site;
}

const char *
site_origin(const struct site *site)
{
	return site->origin;
}

bool
site_must_ask(struct site *site, int64_t now)
{
	if (site->asked || now < site->expires)
		return false;
	site->asked = true;
	return true;
}

/* 4xx: there are no rules; 5xx or nothing: all is forbidden, and while we are
 * told to slow down, too. */
void
site_learn(struct site *site, long status, struct str body, int64_t now)
{
	buf_reset(&site->rules);
	site->silent = status == 0 || status == 429 || status >= 500;
	if (status >= 200 && status < 300)
		robots_read(&site->rules, body);
	site->expires = now + (site->silent ? RETRY : FRESH);
	site->asked = false;
}

/* The path and query of an address, as robots.txt sees it. */
static struct str
path_of(struct str url)
{
	ptrdiff_t start = str_find(url, STR("://"), 0);
	struct str rest = start < 0 ? url : str_from(url, (size_t)start + 3);
	const char *slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;

	return slash == NULL ? STR("/") :
	    str_from(rest, (size_t)(slash - rest.p));
}

enum site_answer
site_says(const struct site *site, struct str url)
{
	if (site->asked)
		return SITE_ASKED;
	if (site->silent)
		return SITE_SILENT;
	return robots_allow(buf_str(&site->rules), path_of(url)) ?
	    SITE_ALLOWS : SITE_FORBIDS;
}
