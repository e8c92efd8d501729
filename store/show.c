#include <assert.h>
#include <math.h>

#include "base/date.h"
#include "base/term.h"
#include "base/utf8.h"
#include "store/show.h"

#define INDENT		18
/* Of a long sentence, what stands around the decisive words. */
#define AROUND		120

static enum term_style
style_of(struct str label)
{
	if (str_eq(label, STR("easing")))
		return TERM_GREEN;
	if (str_eq(label, STR("tightening")))
		return TERM_RED;
	if (str_eq(label, STR("mixed")))
		return TERM_YELLOW;
	return TERM_DIM;
}

static void
put_verdict(struct buf *b, const struct article *art, bool colours)
{
	struct str label = article_verdict(art, "label");
	double confidence = article_measure(art, "confidence");
	unsigned used;

	term_style(b, style_of(label), colours);
	used = term_add_cut(b, label.n ? label : STR("-"), 11);
	buf_addf(b, "%*s", (int)(12 - used), "");
	if (isnan(confidence))
		buf_addz(b, "-   ");
	else
		buf_addf(b, "%4.2f", confidence);
	term_style(b, TERM_PLAIN, colours);
	buf_addz(b, "  ");
}

/* The last (or first) code points of `s`, cut at a space, with an ellipsis. */
static struct str
shorten(struct str s, bool keep_end, struct arena *a)
{
	size_t count = utf8_count(s), at;
	const char *space;

	if (count <= AROUND)
		return s;
	if (keep_end) {
		s = str_from(s, utf8_offset(s, count - AROUND));
		space = memchr(s.p, ' ', s.n);
		at = space ? (size_t)(space - s.p) : 0;
		return arena_printf(a, "\u2026%.*s", STR_FMT(str_from(s, at)));
	}
	s.n = utf8_offset(s, AROUND);
	space = memrchr(s.p, ' ', s.n);
	if (space != NULL)
		s.n = (size_t)(space - s.p) + 1;
	return arena_printf(a, "%.*s\u2026", STR_FMT(s));
}

static void
put_proof(struct buf *b, const struct proof *proof, bool colours,
    struct arena *a)
{
	buf_addf(b, "%*s", INDENT, "");
	term_add(b, shorten(proof->before, true, a));
	term_style(b, TERM_HIT, colours);
	buf_addz(b, colours ? "" : "[");
	term_add(b, proof->exact);
	buf_addz(b, colours ? "" : "]");
	term_style(b, TERM_PLAIN, colours);
	term_add(b, shorten(proof->after, false, a));
	buf_addc(b, '\n');
}

void
show_table(struct buf *b, const struct article *art, bool colours,
    unsigned columns)
{
	unsigned width = columns > INDENT + 20 ? columns - INDENT : 20;
	struct str title = record_str(&art->rec, RECORD_TITLE, art->a);
	char when[DATE_SIZE];
	struct proof proof;

	put_verdict(b, art, colours);
	term_style(b, TERM_BOLD, colours);
	term_add_cut(b, title.n ? title :
	    record_str(&art->rec, RECORD_ID, art->a), width);
	term_style(b, TERM_PLAIN, colours);
	date_format_utc(article_published(art), when);
	buf_addf(b, "\n%*s", INDENT, "");
	term_style(b, TERM_DIM, colours);
	buf_addf(b, "%.10s %.5s  ", when, when + 11);
	term_add_cut(b, article_source(art), width - 18);
	term_style(b, TERM_PLAIN, colours);
	buf_addc(b, '\n');
	if (article_proof(art, &proof))
		put_proof(b, &proof, colours, art->a);
}
