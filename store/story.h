/*
 * Which articles tell one story.  A text joins the story of an earlier text
 * when half of the shorter one's word shingles (three words in a row) stand in
 * both, within 72 hours; or when it reports the same event, that is the same
 * action, object, actor and label, within 48 hours.  It is compared with the
 * *first* article of a story only, so that a chain of small changes cannot drag
 * a story away.
 *
 * What many texts share (a template, a disclaimer) counts for nothing, a text
 * of fewer than 40 shingles joins by its event only, and one that holds half of
 * two stories is a roundup and joins neither.  For a newsroom a false join is
 * worse than an alert too many.
 *
 * Memory is about 160 bytes an article of the window: of each first article the
 * eight lowest shingle hashes lead to it, and its text is read again to compare.
 */
#ifndef STORE_STORY_H
#define STORE_STORY_H

#include "store/article.h"
#include "store/idrun.h"

#define STORY_ID_DIGITS	16

enum joined_by {
	JOINED_FIRST,		/* it is the first of its story */
	JOINED_TEXT,
	JOINED_EVENT,
	JOINED_REVISION		/* of an article in that story */
};

struct story {
	char		id[STORY_ID_DIGITS + 1];
	enum joined_by	by;
	double		share;	/* of a text: how much of it is in both */
};

struct stories;

/* `read_text` gives title and text of the article at `place` as one string in
 * the arena. */
struct stories *stories_new(
    struct str (*read_text)(void *arg, struct place place, struct arena *a),
    void *arg);
void stories_free(struct stories *s);

/* Find the story of a new article that arrives at `now`, and remember it as
 * standing at `place`. */
void stories_place(struct stories *s, const struct article *art, int64_t now,
    struct place place, struct story *story);
/* Remember an article of the store whose story is known, after a restart. */
void stories_remember(struct stories *s, const struct article *art,
    int64_t stored, struct place place);
/* How far back a restart has to look. */
#define STORY_WINDOW_S	(72 * 3600)

/* Title and text as they are compared. */
struct str story_text(const struct article *art);
/* Write {"id":...,"joined_by":...}. */
void story_put(struct buf *b, const struct story *story);
/* Read it from a stored article; false when it has none. */
bool story_read(const struct article *art, struct story *story);

#endif
