#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "store/syncer.h"
#include "store/worker.h"

struct syncer {
	struct worker	*worker;
	int		 fd, error;
	struct buf	 bytes;		/* under way */
};

struct syncer *
syncer_new(void)
{
	struct syncer *s = xcalloc(1, sizeof(*s));

	s->worker = worker_new();
	return s;
}

void
syncer_free(struct syncer *s)
{
	if (s == NULL)
		return;
	worker_free(s->worker);
	buf_release(&s->bytes);
	free(s);
}

static void
write_and_sync(void *arg)
{
	struct syncer *s = arg;

	if (write_full(s->fd, s->bytes.p, s->bytes.n) == -1 ||
	    fdatasync(s->fd) == -1)
		s->error = errno;
}

void
syncer_start(struct syncer *s, int fd, struct buf *group)
{
	struct buf empty = s->bytes;

	assert(empty.n == 0);
	s->fd = fd;
	s->bytes = *group;
	*group = empty;
	worker_start(s->worker, write_and_sync, s);
}

struct str
syncer_bytes(const struct syncer *s)
{
	return buf_str(&s->bytes);
}

int
syncer_wait(struct syncer *s)
{
	worker_wait(s->worker);
	buf_reset(&s->bytes);
	return s->error;		/* which ends the writer */
}
