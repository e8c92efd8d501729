/* Archives of any bytes.  Each call reads on, so that damage cannot hold the
 * reader, and what a record says lies within it. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "ingest/warc.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
read_record(const struct warc_record *rec, struct arena *a)
{
	struct buf body = buf_init(1UL << 20);
	struct source src;
	struct err err;
	int status;

	if (warc_source(rec, &body, a, &src, &status, &err) == 0 &&
	    status < 0)
		abort();
	buf_release(&body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct arena a;
	struct warc_record rec;
	struct warc_in in;
	struct err err;
	size_t calls = 0;
	int fd = memfd_create("warc", MFD_CLOEXEC), rc;

	if (fd == -1 || write_full(fd, bytes, n) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1)
		abort();
	if (warc_open(&in, fd, &err) == 0) {
		while ((rc = warc_next(&in, &rec, &err)) != 0) {
			if (rc == 1)
				read_record(&rec, &a);
			/* a compressed byte makes at most a thousand */
			if (++calls > 1100 * n)
				abort();
			arena_reset(&a);
		}
		warc_close(&in);
	}
	close(fd);
	return 0;
}
