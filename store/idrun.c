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
#include "base/mem.h"
#include "store/idrun.h"

#define MAGIC		"stance-i"
#define HEADER_SIZE	24u
#define ENTRY_SIZE	16u
#define FILTER_BITS	10u	/* an entry: about one in a hundred is wrong */
#define FILTER_HASHES	5u
#define PAGE_ENTRIES	256u	/* read at once */

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

int
idrun_each(const struct idrun *run,
    void (*take)(void *arg, const struct id_entry *entry), void *arg,
    struct err *err)
{
	struct id_entry page[PAGE_ENTRIES];

	for (uint64_t at = 0; at < run->count; at += PAGE_ENTRIES) {
		uint64_t n = run->count - at < PAGE_ENTRIES ?
		    run->count - at : PAGE_ENTRIES;

		if (read_at(run->fd, page, n * ENTRY_SIZE,
		    HEADER_SIZE + at * ENTRY_SIZE) == -1)
			return err_set(err, "cannot read '%s': %s", run->path,
			    strerror(errno));
		for (uint64_t i = 0; i < n; i++)
			take(arg, &page[i]);
	}
	return 0;
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

/* Append what ends a run, its filter and hash, to the mapped entries. */
static void
put_filter(char *map, uint64_t count)
{
	struct id_entry *entries = (void *)(map + HEADER_SIZE);
	uint64_t bits = filter_bits_for(count);
	unsigned char *filter = (unsigned char *)&entries[count];
	size_t size = HEADER_SIZE + count * ENTRY_SIZE + bits / 8;

	memcpy(map, MAGIC, 8);
	memcpy(map + 8, &count, 8);
	memcpy(map + 16, &(uint64_t){ bits / 8 }, 8);
	for (uint64_t i = 0; i < count; i++)
		filter_add(filter, bits, entries[i].id);
	sha256((struct str){ map, size }, (unsigned char *)map + size);
}

static size_t
file_size(uint64_t count)
{
	return HEADER_SIZE + count * ENTRY_SIZE + filter_bits_for(count) / 8 +
	    SHA256_SIZE;
}

char *
idrun_path(const char *folder, uint32_t first, uint32_t last)
{
	return xasprintf("%s/%06" PRIu32 "-%06" PRIu32 ".ids", folder, first,
	    last);
}

/* Make the file durable under its name. */
static int
publish(const char *folder, uint32_t first, uint32_t last, char *map,
    uint64_t count, struct err *err)
{
	char *path = idrun_path(folder, first, last);
	int rc;

	put_filter(map, count);
	rc = file_replace(path, (struct str){ map, file_size(count) }, 0644,
	    err);
	free(path);
	return rc;
}

int
idrun_write(const char *folder, uint32_t first, uint32_t last,
    const struct id_entry *entries, uint64_t count, struct err *err)
{
	char *map = xcalloc(1, file_size(count));
	int rc;

	if (count > 0)
		memcpy(map + HEADER_SIZE, entries, count * ENTRY_SIZE);
	rc = publish(folder, first, last, map, count, err);
	free(map);
	return rc;
}

int
idrun_merge(const char *folder, const struct idrun *older,
    const struct idrun *newer, struct err *err)
{
	size_t size = file_size(older->count + newer->count);
	const struct idrun *run[2] = { older, newer };
	const struct id_entry *in[2], *end[2];
	char *maps[2], *map = xcalloc(1, size);
	struct id_entry *out = (void *)(map + HEADER_SIZE), *at = out;
	int rc;

	assert(older->last + 1 >= newer->first);
	for (int i = 0; i < 2; i++) {
		maps[i] = mmap(NULL, file_size(run[i]->count), PROT_READ,
		    MAP_PRIVATE, run[i]->fd, 0);
		if (maps[i] == MAP_FAILED)
			die_errno("cannot map '%s'", run[i]->path);
		in[i] = (const void *)(maps[i] + HEADER_SIZE);
		end[i] = in[i] + run[i]->count;
	}
	while (in[0] < end[0] || in[1] < end[1]) {
		bool new = in[0] == end[0] ||
		    (in[1] < end[1] && in[1]->id <= in[0]->id);

		if (new && in[0] < end[0] && in[0]->id == in[1]->id)
			in[0]++;
		*at++ = *in[new]++;
	}
	rc = publish(folder, older->first, newer->last, map,
	    (uint64_t)(at - out), err);
	for (int i = 0; i < 2; i++)
		munmap(maps[i], file_size(run[i]->count));
	free(map);
	return rc;
}
