#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "store/syncer.h"

enum state {
	STATE_IDLE,
	STATE_GIVEN,		/* to the thread, which is at it */
	STATE_DONE,
	STATE_CLOSING
};

struct syncer {
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 changed;
	enum state	 state;
	bool		 started;	/* the thread */
	int		 fd, error;
	struct buf	 bytes;
};

struct syncer *
syncer_new(void)
{
	struct syncer *s = xcalloc(1, sizeof(*s));

	/* a second heap would make malloc read what the jail forbids */
	mallopt(M_ARENA_MAX, 1);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	return s;
}

static void
set_state(struct syncer *s, enum state state)
{
	s->state = state;
	pthread_cond_signal(&s->changed);
}

static void *
work(void *arg)
{
	struct syncer *s = arg;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		int error = 0;

		while (s->state != STATE_GIVEN && s->state != STATE_CLOSING)
			pthread_cond_wait(&s->changed, &s->lock);
		if (s->state == STATE_CLOSING)
			break;
		pthread_mutex_unlock(&s->lock);
		if (write_full(s->fd, s->bytes.p, s->bytes.n) == -1 ||
		    fdatasync(s->fd) == -1)
			error = errno;
		pthread_mutex_lock(&s->lock);
		s->error = error;
		set_state(s, STATE_DONE);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

void
syncer_free(struct syncer *s)
{
	if (s == NULL)
		return;
	if (s->started) {
		syncer_wait(s);
		pthread_mutex_lock(&s->lock);
		set_state(s, STATE_CLOSING);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->thread, NULL);
	}
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	buf_release(&s->bytes);
	free(s);
}

void
syncer_start(struct syncer *s, int fd, struct buf *group)
{
	struct buf empty = s->bytes;

	assert(s->state == STATE_IDLE);
	if (!s->started) {
		if (pthread_create(&s->thread, NULL, work, s) != 0)
			die("cannot start a thread");
		s->started = true;
	}
	pthread_mutex_lock(&s->lock);
	s->fd = fd;
	s->bytes = *group;
	set_state(s, STATE_GIVEN);
	pthread_mutex_unlock(&s->lock);
	buf_reset(&empty);
	*group = empty;
}

struct str
syncer_bytes(const struct syncer *s)
{
	return buf_str(&s->bytes);
}

int
syncer_wait(struct syncer *s)
{
	int error = 0;

	pthread_mutex_lock(&s->lock);
	while (s->state == STATE_GIVEN)
		pthread_cond_wait(&s->changed, &s->lock);
	if (s->state == STATE_DONE) {
		error = s->error;
		s->state = STATE_IDLE;
		buf_reset(&s->bytes);
	}
	pthread_mutex_unlock(&s->lock);
	return error;
}
