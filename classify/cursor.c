#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/opt.h"
#include "classify/cursor.h"

int
index_among(struct str word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(word, str_of(names[i])))
			return (int)i;
	return -1;
}

/* So many names can be told to somebody who meant none of them. */
#define NAMES_TOLD	10

int
cursor_unknown(struct cursor *r, const struct lexeme *lx, const char *what,
    const char *const *names, size_t count)
{
	char *word = xstrndup(lx->text.p, lx->text.n);
	const char *close = closest_name(word, names, count);
	struct buf all = buf_init(0);

	for (size_t i = 0; i < count && count <= NAMES_TOLD; i++)
		buf_addf(&all, "%s%s", i == 0 ? "; it is one of: " : " ",
		    names[i]);
	if (close != NULL)
		lexeme_error(r->st, lx, r->err, "no %s '%s'; did you mean '%s'?",
		    what, word, close);
	else
		lexeme_error(r->st, lx, r->err, "no %s '%s'%.*s", what, word,
		    STR_FMT(buf_str(&all)));
	buf_release(&all);
	free(word);
	return -1;
}

const struct lexeme *
cursor_word(struct cursor *r, const char *expected)
{
	const struct lexeme *lx = r->at < r->st->count ?
	    &r->st->lexemes[r->at] : &r->st->lexemes[r->st->count - 1];

	if (r->at >= r->st->count || lx->kind != LEXEME_WORD) {
		lexeme_error(r->st, lx, r->err, "%s is expected %s", expected,
		    r->at >= r->st->count ? "after this" : "here");
		return NULL;
	}
	r->at++;
	return lx;
}

int
cursor_choice(struct cursor *r, const char *what, const char *const *names,
    size_t count)
{
	const struct lexeme *lx = cursor_word(r, what);
	int i;

	if (lx == NULL)
		return -1;
	i = index_among(lx->text, names, count);
	return i >= 0 ? i : cursor_unknown(r, lx, what, names, count);
}

int
cursor_number(struct cursor *r, double least, double most, double *value)
{
	const struct lexeme *lx = cursor_word(r, "a number");
	char digits[32];
	char *end;

	if (lx == NULL)
		return -1;
	if (lx->text.n < sizeof(digits)) {
		memcpy(digits, lx->text.p, lx->text.n);
		digits[lx->text.n] = '\0';
		*value = strtod(digits, &end);
		if (*end == '\0' && *value >= least && *value <= most)
			return 0;
	}
	return lexeme_error(r->st, lx, r->err,
	    "a number from %g to %g is expected, not '%.*s'", least, most,
	    STR_FMT(lx->text));
}

const char *
cursor_name(struct cursor *r, const char *expected)
{
	const struct lexeme *lx = cursor_word(r, expected);

	return lx ? arena_cstr(&r->g->arena, lx->text) : NULL;
}

int
cursor_colon(struct cursor *r)
{
	if (r->at < r->st->count &&
	    r->st->lexemes[r->at].kind == LEXEME_COLON) {
		r->at++;
		return 0;
	}
	return lexeme_error(r->st, r->at < r->st->count ?
	    &r->st->lexemes[r->at] : &r->st->lexemes[r->st->count - 1], r->err,
	    "':' is expected %s this", r->at < r->st->count ? "before" :
	    "after");
}

bool
cursor_has_colon(const struct cursor *r)
{
	for (size_t i = r->at; i < r->st->count; i++)
		if (r->st->lexemes[i].kind == LEXEME_COLON)
			return true;
	return false;
}
