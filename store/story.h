/*
 * Which articles tell one story.  A text joins the story of an earlier one when
 *
 *	text	half of the shorter one's shingles (three words in a row) stand in
 *		both, and three quarters of its names and numbers, within 72 hours
 *	words	two fifths of the words of title and lead stand in both, and half of
 *		the names and numbers, within 48 hours: another outlet tells it in
 *		its own words
 *	event	the same, and label and an actor are the same, too
 *
 * It is compared with the *first* article of a story only, so that a chain of
 * small changes cannot drag a story away.
 *
 * Shingles that many texts share (a template, a disclaimer) count for nothing, fewer
 * than 40 make no copy, of a short text half of the words must be in both, and a
 * text that holds half of two stories is a roundup and joins neither; nor does what
 * stands in a roundup join that, unless it stands at its beginning.  For a newsroom
 * a false join is worse than an alert too many.  docs/STORIES.md has the figures.
 *
 * Memory has a ceiling (store/leads.h).  The first articles that leads point to
 * are read again to compare, and some thousands of these are kept.
 */
#ifndef STORE_STORY_H
#define STORE_STORY_H

#include "store/edits.h"
#include "store/idrun.h"

enum joined_by {
	JOINED_FIRST, /* it is the first of its story */
	JOINED_TEXT,
	JOINED_WORDS,
	JOINED_EVENT,
	JOINED_REVISION, /* of an article in that story */
	JOINED_KINDS
};

struct story {
	char id[STORY_ID_DIGITS + 1];
	enum joined_by by;
	double share; /* how much of its shingles or words is in both */
};

struct stories;

/* `read` gives the article at `place`, in the arena; false: it is gone. */
typedef bool story_reader(void *arg, struct place place, struct arena *a,
    struct article *art);

/* `edits` are those of the store and live as long. */
struct stories *stories_new(story_reader *read, void *arg,
    const struct edits *edits);
void stories_free(struct stories *s);

/* Find the story of a new article that arrives at `now`, and remember it as
 * standing at `place`. */
void stories_place(struct stories *s, const struct article *art, int64_t now,
    struct place place, struct story *story);
/* Remember an article of the store whose story is known, after a restart. */
void stories_remember(struct stories *s, const struct article *art,
    int64_t stored, struct place place);
/* The edits have changed: what was read of stories before is not right any more. */
void stories_forget(struct stories *s);
/* How far back a restart has to look. */
#define STORY_WINDOW_S (72 * 3600)

/* Write {"id":...,"joined_by":...}. */
void story_put(struct buf *b, const struct story *story);
/* Read it from a stored article, after the edits; false when it has none. */
bool story_read(const struct article *art, const struct edits *edits,
    struct story *story);

#endif
