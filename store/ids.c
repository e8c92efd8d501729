#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/mem.h"
#include "store/ids.h"

#define FIRST_SLOTS	1024u
/* Entries of the largest run that merging makes: adding waits for it. */
#define MERGED_MAX	(1u << 22)
/* A run is merged into the one before it unless that is so much larger, so an
 * entry is rewritten a few times only. */
#define MERGE_RATIO	4u

struct slot {
	uint64_t	id;		/* 0: free */
	struct place	place;
};

struct ids {
	struct slot	*slots;		/* open addressing, at most half full */
	size_t		 count, cap;	/* cap is a power of two */
	char		*folder;	/* NULL: there are no runs */
	struct idrun	*runs;		/* the oldest first */
	size_t		 nruns, runs_cap;
};

struct ids *
ids_new(void)
{
	struct ids *ids = xcalloc(1, sizeof(*ids));

	ids->cap = FIRST_SLOTS;
	ids->slots = xcalloc(ids->cap, sizeof(*ids->slots));
	return ids;
}

void
ids_free(struct ids *ids)
{
	if (ids == NULL)
		return;
	for (size_t i = 0; i < ids->nruns; i++)
		idrun_close(&ids->runs[i]);
	free(ids->runs);
	free(ids->folder);
	free(ids->slots);
	free(ids);
}

static uint64_t
id_of(const struct str *parts, size_t count)
{
	return sha256_64(parts, count) | 2;	/* never 0 */
}

uint64_t
id_of_key(struct str key)
{
	return id_of(&key, 1) & ~(uint64_t)1;
}

uint64_t
id_of_text(struct str key, struct str rev)
{
	struct str parts[] = { key, rev };

	return id_of(parts, 2) | 1;
}

static struct slot *
find_slot(const struct ids *ids, uint64_t id)
{
	size_t i = (size_t)(id >> 8) & (ids->cap - 1);

	while (ids->slots[i].id != 0 && ids->slots[i].id != id)
		i = (i + 1) & (ids->cap - 1);
	return &ids->slots[i];
}

static void
grow(struct ids *ids)
{
	struct slot *old = ids->slots;
	size_t n = ids->cap;

	ids->cap *= 2;
	ids->slots = xcalloc(ids->cap, sizeof(*ids->slots));
	for (size_t i = 0; i < n; i++)
		if (old[i].id != 0)
			*find_slot(ids, old[i].id) = old[i];
	free(old);
}

void
ids_put(struct ids *ids, uint64_t id, struct place place)
{
	struct slot *slot;

	if (2 * (ids->count + 1) > ids->cap)
		grow(ids);
	slot = find_slot(ids, id);
	ids->count += slot->id == 0;
	*slot = (struct slot){ id, place };
}

bool
ids_find(const struct ids *ids, uint64_t id, struct place *place)
{
	const struct slot *slot = find_slot(ids, id);

	if (slot->id != 0) {
		*place = slot->place;
		return true;
	}
	for (size_t i = ids->nruns; i-- > 0;)
		if (idrun_find(&ids->runs[i], id, place))
			return true;
	return false;
}

/* Call `take` with the path of every file in `folder` that ends in .ids. */
static void
each_run(const char *folder, void (*take)(void *arg, const char *path),
    void *arg)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *path;

		if (!str_ends(str_of(entry->d_name), STR(".ids")))
			continue;
		path = xasprintf("%s/%s", folder, entry->d_name);
		take(arg, path);
		free(path);
	}
	if (dir != NULL)
		closedir(dir);
}

static void
take_run(void *arg, const char *path)
{
	struct ids *ids = arg;
	struct idrun run;
	struct err err;

	if (idrun_open(&run, path, &err) == -1) {
		unlink(path);
		return;
	}
	GROW(ids->runs, ids->nruns, ids->runs_cap);
	ids->runs[ids->nruns++] = run;
}

/* By first segment, of equals the longest first. */
static int
by_first(const void *a, const void *b)
{
	const struct idrun *r = a, *s = b;

	if (r->first != s->first)
		return r->first < s->first ? -1 : 1;
	return (r->last < s->last) - (r->last > s->last);
}

static void
remove_run(struct idrun *run)
{
	unlink(run->path);
	idrun_close(run);
}

/* Keep the runs that follow one another from the store's first segment on;
 * others were merged into these before a crash, or stand behind one that is
 * gone. */
static void
keep_chain(struct ids *ids, uint32_t first)
{
	size_t kept = 0;

	if (ids->nruns > 0)
		qsort(ids->runs, ids->nruns, sizeof(*ids->runs), by_first);
	for (size_t i = 0; i < ids->nruns; i++) {
		struct idrun *run = &ids->runs[i];

		if (kept == 0 ? run->first <= first && run->last >= first :
		    run->first == ids->runs[kept - 1].last + 1)
			ids->runs[kept++] = *run;
		else
			remove_run(run);
	}
	ids->nruns = kept;
}

struct ids *
ids_open(const char *folder, uint32_t first, struct err *err)
{
	struct ids *ids;

	if (make_folders(folder, 0755, err) == -1 ||
	    sync_parent(folder, err) == -1)
		return NULL;
	ids = ids_new();
	ids->folder = xstrdup(folder);
	each_run(folder, take_run, ids);
	keep_chain(ids, first);
	return ids;
}

void
ids_forget(struct ids *ids, uint32_t first)
{
	size_t n = 0;

	/* the last tells up to where they go */
	while (n + 1 < ids->nruns && ids->runs[n].last < first)
		remove_run(&ids->runs[n++]);
	memmove(ids->runs, ids->runs + n, (ids->nruns - n) *
	    sizeof(*ids->runs));
	ids->nruns -= n;
}

size_t
ids_in_memory(const struct ids *ids)
{
	return ids->count;
}

uint32_t
ids_covered(const struct ids *ids)
{
	return ids->nruns > 0 ? ids->runs[ids->nruns - 1].last : 0;
}

static int
by_id(const void *a, const void *b)
{
	const struct id_entry *e = a, *f = b;

	return (e->id > f->id) - (e->id < f->id);
}

/* The table as sorted entries, malloc'ed. */
static struct id_entry *
sorted(const struct ids *ids)
{
	struct id_entry *entries = xcalloc(ids->count, sizeof(*entries));
	size_t n = 0;

	for (size_t i = 0; i < ids->cap; i++)
		if (ids->slots[i].id != 0)
			entries[n++] = (struct id_entry){ ids->slots[i].id,
			    ids->slots[i].place };
	assert(n == ids->count);
	if (n > 0)
		qsort(entries, n, sizeof(*entries), by_id);
	return entries;
}

static int
add_run(struct ids *ids, uint32_t first, uint32_t last, struct err *err)
{
	char *path = idrun_path(ids->folder, first, last);
	int rc;

	GROW(ids->runs, ids->nruns, ids->runs_cap);
	rc = idrun_open(&ids->runs[ids->nruns], path, err);
	ids->nruns += rc == 0;
	free(path);
	return rc;
}

/* Merge the last two runs while the older is not much larger. */
static int
merge_last(struct ids *ids, struct err *err)
{
	while (ids->nruns >= 2) {
		struct idrun older = ids->runs[ids->nruns - 2];
		struct idrun newer = ids->runs[ids->nruns - 1];

		if (older.count > MERGE_RATIO * newer.count ||
		    older.count + newer.count > MERGED_MAX)
			return 0;
		if (idrun_merge(ids->folder, &older, &newer, err) == -1)
			return -1;
		ids->nruns -= 2;
		unlink(older.path);
		unlink(newer.path);
		if (add_run(ids, older.first, newer.last, err) == -1)
			return -1;
		idrun_close(&older);
		idrun_close(&newer);
	}
	return 0;
}

int
ids_flush(struct ids *ids, uint32_t last, struct err *err)
{
	uint32_t first = ids_covered(ids) + 1;
	struct id_entry *entries = sorted(ids);
	int rc = idrun_write(ids->folder, first, last, entries, ids->count,
	    err);

	free(entries);
	if (rc == -1 || add_run(ids, first, last, err) == -1)
		return -1;
	free(ids->slots);
	ids->count = 0;
	ids->cap = FIRST_SLOTS;
	ids->slots = xcalloc(ids->cap, sizeof(*ids->slots));
	return merge_last(ids, err);
}

struct complaint {
	void	(*fault)(void *arg, const char *what);
	void	*arg;
};

static void
check_run(void *arg, const char *path)
{
	struct complaint *c = arg;
	struct idrun run;
	struct err err;

	if (idrun_open(&run, path, &err) == -1) {
		c->fault(c->arg, err.msg);
		return;
	}
	idrun_close(&run);
	if (idrun_check(path, &err) == -1)
		c->fault(c->arg, err.msg);
}

void
ids_check(const char *folder, void (*fault)(void *arg, const char *what),
    void *arg)
{
	struct complaint c = { fault, arg };

	each_run(folder, check_run, &c);
}

static void
remove_path(void *arg, const char *path)
{
	(void)arg;
	unlink(path);
}

void
ids_remove(const char *folder)
{
	each_run(folder, remove_path, NULL);
}
