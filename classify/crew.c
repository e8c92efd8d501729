#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "classify/crew.h"

/* A batch is sent off at this size: large enough that handing it over costs
 * nothing, small enough that no thread is idle at the end. */
#define BATCH_BYTES	(128UL << 10)
/* Batches under way, by thread. */
#define BATCHES_EACH	3

static const char *const owned[] = { "stance", NULL };

void
worker_init(struct worker *w, const struct program *prog)
{
	bench_init(&w->bench, prog);
	w->arena = ARENA_INIT;
}

void
worker_release(struct worker *w)
{
	bench_release(&w->bench);
	free(w->misses.v);
	arena_release(&w->arena);
}

void
answers_release(struct answers *answers)
{
	free(answers->refused);
}

/* Note the line as refused, and answer it where every line has an answer. */
static void
reject(struct worker *w, struct answers *answers, const struct record *rec,
    struct refused refused)
{
	struct buf *b = answers->out;

	GROW(answers->refused, answers->refused_count, answers->refused_cap);
	answers->refused[answers->refused_count++] = refused;
	if (!w->one_for_one)
		return;
	json_open(b, '{');
	json_name(b, "v");
	json_put_int(b, RECORD_VERSION);
	json_member_str(b, "id", record_str(rec, RECORD_ID, &w->arena));
	json_member_str(b, "error", str_of(refused.err.msg));
	json_close(b, '}');
	buf_addc(b, '\n');
}

static void
judge_record(struct worker *w, const struct record *rec, struct buf *b)
{
	struct arena *a = &w->arena;
	bool whole = rec->known[RECORD_TEXT] != NULL;
	struct verdict v;

	w->misses.n = 0;
	w->bench.misses = w->misses.wanted ? &w->misses : NULL;
	bench_judge(&w->bench, record_str(rec, RECORD_LANGUAGE, a),
	    record_str(rec, RECORD_TITLE, a),
	    record_str(rec, whole ? RECORD_TEXT : RECORD_SUMMARY, a), a, &v);
	if (w->misses.wanted != NULL) {
		verdict_why_not(b, &w->bench, record_str(rec, RECORD_ID, a),
		    &v);
		return;
	}
	if (w->explain) {
		verdict_explain(b, &w->bench, record_str(rec, RECORD_ID, a),
		    &v, w->colour);
		return;
	}
	record_copy(b, rec, owned);
	verdict_write(b, &w->bench, &v, whole ? "content_text" : "summary");
	record_end(b);
}

void
worker_answer(struct worker *w, struct str line, unsigned long number,
    bool too_long, struct answers *answers)
{
	struct record rec = { .count = 0 };
	struct refused refused = { .number = number, .line = line };

	arena_reset(&w->arena);
	if (too_long) {
		err_set(&refused.err, "longer than %lu bytes", LIMIT_LINE);
		reject(w, answers, &rec, refused);
	} else if (record_read(&rec, line, &w->arena, &refused.err) == -1) {
		reject(w, answers, &rec, refused);
	} else if (rec.known[RECORD_ERROR] != NULL ||
	    !record_is_article(&rec)) {
		if (w->explain || w->misses.wanted != NULL)
			return;
		buf_adds(answers->out, line);
		buf_addc(answers->out, '\n');
	} else if (record_check_article(&rec, &refused.err) == -1) {
		reject(w, answers, &rec, refused);
	} else {
		judge_record(w, &rec, answers->out);
	}
}

/* A run of lines on its way through the crew. */
struct batch {
	struct buf	 lines;
	size_t		*ends;		/* of each line in `lines` */
	bool		*too_long;
	size_t		 count, cap, long_cap;
	unsigned long	 first;		/* number of the first line */
	struct buf	 out;		/* of the answers */
	struct answers	 answers;
	enum { BATCH_FREE, BATCH_FILLED, BATCH_TAKEN, BATCH_DONE } state;
};

struct crew {
	pthread_mutex_t	 lock;
	pthread_cond_t	 filled, done;
	struct batch	*batches;	/* a ring */
	size_t		 batch_count;
	size_t		 oldest, next;	/* numbers that only grow */
	size_t		 take;		/* the next one for a thread */
	bool		 closing;
	pthread_t	*threads;
	struct worker	*workers;
	size_t		 count, started;
};

static void
judge_batch(struct worker *w, struct batch *batch)
{
	size_t start = 0;

	for (size_t i = 0; i < batch->count; i++) {
		worker_answer(w, str_slice(buf_str(&batch->lines), start,
		    batch->ends[i]), batch->first + i, batch->too_long[i],
		    &batch->answers);
		start = batch->ends[i];
	}
}

static void *
work(void *arg)
{
	struct crew *crew = arg;
	struct worker *w;

	pthread_mutex_lock(&crew->lock);
	w = &crew->workers[crew->started++];
	for (;;) {
		struct batch *batch;

		while (crew->take == crew->next && !crew->closing)
			pthread_cond_wait(&crew->filled, &crew->lock);
		if (crew->take == crew->next)
			break;
		batch = &crew->batches[crew->take++ % crew->batch_count];
		assert(batch->state == BATCH_FILLED);
		batch->state = BATCH_TAKEN;
		pthread_mutex_unlock(&crew->lock);
		judge_batch(w, batch);
		pthread_mutex_lock(&crew->lock);
		batch->state = BATCH_DONE;
		pthread_cond_signal(&crew->done);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

struct crew *
crew_new(const struct program *prog, size_t count,
    const struct worker *pattern)
{
	struct crew *crew = xcalloc(1, sizeof(*crew));

	assert(count > 0 && count <= CREW_MAX);
	/* more than one heap would make malloc read /sys and /proc, which the
	 * jail forbids; a record's memory comes from its arena anyway */
	mallopt(M_ARENA_MAX, 1);
	crew->count = count;
	crew->batch_count = count * BATCHES_EACH;
	crew->batches = xcalloc(crew->batch_count, sizeof(*crew->batches));
	for (size_t i = 0; i < crew->batch_count; i++)
		crew->batches[i].answers.out = &crew->batches[i].out;
	crew->workers = xcalloc(count, sizeof(*crew->workers));
	crew->threads = xcalloc(count, sizeof(*crew->threads));
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->filled, NULL);
	pthread_cond_init(&crew->done, NULL);
	for (size_t i = 0; i < count; i++) {
		crew->workers[i] = *pattern;
		worker_init(&crew->workers[i], prog);
		if (pthread_create(&crew->threads[i], NULL, work, crew) != 0)
			die("cannot start a thread");
	}
	return crew;
}

static void
empty(struct batch *batch)
{
	buf_reset(&batch->lines);
	buf_reset(&batch->out);
	batch->answers.refused_count = batch->count = 0;
	batch->state = BATCH_FREE;
}

/* Write what the oldest batch answered, and tell what it refused. */
static void
write_oldest(struct crew *crew, struct in *in, struct out *out,
    struct refusals *refusals)
{
	struct batch *batch = &crew->batches[crew->oldest %
	    crew->batch_count];

	pthread_mutex_lock(&crew->lock);
	while (batch->state != BATCH_DONE)
		pthread_cond_wait(&crew->done, &crew->lock);
	crew->oldest++;
	pthread_mutex_unlock(&crew->lock);
	for (size_t i = 0; i < batch->answers.refused_count; i++) {
		const struct refused *r = &batch->answers.refused[i];

		refuse(refusals, in->name, r->number, r->line, &r->err);
	}
	buf_adds(out_buf(out), buf_str(&batch->out));
	out_poll(out);
	empty(batch);
}

static void
add_line(struct batch *batch, struct str line, unsigned long number,
    bool too_long)
{
	if (batch->count == 0)
		batch->first = number;
	GROW(batch->too_long, batch->count, batch->long_cap);
	GROW(batch->ends, batch->count, batch->cap);
	buf_adds(&batch->lines, line);
	batch->ends[batch->count] = batch->lines.n;
	batch->too_long[batch->count++] = too_long;
}

/* Hand the batch being filled to the threads. */
static void
send(struct crew *crew)
{
	struct batch *batch = &crew->batches[crew->next % crew->batch_count];

	if (batch->count == 0)
		return;
	pthread_mutex_lock(&crew->lock);
	batch->state = BATCH_FILLED;
	crew->next++;
	pthread_cond_signal(&crew->filled);
	pthread_mutex_unlock(&crew->lock);
}

/* What crew_run() works with, for the reader that is about to wait. */
struct run {
	struct crew	*crew;
	struct in	*in;
	struct out	*out;
	struct refusals	*refusals;
};

/* Answer all that was read so far. */
static void
finish(void *arg)
{
	struct run *run = arg;

	send(run->crew);
	while (run->crew->oldest < run->crew->next)
		write_oldest(run->crew, run->in, run->out, run->refusals);
	out_flush(run->out);
}

void
crew_run(struct crew *crew, struct in *in, struct out *out,
    struct refusals *refusals)
{
	struct run run = { crew, in, out, refusals };
	enum in_result result;
	struct str line;

	in->before_wait = finish;
	in->wait_arg = &run;
	while ((result = in_line(in, out, &line)) != IN_EOF) {
		struct batch *batch = &crew->batches[crew->next %
		    crew->batch_count];

		add_line(batch, line, in->line, result == IN_LONG);
		if (batch->lines.n >= BATCH_BYTES)
			send(crew);
		if (crew->next - crew->oldest == crew->batch_count)
			write_oldest(crew, in, out, refusals);
	}
	finish(&run);
}

void
crew_free(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->closing = true;
	pthread_cond_broadcast(&crew->filled);
	pthread_mutex_unlock(&crew->lock);
	for (size_t i = 0; i < crew->count; i++) {
		pthread_join(crew->threads[i], NULL);
		worker_release(&crew->workers[i]);
	}
	for (size_t i = 0; i < crew->batch_count; i++) {
		buf_release(&crew->batches[i].lines);
		buf_release(&crew->batches[i].out);
		free(crew->batches[i].ends);
		free(crew->batches[i].too_long);
		answers_release(&crew->batches[i].answers);
	}
	pthread_mutex_destroy(&crew->lock);
	pthread_cond_destroy(&crew->filled);
	pthread_cond_destroy(&crew->done);
	free(crew->batches);
	free(crew->workers);
	free(crew->threads);
	free(crew);
}
