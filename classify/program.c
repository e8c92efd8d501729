#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "classify/program.h"

/* A text whose words are this much more familiar to another language than to
 * the one its record names is in that other language. */
#define FAMILIAR_LEAST	0.06
#define FAMILIAR_FACTOR	3
/* A headline of fewer characters may have no common word at all. */
#define FAMILIAR_SHORT	200
/* Code points that are read to tell a language. */
#define FAMILIAR_LENGTH	800

int
program_load(struct program *prog, const char *const *paths, size_t count,
    struct err *err)
{
	*prog = (struct program){ .count = 0 };
	for (size_t i = 0; i < count; i++)
		if (rulefiles_read(&prog->files, paths[i], err) == -1)
			return -1;
	return program_survey(prog, err);
}

/* Has the statement a condition on the source?  A list of that name is taken for
 * one, which costs a look at each article's source and changes no verdict. */
static bool
asks_source(const struct statement *st)
{
	if (str_eq(st->lexemes[0].text, STR("test")))
		return false;
	for (size_t i = 1; i < st->count &&
	    st->lexemes[i].kind != LEXEME_COLON; i++)
		if (str_eq(st->lexemes[i].text, STR("source")) ||
		    str_eq(st->lexemes[i].text, STR("unless-source")))
			return true;
	return false;
}

/* A statement that is none is the likelier mistake. */
static int
no_language(const struct program *prog, struct err *err)
{
	struct grammar *g = grammar_new(&prog->files, "*", err);

	if (g == NULL)
		return -1;
	grammar_free(g);
	return err_set(err, "the rules name no language; they begin with one: "
	    "language en english");
}

static int
find_languages(struct program *prog, struct err *err)
{
	struct arena a = ARENA_INIT;
	const char **languages = grammar_languages(&prog->files, &a);
	int result = 0;

	for (; *languages != NULL && prog->count < LANGUAGES_MAX; languages++)
		prog->languages[prog->count++] = arena_cstr(&prog->files.arena,
		    str_of(*languages));
	if (*languages != NULL)
		result = err_set(err, "more than %d languages", LANGUAGES_MAX);
	else if (prog->count == 0)
		result = no_language(prog, err);
	arena_release(&a);
	return result;
}

int
program_survey(struct program *prog, struct err *err)
{
	if (find_languages(prog, err) == -1)
		return -1;
	for (size_t i = 0; i < prog->files.count; i++)
		prog->asks_source |= asks_source(&prog->files.statements[i]);
	rulefiles_hash(&prog->files, prog->hash);
	return 0;
}

/* Threads that need a language wait for the one that compiles it. */
static pthread_mutex_t compiling = PTHREAD_MUTEX_INITIALIZER;

/* The grammar of language `i`, compiled by the first who asks for it. */
static const struct grammar *
grammar_of(struct program *prog, size_t i, struct err *err)
{
	const struct grammar *g;

	pthread_mutex_lock(&compiling);
	if (prog->grammars[i] == NULL)
		prog->grammars[i] = grammar_new(&prog->files,
		    prog->languages[i], err);
	g = prog->grammars[i];
	pthread_mutex_unlock(&compiling);
	return g;
}

int
program_compile(struct program *prog, struct err *err)
{
	for (size_t i = 0; i < prog->count; i++)
		if (grammar_of(prog, i, err) == NULL)
			return -1;
	return 0;
}

void
program_release(struct program *prog)
{
	for (size_t i = 0; i < prog->count; i++)
		grammar_free(prog->grammars[i]);
	rulefiles_release(&prog->files);
	prog->count = 0;
}

void
bench_init(struct bench *bench, struct program *prog)
{
	*bench = (struct bench){ .prog = prog, .memo = memo_new(),
	    .matcher = matcher_new(), .by_rules = prog->by_rules };
}

void
bench_release(struct bench *bench)
{
	for (size_t i = 0; i < LANGUAGES_MAX; i++)
		judge_free(bench->judges[i]);
	memo_free(bench->memo);
	matcher_free(bench->matcher);
	buf_release(&bench->silence);
}

/* See to it that language `i` has a judge. */
static int
call_judge(struct bench *bench, size_t i, struct err *err)
{
	const struct grammar *g;

	if (bench->judges[i] != NULL)
		return 0;
	g = grammar_of(bench->prog, i, err);
	if (g == NULL)
		return -1;
	bench->judges[i] = judge_new(g, bench->memo, (uint8_t)(i + 1),
	    bench->matcher);
	return 0;
}

static struct judge *
judge_of(struct bench *bench, size_t i)
{
	assert(bench->judges[i] != NULL);
	judge_by_rules(bench->judges[i], bench->by_rules);
	return bench->judges[i];
}

/* The primary subtag of `language` among the program's, or -1. */
static int
named_language(const struct program *prog, struct str language)
{
	size_t n = 0;

	while (n < language.n && is_alpha(language.p[n]))
		n++;
	for (size_t i = 0; i < prog->count; i++)
		if (str_ieq(str_slice(language, 0, n),
		    str_of(prog->languages[i])))
			return (int)i;
	return -1;
}

/* The language that the article is most familiar to, unless it is not much
 * less so to the one that was named; `named` has read it already. */
static int
choose_language(struct bench *bench, int named, double own,
    const struct article *article, struct arena *a, int *chosen,
    struct err *err)
{
	struct article sample = *article;
	double best = 0;
	int found = -1;

	if (bench->prog->count > (size_t)(named >= 0))
		sample.text = str_slice(article->text, 0,
		    visible_offset(article->text, FAMILIAR_LENGTH));
	for (size_t i = 0; i < bench->prog->count; i++) {
		double share;

		if ((int)i == named)
			continue;
		if (call_judge(bench, i, err) == -1)
			return -1;
		judge_read(judge_of(bench, i), &sample, false, a);
		share = judge_familiarity(judge_of(bench, i));
		if (share > best) {
			best = share;
			found = (int)i;
		}
	}
	*chosen = best < FAMILIAR_LEAST || best < FAMILIAR_FACTOR * own ?
	    named : found;
	return 0;
}

static bool
is_longer(const struct article *article, size_t characters)
{
	return visible_offset(article->title, characters) < article->title.n ||
	    visible_offset(article->text, characters) < article->text.n;
}

/* The verdict of the judge who has read the article. */
static void
finish(struct bench *bench, size_t i, struct arena *a, struct verdict *v)
{
	bench->latest = judge_of(bench, i);
	judge_trace(bench->latest, bench->misses);
	judge_count(bench->latest, bench->tallies ? &bench->tallies[i] : NULL);
	judge_verdict(bench->latest, a, v);
}

/* Does nobody ask for more than the verdict: what missed, or counts? */
static bool
is_brief(const struct bench *bench)
{
	return bench->misses == NULL && bench->tallies == NULL;
}

void
bench_judge_as(struct bench *bench, size_t i, const struct article *article,
    struct arena *a, struct verdict *v)
{
	struct err err;

	if (call_judge(bench, i, &err) == -1)
		BUG("a language that was to be compiled is not");
	judge_read(judge_of(bench, i), article, is_brief(bench), a);
	finish(bench, i, a, v);
}

int
bench_judge(struct bench *bench, const struct article *article,
    struct arena *a, struct verdict *v, struct err *err)
{
	static const struct article nothing = { .source_count = 0 };
	int named = named_language(bench->prog, article->language),
	    chosen = named;
	double own = 0;

	/* a language that the rules do not speak is not to be guessed away */
	if (named == -1 && article->language.n > 0 &&
	    !str_ieq(article->language, STR("und")))
		article = &nothing;
	else if (named >= 0) {
		if (call_judge(bench, (size_t)named, err) == -1)
			return -1;
		judge_read(judge_of(bench, (size_t)named), article,
		    is_brief(bench) && bench->prog->count == 1, a);
		own = bench->prog->count > 1 ?
		    judge_familiarity(judge_of(bench, (size_t)named)) : 1;
	}
	if (own < FAMILIAR_LEAST && is_longer(article, named >= 0 ?
	    FAMILIAR_SHORT : 0) && choose_language(bench, named, own, article,
	    a, &chosen, err) == -1)
		return -1;
	if (chosen < 0)
		chosen = 0;
	if (call_judge(bench, (size_t)chosen, err) == -1)
		return -1;
	if (chosen == named)
		finish(bench, (size_t)chosen, a, v);
	else
		bench_judge_as(bench, (size_t)chosen, article, a, v);
	return 0;
}

static void
add_source(struct article *article, struct str name)
{
	if (name.n > 0 && article->source_count < ARTICLE_SOURCES)
		article->sources[article->source_count++] = name;
}

/* The host of an address: what stands behind "://" and before the path. */
static struct str
host_of(struct str url)
{
	ptrdiff_t at = str_find(url, STR("://"), 0);
	size_t n = 0;

	if (at < 0)
		return STR_NONE;
	url = str_from(url, (size_t)at + 3);
	while (n < url.n && strchr("/?#:", url.p[n]) == NULL)
		n++;
	return str_slice(url, 0, n);
}

static void
add_feed(struct article *article, const struct json_value *feed,
    struct arena *a)
{
	struct json_member *members;
	struct json_value *tags;
	size_t count, tag_count;
	struct err err;

	if (json_object(feed->raw, a, &members, &count, &err) == -1)
		return;
	for (size_t i = 0; i < count; i++) {
		struct str name = members[i].name;
		struct str value = json_str(&members[i].value, a);

		if (str_eq(name, STR("title")))
			add_source(article, value);
		else if (str_eq(name, STR("feed_url")) ||
		    str_eq(name, STR("home_page_url")))
			add_source(article, host_of(value));
		else if (str_eq(name, STR("tags")) &&
		    json_array(members[i].value.raw, a, &tags, &tag_count,
		    &err) == 0)
			for (size_t k = 0; k < tag_count; k++)
				add_source(article, json_str(&tags[k], a));
	}
}

void
article_of_record(struct article *article, const struct program *prog,
    const struct record *rec, struct arena *a)
{
	bool whole = rec->known[RECORD_TEXT] != NULL;

	*article = (struct article){
	    .language = record_str(rec, RECORD_LANGUAGE, a),
	    .title = record_str_start(rec, RECORD_TITLE, JUDGE_TEXT_ASKED, a),
	    .text = record_str_start(rec, whole ? RECORD_TEXT :
	    RECORD_SUMMARY, JUDGE_TEXT_ASKED, a) };
	if (!prog->asks_source)
		return;
	add_source(article, host_of(record_str(rec, RECORD_URL, a)));
	if (rec->known[RECORD_FEED] != NULL)
		add_feed(article, &rec->known[RECORD_FEED]->value, a);
}

void
article_of_example(struct article *article, const struct example *ex)
{
	*article = (struct article){ .title = ex->title, .text = ex->text };
	add_source(article, ex->source);
}

static void
put_names(struct buf *b, const char *member, const struct names *names)
{
	json_name(b, member);
	json_open(b, '[');
	for (size_t i = 0; i < names->n; i++)
		json_put_str(b, str_of(names->v[i]));
	json_close(b, ']');
}

static bool
carries(const struct verdict *v, const struct hit *hit)
{
	return hit->effect != EFFECT_NEUTRAL && (v->label == LABEL_MIXED ||
	    (v->label == LABEL_EASING) == (hit->effect == EFFECT_EASING)) &&
	    v->label != LABEL_NEUTRAL;
}

static void
put_events(struct buf *b, const struct verdict *v)
{
	json_name(b, "events");
	json_open(b, '[');
	for (size_t i = 0; i < v->count; i++) {
		const struct hit *hit = &v->hits[i];

		if (!carries(v, hit) || hit->scope == PLACED_BODY ||
		    hit->worded)
			continue;
		json_open(b, '{');
		if (hit->actor != NULL)
			json_member_str(b, "actor", str_of(hit->actor));
		json_member_str(b, "action", str_of(hit->action ?
		    hit->action : hit->rule));
		if (hit->object != NULL)
			json_member_str(b, "object", str_of(hit->object));
		json_member_str(b, "effect", str_of(effect_name(hit->effect)));
		json_member_str(b, "stage", str_of(stage_name(hit->stage)));
		json_close(b, '}');
	}
	json_close(b, ']');
}

/* W3C Web Annotation: where the quote is not unique, what stands around it. */
static void
put_surroundings(struct buf *b, struct str field, struct str quote)
{
	size_t start = (size_t)(quote.p - field.p), end = start + quote.n, n;
	ptrdiff_t first = str_find(field, quote, 0);
	struct str after = str_from(field, end);

	if ((size_t)first == start && str_find(field, quote, start + 1) < 0)
		return;
	first = (ptrdiff_t)start;
	for (n = 0; n < 32 && first > 0; n++)
		while (--first > 0 &&
		    ((unsigned char)field.p[first] & 0xc0) == 0x80)
			;
	json_member_str(b, "prefix", str_slice(field, (size_t)first, start));
	json_member_str(b, "suffix", str_slice(after, 0,
	    utf8_offset(after, 32)));
}

static void
put_evidence(struct buf *b, const struct judge *j, const struct hit *hit,
    const char *text_member)
{
	struct str field = judge_words(j, (enum hit_field)hit->field)->text;
	struct str quote = judge_quote(j, hit);
	size_t start = utf8_count(str_slice(field, 0,
	    (size_t)(quote.p - field.p)));

	json_open(b, '{');
	json_member_str(b, "rule", str_of(hit->rule));
	json_member_str(b, "effect", str_of(effect_name(hit->effect)));
	json_name(b, "weight");
	json_put_num(b, hit->weight, 3);
	json_member_str(b, "field", hit->field == FIELD_TITLE ? STR("title") :
	    str_of(text_member));
	json_member_str(b, "scope", str_of(verdict_scope(
	    (enum hit_scope)hit->scope)));
	json_name(b, "start");
	json_put_int(b, (long long)start);
	json_name(b, "end");
	json_put_int(b, (long long)start + (long long)utf8_count(quote));
	json_member_str(b, "exact", quote);
	put_surroundings(b, field, quote);
	json_name(b, "flags");
	json_open(b, '[');
	for (size_t i = 0; i < hit->flag_count; i++)
		json_put_str(b, str_of(hit->flags[i]));
	json_close(b, ']');
	json_close(b, '}');
}

/* Rules that failed: the verdict is what the others say. */
static void
put_faults(struct buf *b, const struct verdict *v)
{
	json_name(b, "errors");
	json_open(b, '[');
	for (size_t i = 0; i < v->fault_count; i++) {
		json_open(b, '{');
		json_member_str(b, "rule", str_of(v->faults[i].rule));
		json_member_str(b, "error", str_of(v->faults[i].why));
		json_close(b, '}');
	}
	json_close(b, ']');
}

/* What a verdict was made of, for those who fit the settings. */
static void
put_parts(struct buf *b, const struct verdict *v)
{
	const struct { const char *name; double value; } parts[] = {
		{ "eased", v->strengths[0] }, { "tightened", v->strengths[1] },
		{ "stilled", v->strengths[2] },
		{ "worded_easing", v->wording[LEAN_EASING] },
		{ "worded_tightening", v->wording[LEAN_TIGHTENING] },
		{ "worded_mixed", v->wording[LEAN_MIXED] },
		{ "eased_before", v->past[0] }, { "tightened_before", v->past[1] },
	};

	json_member_str(b, "ruled", str_of(verdict_label(v->ruled)));
	for (size_t i = 0; i < COUNT(parts); i++) {
		json_name(b, parts[i].name);
		json_put_num(b, parts[i].value, 4);
	}
}

static bool
says_nothing(const struct verdict *v)
{
	return !v->worded && v->label == LABEL_NEUTRAL && v->score == 0 && v->count == 0 &&
	    v->domains.n + v->topics.n + v->actors.n + v->fault_count == 0;
}

static void
put_verdict(struct buf *b, const struct bench *bench, const struct verdict *v,
    const char *text_member)
{
	json_open(b, '{');
	json_member_str(b, "label", str_of(verdict_label(v->label)));
	json_name(b, "score");
	json_put_num(b, v->score, 3);
	json_name(b, "confidence");
	json_put_num(b, v->confidence, 3);
	json_member_str(b, "stage", str_of(stage_name(v->stage)));
	put_names(b, "domains", &v->domains);
	put_names(b, "topics", &v->topics);
	put_names(b, "actors", &v->actors);
	put_events(b, v);
	json_name(b, "evidence");
	json_open(b, '[');
	for (size_t i = 0; i < v->count; i++)
		put_evidence(b, bench->latest, &v->hits[i], text_member);
	json_close(b, ']');
	json_member_str(b, "ruleset", str_of(bench->prog->hash));
	if (v->fault_count > 0)
		put_faults(b, v);
	if (bench->prog->parts && v->worded)
		put_parts(b, v);
	json_close(b, '}');
}

void
verdict_write(struct buf *b, struct bench *bench, const struct verdict *v,
    const char *text_member)
{
	struct buf *silence = &bench->silence;
	size_t start;

	json_name(b, "stance");
	if (!says_nothing(v)) {
		put_verdict(b, bench, v, text_member);
		return;
	}
	if (silence->n > 0 && v->confidence == bench->silence_confidence) {
		buf_adds(b, buf_str(silence));
		return;
	}
	start = b->n;
	put_verdict(b, bench, v, text_member);
	buf_reset(silence);
	buf_add(silence, b->p + start, b->n - start);
	bench->silence_confidence = v->confidence;
}

bool
program_names(const struct program *prog, const char *name)
{
	for (size_t i = 0; i < prog->count; i++) {
		const struct grammar *g = prog->grammars[i];

		if (grammar_class(g, str_of(name)) != NO_CLASS)
			return true;
		for (size_t k = 0; k < g->rule_count; k++)
			if (strcmp(g->rules[k].name, name) == 0)
				return true;
	}
	return false;
}

static void
list_grammar(const struct grammar *g, struct buf *b)
{
	buf_addf(b, "language %s: %zu lists, %zu phrases, %zu rules, "
	    "%zu tests\n", g->language, g->class_count,
	    lexicon_phrases(g->lexicon), g->rule_count, g->example_count);
	for (size_t i = 0; i < g->class_count; i++) {
		const struct class *c = &g->classes[i];

		if (c->kind == CLASS_LEXICON)
			continue;
		buf_addf(b, "  %-9s %-20s", class_kind_name(c->kind), c->name);
		if (c->kind == CLASS_OBJECT || c->kind == CLASS_OPERATOR)
			buf_addf(b, " %c weight %g", "-0+"[c->sign + 1],
			    c->weight);
		if (c->domain != NULL)
			buf_addf(b, " %s", c->domain);
		if (c->operator_kind != NULL)
			buf_addf(b, " kind %s", c->operator_kind);
		buf_addc(b, '\n');
	}
	for (size_t i = 0; i < g->rule_count; i++)
		buf_addf(b, "  rule      %-20s %s weight %g\n",
		    g->rules[i].name, effect_name(g->rules[i].effect),
		    g->rules[i].weight);
}

static void
list_words(const struct grammar *g, uint16_t id, struct buf *b)
{
	const struct class *c = &g->classes[id];
	struct str told = STR_NONE;

	buf_addf(b, "%s %s, language %s\n", class_kind_name(c->kind), c->name,
	    g->language);
	for (uint32_t i = 0; i < lexicon_phrases(g->lexicon); i++) {
		size_t count;
		const uint16_t *classes = phrase_classes(g->lexicon, i, &count);
		struct str text = phrase_text(g->lexicon, i);

		/* a phrase with choices is there once for each, in a row */
		for (size_t k = 0; k < count && !str_eq(text, told); k++) {
			if (classes[k] != id)
				continue;
			buf_addf(b, "  %.*s\n", STR_FMT(text));
			told = text;
		}
	}
}

bool
program_list_words(const struct program *prog, const char *name,
    struct buf *b)
{
	bool found = false;

	for (size_t i = 0; i < prog->count; i++) {
		uint16_t id = grammar_class(prog->grammars[i], str_of(name));

		if (id == NO_CLASS)
			continue;
		list_words(prog->grammars[i], id, b);
		found = true;
	}
	return found;
}

void
program_list(const struct program *prog, struct buf *b)
{
	buf_addf(b, "ruleset %s\n", prog->hash);
	for (size_t i = 0; i < prog->files.source_count; i++)
		buf_addf(b, "file %s\n", prog->files.sources[i]->path);
	for (size_t i = 0; i < prog->count; i++)
		list_grammar(prog->grammars[i], b);
}

/* Is the wanted quote within a piece of evidence that carries the label? */
static bool
is_proved(const struct bench *bench, const struct verdict *v,
    struct str evidence)
{
	for (size_t i = 0; i < v->count; i++)
		if (str_find(judge_quote(bench->latest, &v->hits[i]), evidence,
		    0) >= 0)
			return true;
	return evidence.n == 0;
}

/* What a failed test hit, for the person who wrote it. */
static void
tell_hits(const struct bench *bench, const struct verdict *v)
{
	if (v->count == 0)
		fprintf(stderr, "    nothing hits in it\n");
	for (size_t i = 0; i < v->count; i++) {
		const struct hit *hit = &v->hits[i];
		bool composed = hit->object != NULL &&
		    strcmp(hit->object, hit->rule) != 0;

		fprintf(stderr, "    %s %.2f by %s%s%s: %.*s\n",
		    effect_name(hit->effect), hit->weight, hit->rule,
		    composed ? " x " : "", composed ? hit->object : "",
		    STR_FMT(judge_quote(bench->latest, hit)));
	}
}

static bool
run_example(struct bench *bench, size_t language, const struct example *ex,
    struct arena *a)
{
	struct article article;
	struct verdict v;
	struct err err;
	const char *label;

	article_of_example(&article, ex);
	bench_judge_as(bench, language, &article, a, &v);
	label = verdict_label(v.label);
	if (v.fault_count > 0) {
		lexeme_error(ex->statement, &ex->statement->lexemes[0], &err,
		    "rule '%s' failed: %s", v.faults[0].rule, v.faults[0].why);
		err_print(&err, STR_NONE);
		return false;
	}
	if (str_eq(ex->label, str_of(label)) &&
	    is_proved(bench, &v, ex->evidence))
		return true;
	lexeme_error(ex->statement, &ex->statement->lexemes[0], &err,
	    str_eq(ex->label, str_of(label)) ?
	    "the verdict is %s as it should be, but no evidence quotes '%.*s'" :
	    "the verdict is %s, not %.*s", label,
	    STR_FMT(str_eq(ex->label, str_of(label)) ? ex->evidence :
	    ex->label));
	err_print(&err, STR_NONE);
	tell_hits(bench, &v);
	return false;
}

void
program_test(struct program *prog, size_t *count, size_t *failed)
{
	struct arena a = ARENA_INIT;
	struct bench bench;

	*count = *failed = 0;
	bench_init(&bench, prog);
	bench.by_rules = true;		/* they are tests of rules */
	for (size_t i = 0; i < prog->count; i++) {
		const struct grammar *g = prog->grammars[i];

		for (size_t k = 0; k < g->example_count; k++) {
			arena_reset(&a);
			++*count;
			*failed += !run_example(&bench, i, &g->examples[k],
			    &a);
		}
	}
	bench_release(&bench);
	arena_release(&a);
}
