#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/worker.h"

enum state {
	STATE_IDLE,
	STATE_BUSY,
	STATE_CLOSING
};

struct worker {
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	pthread_cond_t	 changed;
	enum state	 state;
	bool		 started;	/* the thread */
	void		(*work)(void *arg);
	void		*arg;
};

struct worker *
worker_new(void)
{
	struct worker *w = xcalloc(1, sizeof(*w));

	/* a second heap would make malloc read what the jail forbids */
	mallopt(M_ARENA_MAX, 1);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	return w;
}

static void
set_state(struct worker *w, enum state state)
{
	w->state = state;
	pthread_cond_signal(&w->changed);
}

static void *
run(void *arg)
{
	struct worker *w = arg;

	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->state == STATE_IDLE)
			pthread_cond_wait(&w->changed, &w->lock);
		if (w->state == STATE_CLOSING)
			break;
		pthread_mutex_unlock(&w->lock);
		w->work(w->arg);
		pthread_mutex_lock(&w->lock);
		set_state(w, STATE_IDLE);
	}
	pthread_mutex_unlock(&w->lock);
	digest_leave();
	return NULL;
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	if (w->started) {
		worker_wait(w);
		pthread_mutex_lock(&w->lock);
		set_state(w, STATE_CLOSING);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void
worker_start(struct worker *w, void (*work)(void *arg), void *arg)
{
	if (!w->started && pthread_create(&w->thread, NULL, run, w) != 0)
		die("cannot start a thread");
	w->started = true;
	pthread_mutex_lock(&w->lock);
	assert(w->state == STATE_IDLE);
	w->work = work;
	w->arg = arg;
	set_state(w, STATE_BUSY);
	pthread_mutex_unlock(&w->lock);
}

bool
worker_is_busy(struct worker *w)
{
	bool busy;

	pthread_mutex_lock(&w->lock);
	busy = w->state == STATE_BUSY;
	pthread_mutex_unlock(&w->lock);
	return busy;
}

void
worker_wait(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->state == STATE_BUSY)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
}
