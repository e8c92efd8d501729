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
	char		*store;
	struct notes_cursor at;		/* what was read */
	struct ids	*split;		/* keys */
	struct ids	*joined;	/* a story to its new one, as a place */
	struct place	*parts;		/* the stories that ever were joined */
	size_t		 nparts, parts_cap;
	void		(*on_split)(void *arg, struct str key);
	void		*arg;
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
story_of_place(struct place place, char id[STORY_ID_DIGITS + 1])
{
	snprintf(id, STORY_ID_DIGITS + 1, "%08x%08x", place.segment,
	    place.offset);
}

static void
take_split(struct edits *e, struct str key)
{
	ids_put(e->split, id_of_key(key), (struct place){ 1, 0 });
	if (e->on_split != NULL)
		e->on_split(e->arg, key);
}

static void
take_join(struct edits *e, struct str from, struct str into)
{
	struct place ignored;

	if (!ids_find(e->joined, id_of_key(from), &ignored)) {
		GROW(e->parts, e->nparts, e->parts_cap);
		e->parts[e->nparts++] = place_of_story(from);
	}
	ids_put(e->joined, id_of_key(from), place_of_story(into));
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
		take_split(e, said[1]);
	else if (str_eq(said[0], STR("join-story")) && is_story_id(said[2]) &&
	    is_story_id(said[3]))
		take_join(e, said[2], said[3]);
}

static void
begin(struct edits *e)
{
	e->split = ids_new();
	e->joined = ids_new();
	e->nparts = 0;
}

static void
end(struct edits *e)
{
	ids_free(e->split);
	ids_free(e->joined);
}

struct edits *
edits_load(const char *store, struct err *err)
{
	struct edits *e = xcalloc(1, sizeof(*e));

	e->store = xstrdup(store);
	begin(e);
	if (notes_behind(store, &e->at, take_note, e, err) == 0)
		return e;
	edits_free(e);
	return NULL;
}

int
edits_refresh(struct edits *e, void (*split)(void *arg, struct str key),
    void *arg, struct err *err)
{
	int rc;

	if (!notes_have_come(e->store, &e->at))
		return 0;
	e->on_split = split;
	e->arg = arg;
	while ((rc = notes_behind(e->store, &e->at, take_note, e, err)) == 1) {
		end(e);			/* all over again */
		begin(e);
	}
	e->on_split = NULL;
	return rc == 0 ? 1 : -1;
}

void
edits_free(struct edits *e)
{
	if (e == NULL)
		return;
	end(e);
	notes_cursor_release(&e->at);
	free(e->parts);
	free(e->store);
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

/* Follow what the story was joined to. */
static void
follow_joins(const struct edits *e, char id[STORY_ID_DIGITS + 1])
{
	struct place to;

	for (int i = 0; i < CHAIN_MAX &&
	    ids_find(e->joined, id_of_key(str_of(id)), &to); i++)
		story_of_place(to, id);
}

/* The story as it was stored, or the one that a split has made. */
static void
apply_split(const struct edits *e, struct str key, struct str story,
    char id[STORY_ID_DIGITS + 1])
{
	memcpy(id, story.p, STORY_ID_DIGITS);
	id[STORY_ID_DIGITS] = '\0';
	if (edits_is_split(e, key))
		sha256_hex_parts((struct str[]){ key, STR("split-story") }, 2,
		    id, STORY_ID_DIGITS);
}

bool
edits_apply(const struct edits *e, struct str key, struct str story,
    char id[STORY_ID_DIGITS + 1])
{
	apply_split(e, key, story, id);
	follow_joins(e, id);
	return !str_eq(str_of(id), story);
}

bool
edits_any_part(const struct edits *e, struct str story,
    bool (*is)(void *arg, struct str part), void *arg)
{
	char part[STORY_ID_DIGITS + 1], whole[STORY_ID_DIGITS + 1];

	if (is(arg, story))
		return true;
	for (size_t i = 0; i < e->nparts; i++) {
		story_of_place(e->parts[i], part);
		memcpy(whole, part, sizeof(whole));
		follow_joins(e, whole);
		if (str_eq(str_of(whole), story) && is(arg, str_of(part)))
			return true;
	}
	return false;
}

/* The stored story and, unless no edit can change it, true. */
static bool
is_editable(const struct article *art, struct str *story)
{
	*story = article_inner(art, RECORD_STORY, "id");
	return art->edits != NULL && !edits_none(art->edits) &&
	    is_story_id(*story);
}

struct str
article_story(const struct article *art)
{
	char id[STORY_ID_DIGITS + 1];
	struct str story;

	if (!is_editable(art, &story) || !edits_apply(art->edits,
	    record_key(&art->rec, art->a), story, id))
		return story;
	return arena_str(art->a, str_of(id));
}

struct str
article_own_story(const struct article *art)
{
	char id[STORY_ID_DIGITS + 1];
	struct str story;

	if (!is_editable(art, &story))
		return story;
	apply_split(art->edits, record_key(&art->rec, art->a), story, id);
	return arena_str(art->a, str_of(id));
}

struct str
article_joined_by(const struct article *art)
{
	if (!str_eq(article_story(art), article_inner(art, RECORD_STORY, "id")))
		return STR("note");
	return article_inner(art, RECORD_STORY, "joined_by");
}
