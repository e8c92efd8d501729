#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/term.h"
#include "store/plot.h"

#define ROWS		17		/* of text, odd: zero has one */
#define LABEL_WIDTH	7		/* "+1.00 |" */
#define COLUMNS_LEAST	20u

static int
row_of(double value)
{
	return (int)lround((1 - value) / 2 * (ROWS - 1));
}

/* The rows of one column of the picture, between two of them included. */
static void
draw(char *picture, unsigned width, unsigned column, const struct point *p)
{
	for (int row = row_of(p->high); row <= row_of(p->low); row++)
		picture[(unsigned)row * width + column] = ':';
	picture[(unsigned)row_of(p->value) * width + column] = 'o';
}

static void
put_rows(struct buf *b, const char *picture, unsigned width)
{
	for (int row = 0; row < ROWS; row++) {
		const char *line = picture + (unsigned)row * width;
		unsigned n = width;

		if (row % 4 == 0)
			buf_addf(b, "%+5.2f |", 1 - 2.0 * row / (ROWS - 1));
		else
			buf_addf(b, "%5s |", "");
		while (n > 0 && line[n - 1] == ' ')
			n--;
		buf_adds(b, (struct str){ line, n });
		buf_addc(b, '\n');
	}
}

void
plot_text(struct buf *b, const struct series *s, const struct axis *axis,
    unsigned columns)
{
	unsigned long span = (unsigned long)(axis->last - axis->first) + 1;
	unsigned room = columns > LABEL_WIDTH + COLUMNS_LEAST ?
	    columns - LABEL_WIDTH : COLUMNS_LEAST;
	unsigned width = span < room ? (unsigned)span : room;
	char *picture = xmalloc((size_t)ROWS * width);
	int gap;

	memset(picture, ' ', (size_t)ROWS * width);
	memset(picture + (size_t)(ROWS / 2) * width, '-', width);
	for (size_t i = 0; i < s->n; i++)
		draw(picture, width, (unsigned)((unsigned long)(s->v[i].at -
		    axis->first) * width / span), &s->v[i]);
	term_add(b, s->name);
	buf_addc(b, '\n');
	put_rows(b, picture, width);
	gap = (int)width - (int)axis->first_name.n - (int)axis->last_name.n;
	buf_addf(b, "%*s%.*s", LABEL_WIDTH, "", STR_FMT(axis->first_name));
	if (axis->last > axis->first)
		buf_addf(b, "%*s%.*s", gap > 1 ? gap : 1, "",
		    STR_FMT(axis->last_name));
	buf_addz(b, "\n\n");
	free(picture);
}

#define SVG_WIDTH	960
#define SVG_LEFT	60
#define SVG_RIGHT	20
#define SVG_TOP		40
#define SVG_HEIGHT	200		/* from +1 to -1 */
#define SVG_EACH	290		/* with title and axis */

static void
add_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '<')
			buf_addz(b, "&lt;");
		else if (c == '>')
			buf_addz(b, "&gt;");
		else if (c == '&')
			buf_addz(b, "&amp;");
		else
			buf_addc(b, c < ' ' ? ' ' : (char)c);
	}
}

static double
svg_x(const struct axis *axis, long at)
{
	double span = (double)(axis->last - axis->first);
	double room = SVG_WIDTH - SVG_LEFT - SVG_RIGHT;

	return SVG_LEFT + (span > 0 ? (double)(at - axis->first) / span * room :
	    room / 2);
}

static double
svg_y(double top, double value)
{
	return top + (1 - value) / 2 * SVG_HEIGHT;
}

static void
put_text_at(struct buf *b, double x, double y, const char *anchor,
    struct str text)
{
	buf_addf(b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y,
	    anchor);
	add_escaped(b, text);
	buf_addz(b, "</text>\n");
}

static void
put_grid(struct buf *b, double top, const struct axis *axis)
{
	static const char *const names[] = { "+1 easing", "+0.5", "0", "-0.5",
		"-1 tightening" };

	for (int i = 0; i < 5; i++) {
		double y = svg_y(top, 1 - i / 2.0);

		buf_addf(b, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" "
		    "stroke=\"%s\"/>\n", SVG_LEFT, y, SVG_WIDTH - SVG_RIGHT,
		    y, i == 2 ? "#444" : "#ddd");
		put_text_at(b, i % 4 == 0 ? SVG_LEFT : SVG_LEFT - 6,
		    i == 0 ? y - 5 : i == 4 ? y + 15 : y + 4,
		    i % 4 == 0 ? "start" : "end", str_of(names[i]));
	}
	put_text_at(b, svg_x(axis, axis->first), top + SVG_HEIGHT + 32, "start",
	    axis->first_name);
	if (axis->last > axis->first)
		put_text_at(b, svg_x(axis, axis->last), top + SVG_HEIGHT + 32,
		    "end", axis->last_name);
}

static void
put_points(struct buf *b, double top, const struct series *s,
    const struct axis *axis)
{
	buf_addz(b, "<g stroke=\"#9bc\" stroke-width=\"3\">\n");
	for (size_t i = 0; i < s->n; i++)
		buf_addf(b, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		    "y2=\"%.1f\"/>\n", svg_x(axis, s->v[i].at),
		    svg_y(top, s->v[i].low), svg_x(axis, s->v[i].at),
		    svg_y(top, s->v[i].high));
	buf_addz(b, "</g>\n<polyline fill=\"none\" stroke=\"#136\" "
	    "stroke-width=\"1.5\" points=\"");
	for (size_t i = 0; i < s->n; i++)
		buf_addf(b, "%s%.1f,%.1f", i > 0 ? " " : "",
		    svg_x(axis, s->v[i].at), svg_y(top, s->v[i].value));
	buf_addz(b, "\"/>\n<g fill=\"#136\">\n");
	for (size_t i = 0; i < s->n; i++)
		buf_addf(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n",
		    svg_x(axis, s->v[i].at), svg_y(top, s->v[i].value));
	buf_addz(b, "</g>\n");
}

void
plot_svg(struct buf *b, const struct series *s, size_t n,
    const struct axis *axis)
{
	size_t height = SVG_EACH * (n > 0 ? n : 1);

	buf_addf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" "
	    "width=\"%d\" height=\"%zu\" viewBox=\"0 0 %d %zu\" "
	    "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n"
	    "<title>Net share of easing over tightening</title>\n"
	    "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
	    SVG_WIDTH, height, SVG_WIDTH, height);
	for (size_t i = 0; i < n; i++) {
		double top = (double)(SVG_EACH * i + SVG_TOP);

		put_text_at(b, SVG_WIDTH / 2.0, top - 14, "middle", s[i].name);
		put_grid(b, top, axis);
		put_points(b, top, &s[i], axis);
	}
	buf_addz(b, "</svg>\n");
}
