/*
 * Which story an article belongs to, after what people said about it.  Lines of a
 * store never change, so a wrong join is put right by a note:
 *
 *	{"type":"note","note":"split-story","key":"...","reason":"..."}
 *	{"type":"note","note":"join-story","from":"0123...","into":"4567..."}
 *
 * The first makes an article a story of its own.  The second counts one story as
 * part of another; joined into itself it is on its own again.  Later notes win.
 */
#ifndef STORE_EDITS_H
#define STORE_EDITS_H

#include "store/article.h"

#define STORY_ID_DIGITS	16

struct edits;

/* Read the notes of `store`; NULL and err when they cannot be read. */
struct edits *edits_load(const char *store, struct err *err);
/* Read what came since, which costs little when nothing did.  `split`, unless NULL,
 * is told the key of each article that was taken out of its story.  1: there was
 * something, -1: the notes cannot be read. */
int edits_refresh(struct edits *e, void (*split)(void *arg, struct str key),
    void *arg, struct err *err);
void edits_free(struct edits *e);
/* Nobody ever said anything: all stories are as they were stored. */
bool edits_none(const struct edits *e);
/* The story of the article with this key, which was stored as `story` (16 hex
 * digits): in `id`.  True when it is another than that. */
bool edits_apply(const struct edits *e, struct str key, struct str story,
    char id[STORY_ID_DIGITS + 1]);
/* Does `is` say yes for `story` or for one of those that are part of it now? */
bool edits_any_part(const struct edits *e, struct str story,
    bool (*is)(void *arg, struct str part), void *arg);
/* Was this article taken out of its story? */
bool edits_is_split(const struct edits *e, struct str key);
/* The story of a stored article, after its edits; STR_NONE when it has none. */
struct str article_story(const struct article *art);
/* The same without what was joined to what. */
struct str article_own_story(const struct article *art);
/* Why it is in it: "note" where somebody said so. */
struct str article_joined_by(const struct article *art);

/* Is it written like the id of a story? */
bool is_story_id(struct str s);

#endif
