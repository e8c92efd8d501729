#include "classify/explain.h"

static const char *
colour_of(enum label label)
{
	switch (label) {
	case LABEL_EASING: return "\033[32m";
	case LABEL_TIGHTENING: return "\033[31m";
	case LABEL_MIXED: return "\033[33m";
	case LABEL_NEUTRAL: return "\033[2m";
	}
	BUG("a verdict without a label");
}

/* Text from outside, on one line and without control characters. */
static void
put_plain(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_addc(b, (unsigned char)s.p[i] < ' ' || s.p[i] == 127 ?
		    ' ' : s.p[i]);
}

/* The sentence around a hit, the hit itself highlighted. */
static void
explain_hit(struct buf *b, const struct judge *j, const struct hit *hit,
    bool colour)
{
	const struct words *w = judge_words(j, (enum hit_field)hit->field);
	struct str quote = judge_quote(j, hit);
	size_t at = (size_t)(quote.p - w->text.p), s = 0;
	size_t start, end;

	while (s + 1 < w->sentence_count &&
	    w->sentences[s].end <= hit->span.first)
		s++;
	start = w->tokens[w->sentences[s].first].start;
	end = w->tokens[w->sentences[s].end - 1].end;
	buf_addf(b, "  %-10s %5.2f  %-5s %s%s%s", effect_name(hit->effect),
	    hit->weight, verdict_scope((enum hit_scope)hit->scope), hit->rule,
	    hit->object && strcmp(hit->object, hit->rule) ? " x " : "",
	    hit->object && strcmp(hit->object, hit->rule) ? hit->object : "");
	for (size_t i = 0; i < hit->flag_count; i++)
		buf_addf(b, " [%s]", hit->flags[i]);
	buf_addz(b, "\n      ");
	put_plain(b, str_slice(w->text, start, at));
	buf_addz(b, colour ? "\033[1;4m" : ">>");
	put_plain(b, quote);
	buf_addz(b, colour ? "\033[0m" : "<<");
	put_plain(b, str_slice(w->text, at + quote.n, end));
	buf_addc(b, '\n');
}

void
verdict_explain(struct buf *b, const struct bench *bench, struct str id,
    const struct verdict *v, bool colour)
{
	if (colour)
		buf_addz(b, colour_of(v->label));
	buf_addz(b, verdict_label(v->label));
	if (colour)
		buf_addz(b, "\033[0m");
	buf_addf(b, " %+.2f (confidence %.2f, %s", v->score, v->confidence,
	    stage_name(v->stage));
	for (size_t i = 0; i < v->domains.n; i++)
		buf_addf(b, ", %s", v->domains.v[i]);
	buf_addf(b, "; easing %.2f, tightening %.2f, neutral %.2f; "
	    "threshold %.2f", v->easing, v->tightening, v->neutral,
	    v->threshold);
	if (v->elsewhere)
		buf_addf(b, "; about something else (relevance %+.2f), so no "
		    "rule was asked", v->relevance);
	if (v->worded)
		buf_addf(b, ", so %s; wording easing %+.2f, tightening %+.2f, "
		    "mixed %+.2f", verdict_label(v->ruled),
		    v->wording[LEAN_EASING], v->wording[LEAN_TIGHTENING],
		    v->wording[LEAN_MIXED]);
	buf_addz(b, ")  ");
	put_plain(b, id);
	buf_addc(b, '\n');
	for (size_t i = 0; i < v->count; i++)
		explain_hit(b, bench->latest, &v->hits[i], colour);
	for (size_t i = 0; i < v->fault_count; i++)
		buf_addf(b, "  rule %s failed: %s\n", v->faults[i].rule,
		    v->faults[i].why);
}

void
verdict_why_not(struct buf *b, const struct bench *bench, struct str id,
    const struct verdict *v)
{
	const struct misses *misses = bench->misses;
	size_t told = 0;

	buf_addf(b, "%s  ", verdict_label(v->label));
	put_plain(b, id);
	buf_addc(b, '\n');
	for (size_t i = 0; i < v->count; i++) {
		const struct hit *hit = &v->hits[i];

		if (strcmp(hit->rule, misses->wanted) != 0 &&
		    (hit->object == NULL ||
		    strcmp(hit->object, misses->wanted) != 0))
			continue;
		buf_addf(b, "  %s hits: ", misses->wanted);
		put_plain(b, judge_quote(bench->latest, hit));
		buf_addf(b, " (%s %.2f)\n", effect_name(hit->effect),
		    hit->weight);
		told++;
	}
	for (size_t i = 0; i < misses->n; i++, told++) {
		const struct miss *m = &misses->v[i];

		buf_addz(b, "  \"");
		put_plain(b, judge_quote_span(bench->latest,
		    (enum hit_field)m->field, m->span));
		buf_addf(b, "\" %s%s%s\n", m->why, m->who ? " " : "",
		    m->who ? m->who : "");
	}
	if (v->elsewhere)
		buf_addf(b, "  no rule was asked: the article is about "
		    "something else (relevance %+.2f)\n", v->relevance);
	else if (told == 0)
		buf_addf(b, "  no word of %s\n",
		    misses->wanted);
}

/*
 * The page.  Foreign text is escaped and stands between tags only, never in an
 * attribute; there is no script.
 */

static void
put_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&': buf_addz(b, "&amp;"); break;
		case '<': buf_addz(b, "&lt;"); break;
		case '>': buf_addz(b, "&gt;"); break;
		case '"': buf_addz(b, "&quot;"); break;
		default:
			buf_addc(b, (unsigned char)s.p[i] < ' ' ||
			    s.p[i] == 127 ? ' ' : s.p[i]);
		}
	}
}

static void
put_cell(struct buf *b, struct str s)
{
	buf_addz(b, "<td>");
	put_escaped(b, s);
	buf_addz(b, "</td>");
}

void
verdict_page_open(struct buf *b)
{
	buf_addz(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<meta http-equiv="
	    "\"Content-Security-Policy\" content=\"default-src 'none'; "
	    "style-src 'unsafe-inline'\">\n<meta name=\"viewport\" content="
	    "\"width=device-width\">\n<title>Verdicts explained</title>\n"
	    "<style>\n"
	    "body { font: 1rem/1.5 serif; max-width: 46rem; margin: 2rem auto;"
	    " padding: 0 1rem; color: #222; background: #fff }\n"
	    "article { border-top: 1px solid #999; padding: 1rem 0 }\n"
	    "h2 { margin: 0 }\n"
	    "mark { padding: 0 .15em; border-bottom: 3px solid }\n"
	    ".easing { background: #d9f2dc; color: #0b4d17 }\n"
	    ".tightening { background: #fadcd9; color: #7a1109 }\n"
	    ".neutral, .mixed { background: #eee; color: #333 }\n"
	    ".label { padding: 0 .4em; font-weight: bold }\n"
	    "table { border-collapse: collapse; font: .85rem sans-serif }\n"
	    "td, th { text-align: left; padding: .1rem .6rem .1rem 0;"
	    " vertical-align: top }\n"
	    "</style>\n</head>\n<body>\n<h1>Verdicts explained</h1>\n");
}

void
verdict_page_close(struct buf *b)
{
	buf_addz(b, "</body>\n</html>\n");
}

/* A run of text; a blank line begins a paragraph. */
static void
put_run(struct buf *b, struct str s)
{
	ptrdiff_t at;

	while ((at = str_find(s, STR("\n\n"), 0)) >= 0) {
		put_escaped(b, str_slice(s, 0, (size_t)at));
		buf_addz(b, "</p>\n<p>");
		s = str_from(s, (size_t)at + 2);
	}
	put_escaped(b, s);
}

/* The hit of the field that begins first at or behind byte `at`, or NULL. */
static const struct hit *
next_hit(const struct judge *j, const struct verdict *v, enum hit_field field,
    struct str text, size_t at)
{
	const struct hit *best = NULL;
	size_t least = text.n;

	for (size_t i = 0; i < v->count; i++) {
		size_t start;

		if (v->hits[i].field != field)
			continue;
		start = (size_t)(judge_quote(j, &v->hits[i]).p - text.p);
		if (start >= at && start < least) {
			least = start;
			best = &v->hits[i];
		}
	}
	return best;
}

/* The field with its evidence marked; of overlapping pieces the first. */
static void
put_marked(struct buf *b, const struct judge *j, const struct verdict *v,
    enum hit_field field)
{
	struct str text = judge_words(j, field)->text;
	const struct hit *hit;
	size_t at = 0;

	while ((hit = next_hit(j, v, field, text, at)) != NULL) {
		struct str quote = judge_quote(j, hit);
		size_t start = (size_t)(quote.p - text.p);

		put_run(b, str_slice(text, at, start));
		buf_addf(b, "<mark class=\"%s\">", effect_name(hit->effect));
		put_escaped(b, quote);
		buf_addz(b, "</mark>");
		at = start + quote.n;
	}
	put_run(b, str_from(text, at));
}

static void
put_row(struct buf *b, const struct judge *j, const struct hit *hit)
{
	buf_addf(b, "<tr><td class=\"%s\">%s</td><td>%.2f</td><td>%s</td>",
	    effect_name(hit->effect), effect_name(hit->effect), hit->weight,
	    verdict_scope((enum hit_scope)hit->scope));
	buf_addz(b, "<td>");
	put_escaped(b, str_of(hit->rule));
	if (hit->object != NULL && strcmp(hit->object, hit->rule) != 0) {
		buf_addz(b, " \xc3\x97 ");
		put_escaped(b, str_of(hit->object));
	}
	buf_addz(b, "</td>");
	put_cell(b, judge_quote(j, hit));
	buf_addz(b, "<td>");
	for (size_t i = 0; i < hit->flag_count; i++)
		buf_addf(b, "%s%s", i > 0 ? ", " : "", hit->flags[i]);
	buf_addz(b, "</td></tr>\n");
}

static void
put_summary(struct buf *b, const struct verdict *v)
{
	buf_addf(b, "<p><span class=\"label %s\">%s</span> score %+.2f, "
	    "confidence %.2f, %s", verdict_label(v->label),
	    verdict_label(v->label), v->score, v->confidence,
	    stage_name(v->stage));
	for (size_t i = 0; i < v->domains.n; i++) {
		buf_addz(b, ", ");
		put_escaped(b, str_of(v->domains.v[i]));
	}
	buf_addf(b, "; easing %.2f, tightening %.2f, neutral %.2f</p>\n",
	    v->easing, v->tightening, v->neutral);
}

void
verdict_html(struct buf *b, const struct bench *bench, struct str id,
    const struct verdict *v)
{
	const struct judge *j = bench->latest;

	buf_addz(b, "<article>\n<h2>");
	put_marked(b, j, v, FIELD_TITLE);
	buf_addz(b, "</h2>\n<p><small>");
	put_escaped(b, id);
	buf_addz(b, "</small></p>\n");
	put_summary(b, v);
	if (v->count > 0)
		buf_addz(b, "<table>\n<tr><th>effect</th><th>weight</th>"
		    "<th>place</th><th>rule</th><th>evidence</th>"
		    "<th>flags</th></tr>\n");
	for (size_t i = 0; i < v->count; i++)
		put_row(b, j, &v->hits[i]);
	if (v->count > 0)
		buf_addz(b, "</table>\n");
	for (size_t i = 0; i < v->fault_count; i++) {
		buf_addz(b, "<p>rule ");
		put_escaped(b, str_of(v->faults[i].rule));
		buf_addf(b, " failed: %s</p>\n", v->faults[i].why);
	}
	buf_addz(b, "<p>");
	put_marked(b, j, v, FIELD_TEXT);
	buf_addz(b, "</p>\n</article>\n");
}
