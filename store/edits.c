#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/mem.h"
#include "store/edits.h"
#include "store/ids.h"
#include "store/log.h"

/* Stories joined to others that were joined: a chain, which may not go round. */
#define CHAIN_MAX	64

struct edits {
	struct ids	*split;		/* keys */
	struct ids	*joined;	/* a story to its new one, as a place */
};

bool
is_story_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]) && (s.p[i] < 'a' || s.p[i] > 'f'))
			return false;
	return s.n == STORY_ID_DIGITS;
}

static struct place
place_of_story(struct str id)
{
	char digits[STORY_ID_DIGITS + 1] = "";
	uint64_t v;

	memcpy(digits, id.p, STORY_ID_DIGITS);
	v = strtoull(digits, NULL, 16);
	return (struct place){ (uint32_t)(v >> 32), (uint32_t)v };
}

static void
take_note(void *arg, const struct line *line, struct arena *a)
{
	static const char *const names[] = { "note", "key", "from", "into" };
	struct edits *e = arg;
	struct str said[4];
	struct record rec;
	struct err ignored;

	if (record_read(&rec, line->text, a, &ignored) == -1)
		return;
	for (size_t i = 0; i < 4; i++) {
		const struct json_member *m = json_find(rec.members, rec.count,
		    names[i]);

		said[i] = m ? json_str(&m->value, a) : STR_NONE;
	}
	if (str_eq(said[0], STR("split-story")) && said[1].n > 0)
		ids_put(e->split, id_of_key(said[1]), (struct place){ 1, 0 });
	else if (str_eq(said[0], STR("join-story")) && is_story_id(said[2]) &&
	    is_story_id(said[3]))
		ids_put(e->joined, id_of_key(said[2]), place_of_story(said[3]));
}

struct edits *
edits_load(const char *store, struct err *err)
{
	struct edits *e = xcalloc(1, sizeof(*e));

	e->split = ids_new();
	e->joined = ids_new();
	if (notes_each(store, take_note, e, err) == 0)
		return e;
	edits_free(e);
	return NULL;
}

void
edits_free(struct edits *e)
{
	if (e == NULL)
		return;
	ids_free(e->split);
	ids_free(e->joined);
	free(e);
}

bool
edits_none(const struct edits *e)
{
	return ids_in_memory(e->split) + ids_in_memory(e->joined) == 0;
}

bool
edits_is_split(const struct edits *e, struct str key)
{
	struct place ignored;

	return ids_find(e->split, id_of_key(key), &ignored);
}

bool
edits_apply(const struct edits *e, struct str key, struct str story,
    char id[STORY_ID_DIGITS + 1])
{
	struct place to;

	memcpy(id, story.p, STORY_ID_DIGITS);
	id[STORY_ID_DIGITS] = '\0';
	if (edits_is_split(e, key))
		sha256_hex_parts((struct str[]){ key, STR("split-story") }, 2,
		    id, STORY_ID_DIGITS);
	for (int i = 0; i < CHAIN_MAX &&
	    ids_find(e->joined, id_of_key(str_of(id)), &to); i++)
		snprintf(id, STORY_ID_DIGITS + 1, "%08x%08x", to.segment,
		    to.offset);
	return !str_eq(str_of(id), story);
}

struct str
article_story(const struct article *art)
{
	struct str story = article_inner(art, RECORD_STORY, "id");
	char id[STORY_ID_DIGITS + 1];

	if (art->edits == NULL || edits_none(art->edits) ||
	    !is_story_id(story) || !edits_apply(art->edits,
	    record_key(&art->rec, art->a), story, id))
		return story;
	return arena_str(art->a, str_of(id));
}

struct str
article_joined_by(const struct article *art)
{
	if (!str_eq(article_story(art), article_inner(art, RECORD_STORY, "id")))
		return STR("note");
	return article_inner(art, RECORD_STORY, "joined_by");
}
