#include "base/text/relevance.h"
#include "classify/settings.h"

void
settings_default(struct grammar *g)
{
	g->judging = (struct judging){ .title = 2, .lead = 1, .body = 0.1,
	    .body_cap = 0.5, .repeat = 0.3, .threshold = 0.6, .mixed = 0.6,
	    .neutral = 1, .unsupported = 1, .midpoint = 1, .slope = 2,
	    .lead_length = 300, .lead_sentences = 2,
	    .relevance_head = RELEVANCE_HEAD, .relevance_least = 1,
	    .relevance_most = 10, .relevance_floor = RELEVANCE_NO_FLOOR,
	    .own = 1, .both = 1, .ruled = 1, .firm = 1000,
	    .stage = { 1, 1, 1, 1, 1 } };
}

int
settings_read(struct cursor *r)
{
	struct judging *j = &r->g->judging;
	double length = j->lead_length, sentences = j->lead_sentences,
	    long_text = j->long_text, relevance_head = j->relevance_head,
	    authority_reach = j->authority_reach,
	    head_first = r->g->head_first,
	    particles = r->g->particles,
	    decimal_comma = r->g->decimal_comma,
	    compound = r->g->compound;
	const struct {
		const char	*name;
		double		*to;
	} settings[] = {
		{ "title", &j->title }, { "lead", &j->lead },
		{ "body", &j->body }, { "body-cap", &j->body_cap },
		{ "repeat", &j->repeat }, { "threshold", &j->threshold },
		{ "mixed", &j->mixed }, { "neutral", &j->neutral },
		{ "midpoint", &j->midpoint }, { "slope", &j->slope },
		{ "lead-length", &length }, { "lead-sentences", &sentences },
		{ "unsupported", &j->unsupported }, { "head-first", &head_first },
		{ "authority-reach", &authority_reach },
		{ "compound", &compound }, { "long-text", &long_text },
		{ "long-threshold", &j->long_threshold },
		{ "particles", &particles },
		{ "decimal-comma", &decimal_comma },
		{ "relevance", &j->relevance },
		{ "relevance-head", &relevance_head },
		{ "relevance-least", &j->relevance_least },
		{ "relevance-most", &j->relevance_most },
		{ "relevance-floor", &j->relevance_floor },
		{ "rule-cap", &j->rule_cap },
		{ "wording", &j->wording },
		{ "wording-easing", &j->start[LEAN_EASING] },
		{ "wording-tightening", &j->start[LEAN_TIGHTENING] },
		{ "wording-mixed", &j->start[LEAN_MIXED] },
		{ "own", &j->own }, { "other", &j->other },
		{ "both", &j->both }, { "own-neutral", &j->own_neutral },
		{ "ruled", &j->ruled },
		{ "untitled", &j->untitled }, { "past", &j->past },
		{ "wrong-way", &j->wrong_way },
		{ "firm", &j->firm },
		{ "signalled", &j->stage[STAGE_SIGNALLED] },
		{ "proposed", &j->stage[STAGE_PROPOSED] },
		{ "announced", &j->stage[STAGE_ANNOUNCED] },
		{ "adopted", &j->stage[STAGE_ADOPTED] },
	};
	const char *names[COUNT(settings)];

	for (size_t i = 0; i < COUNT(settings); i++)
		names[i] = settings[i].name;
	if (r->at < r->st->count && r->st->lexemes[r->at].kind == LEXEME_COLON)
		r->at++;
	while (r->at < r->st->count) {
		int i = cursor_choice(r, "setting", names, COUNT(names));

		if (i == -1 || cursor_number(r, -100, 100000,
		    settings[i].to) == -1)
			return -1;
	}
	j->lead_length = (unsigned)length;
	j->lead_sentences = (unsigned)sentences;
	j->long_text = long_text > 0 ? (unsigned)long_text : 0;
	j->relevance_head = relevance_head > 0 ? (unsigned)relevance_head : 0;
	j->authority_reach = authority_reach > 0 ? (unsigned)authority_reach : 0;
	r->g->head_first = head_first > 0;
	r->g->particles = particles > 0;
	r->g->decimal_comma = decimal_comma > 0;
	r->g->compound = compound > 0 ? (unsigned)compound : 0;
	return 0;
}
