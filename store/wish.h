/*
 * What options say about articles, before it is a query.  Each option has a term
 * of the query language (stance-query(5)) that says the same:
 *
 *	--label easing,mixed --score ..-0.5 --since yesterday --zone Asia/Tokyo
 *	label:"easing","mixed" score:..-0.5 stored>="yesterday@Asia/Tokyo"
 */
#ifndef STORE_WISH_H
#define STORE_WISH_H

#include "base/buf.h"
#include "base/opt.h"

struct wish {
	struct opt_list	 label, domain, topic, actor, source, lang, tag, stage,
			 story, type, text, regex;
	const char	*score, *confidence, *revision;
	const char	*since, *until, *by, *zone;
};

/* The entries of an option table, for all commands that ask. */
#define WISH_OPTIONS(w)							\
	{ 'l', "label", "LABEL", "only this label, or these, joined by "	\
	    "commas", OPT_LIST, &(w)->label },				\
	{ 'd', "domain", "DOMAIN", "only this policy domain", OPT_LIST,	\
	    &(w)->domain },						\
	{ 0, "topic", "TOPIC", "only this topic", OPT_LIST,		\
	    &(w)->topic },						\
	{ 0, "actor", "ACTOR", "only this actor", OPT_LIST,		\
	    &(w)->actor },						\
	{ 's', "source", "SOURCE", "only this source: a feed's title or a "	\
	    "host", OPT_LIST, &(w)->source },				\
	{ 0, "lang", "LANGUAGE", "only this language", OPT_LIST,	\
	    &(w)->lang },						\
	{ 0, "tag", "TAG", "only with this tag", OPT_LIST, &(w)->tag },	\
	{ 0, "stage", "STAGE", "only this stage", OPT_LIST, &(w)->stage },	\
	{ 0, "story", "STORY", "only this story", OPT_LIST, &(w)->story },	\
	{ 0, "type", "TYPE", "other records: feed, manifest", OPT_LIST,	\
	    &(w)->type },						\
	{ 0, "score", "RANGE", "0.5, 0.5..1, -1.. or ..0", OPT_STRING,	\
	    &(w)->score },						\
	{ 0, "confidence", "RANGE", "the same", OPT_STRING,		\
	    &(w)->confidence },						\
	{ 0, "revision", "RANGE", "the same", OPT_STRING,		\
	    &(w)->revision },						\
	{ 't', "text", "WORDS", "only with these words, as a phrase",	\
	    OPT_LIST, &(w)->text },					\
	{ 0, "regex", "EXPRESSION", "only with what this matches",	\
	    OPT_LIST, &(w)->regex },					\
	{ 0, "since", "TIME", "not before: 2026-11-23, 3d, yesterday",	\
	    OPT_STRING, &(w)->since },					\
	{ 0, "until", "TIME", "only before", OPT_STRING, &(w)->until },	\
	{ 0, "zone", "ZONE", "where days begin: Europe/Berlin (default "	\
	    "UTC)", OPT_STRING, &(w)->zone }

/* Write the query: all options and the `words` of a query must hold.  Ends the
 * program where an option cannot be said. */
void wish_put(const struct wish *wish, int words, char **word, struct buf *q);
void wish_release(struct wish *wish);

#endif
