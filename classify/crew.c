#include <assert.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "classify/crew.h"
#include "classify/explain.h"

/* Batches under way, by thread: enough to go on while one has no processor.  Each
 * is what one read gave. */
#define BATCHES_EACH	6
/* Storage that a batch keeps for its next run. */
#define BATCH_KEPT	(4 * IO_READ)

static const char *const owned[] = { "stance", NULL };

void
worker_init(struct worker *w, struct program *prog)
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

/* Rules that failed on a line that has its answer all the same. */
static void
note_faults(struct answers *answers, const struct verdict *v,
    unsigned long number)
{
	for (size_t i = 0; i < v->fault_count; i++) {
		struct refused failed = { .number = number, .judged = true };

		err_set(&failed.err, "rule '%s' failed: %s", v->faults[i].rule,
		    v->faults[i].why);
		GROW(answers->refused, answers->refused_count,
		    answers->refused_cap);
		answers->refused[answers->refused_count++] = failed;
	}
}

void
tell_refused(struct refusals *refusals, const char *input,
    unsigned long number, const struct refused *r, struct str line)
{
	if (!r->judged) {
		refuse(refusals, input, number, line, &r->err);
		return;
	}
	warn("%s:%lu: %s", input, number, r->err.msg);
	refusals->count++;
}

static void
judge_record(struct worker *w, const struct record *rec,
    struct answers *answers, unsigned long number)
{
	struct arena *a = &w->arena;
	struct buf *b = answers->out;
	struct article article;
	struct verdict v;

	w->misses.n = 0;
	w->bench.misses = w->misses.wanted ? &w->misses : NULL;
	article_of_record(&article, w->bench.prog, rec, a);
	if (bench_judge(&w->bench, &article, a, &v, &answers->why) == -1) {
		answers->broken = true;
		return;
	}
	note_faults(answers, &v, number);
	if (w->misses.wanted != NULL) {
		verdict_why_not(b, &w->bench, record_str(rec, RECORD_ID, a),
		    &v);
		return;
	}
	switch (w->explain) {
	case EXPLAIN_TEXT:
		verdict_explain(b, &w->bench, record_str(rec, RECORD_ID, a), &v,
		    w->colour);
		return;
	case EXPLAIN_HTML:
		verdict_html(b, &w->bench, record_str(rec, RECORD_ID, a), &v);
		return;
	case EXPLAIN_NOTHING:
		break;
	}
	record_copy(b, rec, owned);
	verdict_write(b, &w->bench, &v, record_name(
	    rec->known[RECORD_TEXT] != NULL ? RECORD_TEXT : RECORD_SUMMARY));
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
		if (w->explain != EXPLAIN_NOTHING ||
		    w->misses.wanted != NULL)
			return;
		buf_adds(answers->out, line);
		buf_addc(answers->out, '\n');
	} else if (record_check_article(&rec, &refused.err) == -1) {
		reject(w, answers, &rec, refused);
	} else {
		judge_record(w, &rec, answers, number);
	}
}

/* A run of lines on its way through the crew. */
struct batch {
	struct buf	 storage;	/* of the lines */
	struct str	 lines;		/* with their newlines */
	bool		 too_long;	/* only the start of one */
	struct buf	 out;
	struct answers	 answers;	/* line numbers within the batch */
	unsigned long	 count;		/* lines */
	bool		 done;
};

struct crew {
	const struct worker *pattern;
	struct program	*prog;
	struct in	*in;
	struct out	*out;
	struct refusals	*refusals;
	pthread_mutex_t	 reading;	/* guards `in` and `next` */
	size_t		 next;		/* number of the batch to be read */
	pthread_mutex_t	 lock;		/* guards the rest */
	pthread_cond_t	 written;
	size_t		 oldest;	/* number of the batch to be written */
	bool		 writing;
	unsigned long	 lines;		/* in the batches written */
	struct batch	*batches;	/* a ring */
	size_t		 batch_count;
};

/* Read a batch: at least one line, and what there is without waiting.  NULL at
 * the end. */
static struct batch *
read_batch(struct crew *crew)
{
	struct batch *batch = NULL;
	enum in_result result;
	struct str line;

	pthread_mutex_lock(&crew->reading);
	pthread_mutex_lock(&crew->lock);
	while (crew->next - crew->oldest == crew->batch_count)
		pthread_cond_wait(&crew->written, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
	result = in_line(crew->in, NULL, &line);
	if (result != IN_EOF) {
		batch = &crew->batches[crew->next++ % crew->batch_count];
		batch->too_long = result == IN_LONG;
		if (result == IN_LINE) {
			batch->lines = in_take(crew->in, line, &batch->storage);
		} else {
			buf_adds(&batch->storage, line);
			batch->lines = buf_str(&batch->storage);
		}
	}
	pthread_mutex_unlock(&crew->reading);
	return batch;
}

static void
judge_batch(struct worker *w, struct batch *batch)
{
	struct str rest = batch->lines, line;

	if (batch->too_long)
		worker_answer(w, batch->lines, ++batch->count, true,
		    &batch->answers);
	else while (rest.n > 0 && !batch->answers.broken) {
		str_split(&rest, '\n', &line);
		worker_answer(w, line, ++batch->count, false, &batch->answers);
	}
}

/* Tell what the batch refused, write its answers, and make it ready for use. */
static void
write_batch(struct crew *crew, struct batch *batch)
{
	for (size_t i = 0; i < batch->answers.refused_count; i++) {
		const struct refused *r = &batch->answers.refused[i];

		tell_refused(crew->refusals, crew->in->name,
		    crew->lines + r->number, r, r->line);
	}
	out_send(crew->out, buf_str(&batch->out));
	if (batch->answers.broken)
		crew->pattern->give_up(crew->prog, &batch->answers.why);
	crew->lines += batch->count;
	batch->count = batch->answers.refused_count = 0;
	if (batch->storage.cap > BATCH_KEPT)	/* one giant line, long ago */
		buf_release(&batch->storage);
	if (batch->out.cap > BATCH_KEPT)
		buf_release(&batch->out);
	buf_reset(&batch->storage);
	buf_reset(&batch->out);
}

/* The batch is judged.  Whoever finds the oldest one done, and nobody writing,
 * writes as far as the order allows. */
static void
finish_batch(struct crew *crew, struct batch *batch)
{
	pthread_mutex_lock(&crew->lock);
	batch->done = true;
	while (!crew->writing) {
		batch = &crew->batches[crew->oldest % crew->batch_count];
		if (!batch->done)
			break;
		crew->writing = true;
		pthread_mutex_unlock(&crew->lock);
		write_batch(crew, batch);
		pthread_mutex_lock(&crew->lock);
		batch->done = false;
		crew->oldest++;
		crew->writing = false;
		pthread_cond_signal(&crew->written);
	}
	pthread_mutex_unlock(&crew->lock);
}

static void *
work(void *arg)
{
	struct crew *crew = arg;
	struct worker w = *crew->pattern;
	struct batch *batch;
	bool broken = false;

	worker_init(&w, crew->prog);
	while (!broken && (batch = read_batch(crew)) != NULL) {
		judge_batch(&w, batch);
		broken = batch->answers.broken;
		finish_batch(crew, batch);
	}
	worker_release(&w);
	return NULL;
}

void
crew_run(struct program *prog, size_t count, const struct worker *pattern,
    struct in *in, struct out *out, struct refusals *refusals)
{
	struct crew crew = { .pattern = pattern, .prog = prog, .in = in,
	    .out = out, .refusals = refusals };
	pthread_t threads[CREW_MAX];

	assert(count > 0 && count <= CREW_MAX);
	/* more than one heap would make malloc read /sys and /proc, which the
	 * jail forbids; a record's memory comes from its arena anyway */
	mallopt(M_ARENA_MAX, 1);
	crew.batch_count = count * BATCHES_EACH;
	crew.batches = xcalloc(crew.batch_count, sizeof(*crew.batches));
	for (size_t i = 0; i < crew.batch_count; i++)
		crew.batches[i].answers.out = &crew.batches[i].out;
	pthread_mutex_init(&crew.reading, NULL);
	pthread_mutex_init(&crew.lock, NULL);
	pthread_cond_init(&crew.written, NULL);
	for (size_t i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, &crew) != 0)
			die("cannot start a thread");
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < crew.batch_count; i++) {
		buf_release(&crew.batches[i].storage);
		buf_release(&crew.batches[i].out);
		answers_release(&crew.batches[i].answers);
	}
	pthread_mutex_destroy(&crew.reading);
	pthread_mutex_destroy(&crew.lock);
	pthread_cond_destroy(&crew.written);
	free(crew.batches);
}
