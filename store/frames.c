#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "store/frames.h"
#include "store/line.h"

#define TABLE_MAGIC	0x184D2A5Eu	/* a skippable frame */
#define FOOTER_MAGIC	0x8F92EAB1u
#define HEADER_SIZE	8u
#define ENTRY_SIZE	8u
#define FOOTER_SIZE	9u
#define HAS_CHECKSUMS	0x80u
#define FRAMES_MAX	(1u << 22)

#ifdef STANCE_TINY
#define FRAME_SIZE	256u
#else
#define FRAME_SIZE	(1u << 20)
#endif

struct frames {
	int		 fd;
	ZSTD_DCtx	*zstd;
	size_t		 n;
	uint64_t	*plain;		/* n + 1 offsets in the plain text */
	uint64_t	*packed;	/* n + 1 offsets in the file */
	struct buf	 input;
};

static uint32_t
get32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
put32(struct buf *b, uint32_t v)
{
	unsigned char p[4] = { v & 255, v >> 8 & 255, v >> 16 & 255, v >> 24 };

	buf_add(b, p, 4);
}

/* read_full() at a place. */
static int
read_at(int fd, void *to, size_t n, uint64_t offset)
{
	return lseek(fd, (off_t)offset, SEEK_SET) != -1 &&
	    read_full(fd, to, n) == (ssize_t)n ? 0 : -1;
}

/* The table's entries into plain[] and packed[]; -1 when sizes do not add up. */
static int
read_entries(struct frames *f, const unsigned char *p, size_t size)
{
	for (size_t i = 0; i < f->n; i++, p += size) {
		if (get32(p + 4) > STORED_LINE_MAX + FRAME_SIZE)
			return -1;
		f->packed[i + 1] = f->packed[i] + get32(p);
		f->plain[i + 1] = f->plain[i] + get32(p + 4);
	}
	return 0;
}

static int
read_table(struct frames *f, uint64_t file_size)
{
	unsigned char footer[FOOTER_SIZE], *table;
	size_t entry, size;
	int rc = -1;

	if (file_size < HEADER_SIZE + FOOTER_SIZE ||
	    read_at(f->fd, footer, FOOTER_SIZE, file_size - FOOTER_SIZE) == -1 ||
	    get32(footer + 5) != FOOTER_MAGIC || get32(footer) > FRAMES_MAX)
		return -1;
	f->n = get32(footer);
	entry = ENTRY_SIZE + (footer[4] & HAS_CHECKSUMS ? 4 : 0);
	size = HEADER_SIZE + f->n * entry + FOOTER_SIZE;
	if (size > file_size)
		return -1;
	f->plain = xcalloc(f->n + 1, sizeof(*f->plain));
	f->packed = xcalloc(f->n + 1, sizeof(*f->packed));
	table = xmalloc(size);
	if (read_at(f->fd, table, size, file_size - size) == 0 &&
	    get32(table) == TABLE_MAGIC &&
	    get32(table + 4) == size - HEADER_SIZE &&
	    read_entries(f, table + HEADER_SIZE, entry) == 0 &&
	    f->packed[f->n] == file_size - size)
		rc = 0;
	free(table);
	return rc;
}

struct frames *
frames_open(int fd, struct err *err)
{
	struct frames *f = xcalloc(1, sizeof(*f));
	struct stat st;

	f->fd = fd;
	f->zstd = ZSTD_createDCtx();
	if (f->zstd == NULL)
		die("out of memory for zstd");
	errno = 0;			/* stays where the bytes are wrong */
	if (fstat(fd, &st) == -1 ||
	    read_table(f, (uint64_t)st.st_size) == -1) {
		if (errno != 0)
			err_set(err, "cannot read its seek table: %s",
			    strerror(errno));
		else
			err_set(err, "no sound seek table at its end");
		frames_free(f);
		return NULL;
	}
	return f;
}

void
frames_free(struct frames *f)
{
	if (f == NULL)
		return;
	ZSTD_freeDCtx(f->zstd);
	free(f->plain);
	free(f->packed);
	buf_release(&f->input);
	free(f);
}

uint64_t
frames_size(const struct frames *f)
{
	return f->plain[f->n];
}

/* The frame that holds `offset`: the last that starts at or before it. */
static size_t
find_frame(const struct frames *f, uint64_t offset)
{
	size_t low = 0, high = f->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (f->plain[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint64_t
frames_start(const struct frames *f, uint64_t offset)
{
	return f->n > 0 ? f->plain[find_frame(f, offset)] : 0;
}

uint64_t
frames_next(const struct frames *f, uint64_t offset)
{
	size_t i = f->n > 0 ? find_frame(f, offset) + 1 : 0;

	return i < f->n ? f->plain[i] : UINT64_MAX;
}

int
frames_read(struct frames *f, uint64_t offset, struct buf *b, uint64_t *start,
    struct err *err)
{
	size_t i, packed, plain, got;

	buf_reset(b);
	if (offset >= frames_size(f)) {
		*start = frames_size(f);
		return 0;
	}
	i = find_frame(f, offset);
	packed = f->packed[i + 1] - f->packed[i];
	plain = f->plain[i + 1] - f->plain[i];
	buf_reset(&f->input);
	buf_reserve(&f->input, packed);
	buf_reserve(b, plain);
	if (read_at(f->fd, f->input.p, packed, f->packed[i]) == -1)
		return err_set(err, "cannot read frame %zu: %s", i,
		    strerror(errno));
	got = ZSTD_decompressDCtx(f->zstd, b->p, plain, f->input.p, packed);
	if (ZSTD_isError(got) || got != plain)
		return err_set(err, "frame %zu is damaged: %s", i,
		    ZSTD_isError(got) ? ZSTD_getErrorName(got) :
		    "it has another length");
	b->n = plain;
	*start = f->plain[i];
	return 0;
}

/* Append the frame at the start of `s`: its packed size, or 0. */
static size_t
salvage_frame(struct str s, struct buf *plain)
{
	size_t packed = ZSTD_findFrameCompressedSize(s.p, s.n), got;
	unsigned long long size = ZSTD_getFrameContentSize(s.p, s.n);

	if (ZSTD_isError(packed) || size > STORED_LINE_MAX + FRAME_SIZE)
		return 0;
	buf_reserve(plain, size);
	got = ZSTD_decompress(plain->p + plain->n, size, s.p, packed);
	if (ZSTD_isError(got))
		return 0;
	plain->n += got;
	return packed;
}

void
frames_salvage(struct str file, struct buf *plain)
{
	static const char magic[4] = { '\x28', '\xb5', '\x2f', '\xfd' };
	ptrdiff_t at = 0;

	while ((at = str_find(file, (struct str){ magic, 4 }, (size_t)at)) >= 0) {
		size_t packed = salvage_frame(str_from(file, (size_t)at),
		    plain);

		at += packed ? (ptrdiff_t)packed : 4;
	}
}

struct frames_writer {
	int		 fd;
	ZSTD_CCtx	*zstd;
	struct buf	 plain, packed, table;
	uint32_t	 n;
};

struct frames_writer *
frames_writer_new(int fd, int level)
{
	struct frames_writer *fw = xcalloc(1, sizeof(*fw));

	fw->fd = fd;
	fw->zstd = ZSTD_createCCtx();
	if (fw->zstd == NULL)
		die("out of memory for zstd");
	ZSTD_CCtx_setParameter(fw->zstd, ZSTD_c_compressionLevel, level);
	ZSTD_CCtx_setParameter(fw->zstd, ZSTD_c_checksumFlag, 1);
	return fw;
}

void
frames_writer_free(struct frames_writer *fw)
{
	ZSTD_freeCCtx(fw->zstd);
	buf_release(&fw->plain);
	buf_release(&fw->packed);
	buf_release(&fw->table);
	free(fw);
}

static int
write_frame(struct frames_writer *fw, struct err *err)
{
	size_t bound = ZSTD_compressBound(fw->plain.n), n;

	if (fw->plain.n == 0)
		return 0;
	buf_reset(&fw->packed);
	buf_reserve(&fw->packed, bound);
	n = ZSTD_compress2(fw->zstd, fw->packed.p, bound, fw->plain.p,
	    fw->plain.n);
	if (ZSTD_isError(n))
		die("zstd: %s", ZSTD_getErrorName(n));
	if (write_full(fw->fd, fw->packed.p, n) == -1)
		return err_set(err, "cannot write: %s", strerror(errno));
	put32(&fw->table, (uint32_t)n);
	put32(&fw->table, (uint32_t)fw->plain.n);
	fw->n++;
	buf_reset(&fw->plain);
	return 0;
}

int
frames_add(struct frames_writer *fw, struct str lines, struct err *err)
{
	while (lines.n > 0) {
		const char *nl = memchr(lines.p, '\n', lines.n);
		size_t n;

		assert(nl != NULL);
		n = (size_t)(nl - lines.p) + 1;
		buf_add(&fw->plain, lines.p, n);
		lines = str_from(lines, n);
		if (fw->plain.n >= FRAME_SIZE && write_frame(fw, err) == -1)
			return -1;
	}
	return 0;
}

int
frames_finish(struct frames_writer *fw, struct err *err)
{
	struct buf b = BUF_INIT;
	int rc = 0;

	if (write_frame(fw, err) == -1)
		return -1;
	put32(&b, TABLE_MAGIC);
	put32(&b, (uint32_t)(fw->table.n + FOOTER_SIZE));
	buf_adds(&b, buf_str(&fw->table));
	put32(&b, fw->n);
	buf_addc(&b, 0);
	put32(&b, FOOTER_MAGIC);
	if (write_full(fw->fd, b.p, b.n) == -1)
		rc = err_set(err, "cannot write: %s", strerror(errno));
	buf_release(&b);
	return rc;
}
