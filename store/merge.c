/*
 * compact: merge what is small, so that a store of years has few files, and
 * compress it better than there was time for when it was sealed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/mem.h"
#include "base/opt.h"
#include "store/commands.h"
#include "store/lock.h"
#include "store/log.h"
#include "store/merge.h"
#include "store/reader.h"
#include "store/seal.h"

/* The day folder and name of a segment: 2026/11/23/000123. */
#define MONTH_OF(name)	str_slice((name), 0, 7)

struct merging {
	const char	*store;
	char		*folder;	/* of the log */
	struct segments	 list;
	uint64_t	 size;		/* of the text in one file, at most */
	int		 level;		/* of zstd */
	size_t		 files, made;
};

static struct str
name_of(const struct merging *m, const struct segment *seg)
{
	return str_from(str_of(seg->path), strlen(m->folder) + 1);
}

int
merge_lock(const char *store, struct err *err)
{
	char *path = xasprintf("%s/articles/COMPACT", store);
	bool unclean;
	long holder;
	int lock = lock_take(path, false, &unclean, &holder, err);

	if (lock == -1 && holder != 0)
		err_set(err, "'%s' is being compacted already: process %ld",
		    store, holder);
	if (lock != -1 && lock_sign(lock, err) == -1) {
		close(lock);
		lock = -1;
	}
	free(path);
	return lock;
}

/* Remove the files of segments whose lines stand in a merged one. */
static int
sweep(const struct segments *list, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < list->nmerged; i++)
		if (list->merged[i].sealed)
			rc = segment_remove(&list->merged[i], err);
	return rc;
}

int
merge_sweep(const char *store, struct err *err)
{
	char *folder = xasprintf("%s/articles", store);
	int lock = merge_lock(store, err), rc = 0;
	struct segments list;

	if (lock != -1) {
		rc = segments_list(&list, folder, err);
		if (rc == 0) {
			rc = sweep(&list, err);
			segments_release(&list);
		}
		if (lock_release(lock, err) == -1)
			rc = -1;
	}
	free(folder);
	return rc;
}

/* How many segments from `at` on go into one file; 0 or 1: none. */
static size_t
count_neighbours(const struct merging *m, size_t at)
{
	struct str month = MONTH_OF(name_of(m, &m->list.v[at]));
	uint64_t size = 0;
	size_t n = 0;
	struct meta meta;
	struct err err;

	for (; at + n < m->list.n && m->list.v[at + n].sealed; n++) {
		const struct segment *seg = &m->list.v[at + n];

		if (!str_eq(MONTH_OF(name_of(m, seg)), month))
			break;
		if (meta_read(seg, &meta, &err) == -1) {
			warn("%s; see 'stance-store check'", err.msg);
			break;
		}
		if (n > 0 && size + meta.bytes > m->size)
			break;
		size += meta.bytes;
	}
	return n;
}

static void
put_file(struct buf *b, const struct merging *m, const struct segment *seg,
    const char *hash)
{
	json_open(b, '{');
	json_member_str(b, "file", name_of(m, seg));
	json_member_str(b, "sha256", str_of(hash));
	json_close(b, '}');
}

/* Note what becomes of what. */
static int
note_merged(const struct merging *m, size_t at, size_t n,
    const struct segment *merged, const char *hash, struct err *err)
{
	struct buf b = BUF_INIT;
	struct meta meta;
	uint64_t seq;
	int rc = 0;

	buf_addz(&b, "{\"type\":\"manifest\",\"action\":\"compact\"");
	json_name(&b, "old");
	json_open(&b, '[');
	for (size_t i = at; rc == 0 && i < at + n; i++) {
		rc = meta_read(&m->list.v[i], &meta, err);
		put_file(&b, m, &m->list.v[i], meta.sha256);
	}
	json_close(&b, ']');
	json_name(&b, "new");
	put_file(&b, m, merged, hash);
	json_close(&b, '}');
	if (rc == 0)
		rc = notes_add(m->store, buf_str(&b), &seq, err);
	buf_release(&b);
	return rc;
}

/* The writer may be about to begin a segment in the folder of the last one. */
static bool
is_in_use(const struct merging *m, const struct segment *seg)
{
	const struct segment *last = &m->list.v[m->list.n - 1];

	return str_eq(str_slice(name_of(m, last), 0, 10),
	    str_slice(name_of(m, seg), 0, 10));
}

/* Merge `n` segments from `at` on. */
static int
merge(struct merging *m, size_t at, size_t n, struct err *err)
{
	const struct segment *first = &m->list.v[at];
	struct segment merged = { .number = first->number,
	    .last = m->list.v[at + n - 1].last };
	const char *slash = strrchr(first->path, '/');
	char hash[SHA256_HEX];
	int rc;

	merged.path = xasprintf("%.*s/%06u-%06u", (int)(slash - first->path),
	    first->path, merged.number, merged.last);
	rc = seal_merge(&merged, &m->list, at, n, m->level, hash, err);
	if (rc == 0)
		rc = note_merged(m, at, n, &merged, hash, err);
	if (rc == 0)
		rc = seal_publish(&merged, err);
	for (size_t i = at; rc == 0 && i < at + n; i++)		/* I5 */
		if ((rc = segment_remove(&m->list.v[i], err)) == 0 &&
		    !is_in_use(m, &m->list.v[i]))
			segment_prune(m->list.v[i].path);
	free(merged.path);
	m->files += n;
	m->made++;
	return rc;
}

/* A merged file is a neighbour, too, while there is room in it. */
static int
merge_all(struct merging *m, struct err *err)
{
	for (size_t at = 0; at < m->list.n;) {
		size_t n = m->list.v[at].sealed ? count_neighbours(m, at) : 0;

		if (n > 1 && merge(m, at, n, err) == -1)
			return -1;
		at += n > 0 ? n : 1;
	}
	return 0;
}

static void
compact(struct merging *m)
{
	struct err err;
	int lock;

	if (store_check_format(m->store, &err) == -1 ||
	    (lock = merge_lock(m->store, &err)) == -1 ||
	    segments_list(&m->list, m->folder, &err) == -1 ||
	    sweep(&m->list, &err) == -1 || merge_all(m, &err) == -1 ||
	    lock_release(lock, &err) == -1)
		die("%s", err.msg);
	segments_release(&m->list);
}

int
run_compact(int argc, char **argv)
{
	struct opt_number size = { 256 << 20, 1, 512 << 20 };
	struct opt_number level = { 9, 1, 19 };
	const struct opt opts[] = {
		{ 0, "size", "BYTES", "of the text in one file, at most "
		    "(default 256 MiB)", OPT_NUMBER, &size },
		{ 0, "level", "N", "of zstd, 1 to 19 (default 9)", OPT_NUMBER,
		    &level },
		{ 0 }
	};
	const struct tool tool = { "stance-store compact",
	    "[--size BYTES] [--level N] STORE",
	    "Merge the small sealed segments of STORE.", opts, NULL };
	const char *store = store_operand(opt_parse(&tool, argc, argv), argv);
	struct merging m = { .store = store, .size = (uint64_t)size.value,
	    .level = (int)level.value };

	digest_setup();
	m.folder = xasprintf("%s/articles", store);
	jail_enter(JAIL_WRITE, NULL, (const char *[]){ store, NULL });
	compact(&m);
	warn("%zu files became %zu", m.files, m.made);
	free(m.folder);
	return EXIT_DONE;
}
