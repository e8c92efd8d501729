/*
 * Lines over time, from -1 to +1, with an interval at each point: on a terminal,
 * and as SVG 1.1 that stands alone.
 */
#ifndef STORE_PLOT_H
#define STORE_PLOT_H

#include "base/buf.h"

struct point {
	long	at;			/* the number of its period */
	double	value, low, high;
};

struct series {
	struct str		 name;
	const struct point	*v;	/* in the order of time */
	size_t			 n;
};

/* What stands around the points: the first and last period by name. */
struct axis {
	long		first, last;
	struct str	first_name, last_name;
};

/* At most `columns` wide: with more periods than that, the last in each column
 * is shown. */
void plot_text(struct buf *b, const struct series *s, const struct axis *axis,
    unsigned columns);
/* All series, one below the other. */
void plot_svg(struct buf *b, const struct series *s, size_t n,
    const struct axis *axis);

#endif
