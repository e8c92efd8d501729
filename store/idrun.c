#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "store/idrun.h"

#define MAGIC		"stance-i"
#define HEADER_SIZE	24u
#define ENTRY_SIZE	16u
#define FILTER_BITS	10u	/* an entry: about one in a hundred is wrong */
#define FILTER_HASHES	5u
#define PAGE_ENTRIES	256u	/* read at once, where one is looked for */

static_assert(sizeof(struct id_entry) == ENTRY_SIZE, "entries are written raw");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "entries are written raw");

static uint64_t
filter_bits_for(uint64_t count)
{
	return (count * FILTER_BITS / 64 + 1) * 64;
}

/* The nth bit of an id: its two halves make all the hashes that are needed. */
static uint64_t
filter_bit(uint64_t id, unsigned n, uint64_t bits)
{
	uint64_t step = id >> 32 | 1, start = id * 0x9e3779b97f4a7c15u;

	return (start + n * step * 0x9e3779b1u) % bits;
}

static void
filter_add(unsigned char *filter, uint64_t bits, uint64_t id)
{
	for (unsigned n = 0; n < FILTER_HASHES; n++) {
		uint64_t bit = filter_bit(id, n, bits);

		filter[bit / 8] |= (unsigned char)(1u << bit % 8);
	}
}

static bool
filter_has(const struct idrun *run, uint64_t id)
{
	for (unsigned n = 0; n < FILTER_HASHES; n++) {
		uint64_t bit = filter_bit(id, n, run->filter_bits);

		if (!(run->filter[bit / 8] & 1u << bit % 8))
			return false;
	}
	return true;
}

static int
read_at(int fd, void *to, size_t n, uint64_t offset)
{
	return lseek(fd, (off_t)offset, SEEK_SET) != -1 &&
	    read_full(fd, to, n) == (ssize_t)n ? 0 : -1;
}

/* "…/000001-000123.ids" */
static int
read_name(struct idrun *run, const char *path)
{
	struct str name = str_of(strrchr(path, '/') ? strrchr(path, '/') + 1 :
	    path), first;
	long long a, b;

	if (!str_ends(name, STR(".ids")))
		return -1;
	name.n -= 4;
	str_split(&name, '-', &first);
	a = str_number(first, UINT32_MAX);
	b = str_number(name, UINT32_MAX);
	if (a < 1 || b < a)
		return -1;
	run->first = (uint32_t)a;
	run->last = (uint32_t)b;
	return 0;
}

static int
read_header(struct idrun *run)
{
	struct { char magic[8]; uint64_t count, filter_bytes; } header;
	struct stat st;

	if (fstat(run->fd, &st) == -1 ||
	    read_at(run->fd, &header, HEADER_SIZE, 0) == -1 ||
	    memcmp(header.magic, MAGIC, 8) != 0 ||
	    header.count > INT64_MAX / 32 ||
	    header.filter_bytes != filter_bits_for(header.count) / 8 ||
	    (uint64_t)st.st_size != HEADER_SIZE + header.count * ENTRY_SIZE +
	    header.filter_bytes + SHA256_SIZE)
		return -1;
	run->count = header.count;
	run->filter_bits = 8 * header.filter_bytes;
	run->filter = xmalloc(header.filter_bytes);
	return read_at(run->fd, run->filter, header.filter_bytes,
	    HEADER_SIZE + header.count * ENTRY_SIZE);
}

int
idrun_open(struct idrun *run, const char *path, struct err *err)
{
	int reason;

	errno = 0;
	*run = (struct idrun){ .fd = -1 };
	run->path = xstrdup(path);
	if (read_name(run, path) == 0)
		run->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (run->fd != -1 && read_header(run) == 0)
		return 0;
	reason = errno;			/* 0 where the bytes are wrong */
	idrun_close(run);
	return reason ? err_set(err, "cannot read '%s': %s", path,
	    strerror(reason)) : err_set(err, "'%s' is no run of ids", path);
}

void
idrun_close(struct idrun *run)
{
	if (run->fd != -1)
		close(run->fd);
	free(run->path);
	free(run->filter);
	*run = (struct idrun){ .fd = -1 };
}

/* Look for `id` among sorted entries. */
static const struct id_entry *
find_among(const struct id_entry *v, size_t n, uint64_t id)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (v[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && v[low].id == id ? &v[low] : NULL;
}

bool
idrun_find(const struct idrun *run, uint64_t id, struct place *place)
{
	struct id_entry page[PAGE_ENTRIES];
	uint64_t low = 0, high = run->count;
	double low_id = 0, high_id = 18446744073709551616.0;

	if (run->count == 0 || !filter_has(run, id))
		return false;
	while (low < high) {
		double part = ((double)id - low_id) / (high_id - low_id);
		uint64_t guess = low + (uint64_t)(part * (double)(high - low));
		uint64_t at = guess > low + PAGE_ENTRIES / 2 ?
		    guess - PAGE_ENTRIES / 2 : low;
		uint64_t n = high - at < PAGE_ENTRIES ? high - at :
		    PAGE_ENTRIES;
		const struct id_entry *found;

		if (n == 0) {			/* the guess was rounded up */
			at = high - 1;
			n = 1;
		}
		if (read_at(run->fd, page, n * ENTRY_SIZE,
		    HEADER_SIZE + at * ENTRY_SIZE) == -1)
			die_errno("cannot read '%s'", run->path);
		if (id < page[0].id) {
			high = at;
			high_id = (double)page[0].id;
		} else if (id > page[n - 1].id) {
			low = at + n;
			low_id = (double)page[n - 1].id;
		} else {
			found = find_among(page, n, id);
			if (found != NULL)
				*place = found->place;
			return found != NULL;
		}
	}
	return false;
}

/* Going through a run, a page at a time. */
struct walk {
	const struct idrun *run;
	uint64_t	at;		/* of the next page */
	size_t		i, n;		/* in this one */
	struct id_entry	page[PAGE_ENTRIES];
};

/* The next entry, which is passed with walk->i++; NULL: that was all, or *rc is -1
 * now. */
static const struct id_entry *
walk_next(struct walk *w, int *rc)
{
	uint64_t left = w->run->count - w->at;

	if (w->i < w->n)
		return &w->page[w->i];
	w->i = 0;
	w->n = left < PAGE_ENTRIES ? (size_t)left : PAGE_ENTRIES;
	if (w->n > 0 && read_at(w->run->fd, w->page, w->n * ENTRY_SIZE,
	    HEADER_SIZE + w->at * ENTRY_SIZE) == -1) {
		*rc = -1;
		w->n = 0;
	}
	w->at += w->n;
	return w->n > 0 ? w->page : NULL;
}

/* Hand out what is in one of two runs, of both the newer one's; with NULL for
 * `older` all of one.  -1: errno tells why. */
static int
each_of(const struct idrun *older, const struct idrun *newer,
    int (*take)(void *arg, const struct id_entry *entry), void *arg)
{
	static const struct idrun nothing = { .fd = -1 };
	struct walk old = { .run = older ? older : &nothing };
	struct walk new = { .run = newer };
	int rc = 0;

	while (rc == 0) {
		const struct id_entry *o = walk_next(&old, &rc);
		const struct id_entry *n = rc == 0 ? walk_next(&new, &rc) : NULL;

		if (rc == -1 || (o == NULL && n == NULL))
			break;
		if (n != NULL && (o == NULL || n->id <= o->id)) {
			old.i += o != NULL && o->id == n->id;
			new.i++;
			rc = take(arg, n);
		} else {
			old.i++;
			rc = take(arg, o);
		}
	}
	return rc;
}

int
idrun_check(const char *path, struct err *err)
{
	unsigned char hash[SHA256_SIZE];
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc = -1;
	const char *map;

	if (fd == -1 || fstat(fd, &st) == -1 || st.st_size <= SHA256_SIZE) {
		if (fd != -1)
			close(fd);
		return err_set(err, "cannot read '%s'", path);
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return err_set(err, "cannot map '%s': %s", path,
		    strerror(errno));
	sha256((struct str){ map, (size_t)st.st_size - SHA256_SIZE }, hash);
	if (memcmp(hash, map + st.st_size - SHA256_SIZE, SHA256_SIZE) == 0)
		rc = 0;
	munmap((void *)(uintptr_t)map, (size_t)st.st_size);
	return rc == 0 ? 0 : err_set(err, "'%s' is damaged: --repair makes it "
	    "anew", path);
}

char *
idrun_path(const char *folder, uint32_t first, uint32_t last)
{
	return xasprintf("%s/%06" PRIu32 "-%06" PRIu32 ".ids", folder, first,
	    last);
}

int
idrun_each(const struct idrun *run,
    int (*take)(void *arg, const struct id_entry *entry), void *arg,
    struct err *err)
{
	if (each_of(NULL, run, take, arg) == -1)
		return err_set(err, "cannot read '%s': %s", run->path,
		    strerror(errno));
	return 0;
}

/* A run that is written: of entries, or of two runs. */
struct making {
	const struct id_entry *entries;
	const struct idrun *older, *newer;
	uint64_t	 count;		/* of all that it will have */
	int		 fd;
	struct buf	 b;		/* not written yet */
	unsigned char	*filter;
	uint64_t	 bits;
};

static int
count_entry(void *arg, const struct id_entry *entry)
{
	struct making *m = arg;

	(void)entry;
	m->count++;
	return 0;
}

static int
flush(struct making *m)
{
	int rc = write_full(m->fd, m->b.p, m->b.n);

	buf_reset(&m->b);
	return rc;
}

static int
put_entry(void *arg, const struct id_entry *entry)
{
	struct making *m = arg;

	filter_add(m->filter, m->bits, entry->id);
	buf_add(&m->b, entry, ENTRY_SIZE);
	return m->b.n < IO_WRITE ? 0 : flush(m);
}

static int
put_entries(struct making *m)
{
	int rc = 0;

	if (m->newer != NULL)
		return each_of(m->older, m->newer, put_entry, m);
	for (uint64_t i = 0; rc == 0 && i < m->count; i++)
		rc = put_entry(m, &m->entries[i]);
	return rc;
}

/* Header, entries, filter, hash. */
static int
fill(void *arg, int fd)
{
	struct making *m = arg;
	unsigned char hash[SHA256_SIZE];
	uint64_t size, filter_bytes = m->bits / 8;

	m->fd = fd;
	buf_add(&m->b, MAGIC, 8);
	buf_add(&m->b, &m->count, 8);
	buf_add(&m->b, &filter_bytes, 8);
	if (put_entries(m) == -1)
		return -1;
	buf_add(&m->b, m->filter, filter_bytes);
	if (flush(m) == -1 || lseek(fd, 0, SEEK_SET) == -1 ||
	    sha256_fd(fd, hash, &size) == -1)
		return -1;
	return write_full(fd, hash, SHA256_SIZE);
}

/* Make the run of segments first..last, durable under its name. */
static int
make(struct making *m, const char *folder, uint32_t first, uint32_t last,
    struct err *err)
{
	char *path = idrun_path(folder, first, last);
	int rc;

	m->bits = filter_bits_for(m->count);
	m->filter = xcalloc(1, m->bits / 8);
	rc = file_replace_with(path, fill, m, 0644, err);
	buf_release(&m->b);
	free(m->filter);
	free(path);
	return rc;
}

int
idrun_write(const char *folder, uint32_t first, uint32_t last,
    const struct id_entry *entries, uint64_t count, struct err *err)
{
	struct making m = { .entries = entries, .count = count };

	return make(&m, folder, first, last, err);
}

int
idrun_merge(const char *folder, const struct idrun *older,
    const struct idrun *newer, struct err *err)
{
	struct making m = { .older = older, .newer = newer };

	assert(older->last + 1 >= newer->first);
	if (each_of(older, newer, count_entry, &m) == -1)
		return err_set(err, "cannot read '%s' or '%s': %s",
		    older->path, newer->path, strerror(errno));
	return make(&m, folder, older->first, newer->last, err);
}
