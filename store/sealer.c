#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/sealer.h"
#include "store/worker.h"

struct sealer {
	struct worker	 *worker;
	struct segments	  list;		/* empty: nothing is under way */
	struct index_rows rows;
	int		  rc;
	struct err	  err;
};

struct sealer *
sealer_new(void)
{
	struct sealer *s = xcalloc(1, sizeof(*s));

	s->worker = worker_new();
	return s;
}

static void
forget(struct sealer *s)
{
	segments_release(&s->list);
	index_rows_release(&s->rows);
	s->list = (struct segments){ .v = NULL };
	s->rows = (struct index_rows){ .v = NULL };
}

void
sealer_free(struct sealer *s)
{
	if (s == NULL)
		return;
	worker_free(s->worker);
	forget(s);
	free(s);
}

static void
seal_last(void *arg)
{
	struct sealer *s = arg;

	s->rc = segment_seal(&s->list, s->list.n - 1, &s->rows, &s->err);
}

void
sealer_start(struct sealer *s, struct segments *list, struct index_rows *rows)
{
	assert(!sealer_has_work(s) && list->n > 0);
	s->list = *list;
	s->rows = *rows;
	*list = (struct segments){ .v = NULL };
	*rows = (struct index_rows){ .v = NULL };
	worker_start(s->worker, seal_last, s);
}

bool
sealer_has_work(const struct sealer *s)
{
	return s->list.n > 0;
}

bool
sealer_is_busy(struct sealer *s)
{
	return worker_is_busy(s->worker);
}

int
sealer_wait(struct sealer *s, struct err *err)
{
	worker_wait(s->worker);
	if (!sealer_has_work(s))
		return 0;
	forget(s);
	*err = s->err;
	return s->rc;
}
