/*
 * Sealing beside the writer: a segment is full, the next one is written
 * already, and the thread compresses the full one.  A crash leaves it plain
 * between others; the next writer seals it.
 */
#ifndef STORE_SEALER_H
#define STORE_SEALER_H

#include "store/seal.h"

struct sealer;

/* Needs JAIL_THREAD. */
struct sealer *sealer_new(void);
/* Waits for what is under way. */
void sealer_free(struct sealer *s);
/* Seal the last segment of the list, which `rows` describe.  Takes both over
 * and leaves them empty.  Nothing else may be under way. */
void sealer_start(struct sealer *s, struct segments *list,
    struct index_rows *rows);
/* Is a segment being sealed, or was one whose end nobody has waited for? */
bool sealer_has_work(const struct sealer *s);
bool sealer_is_busy(struct sealer *s);
/* Wait for the segment, if there is one.  -1: it is still plain. */
int sealer_wait(struct sealer *s, struct err *err);

#endif
