#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/utf8.h"
#include "classify/rulefile.h"

/* A rule file of ten megabytes is a mistake or an attack. */
#define RULE_FILE_MAX	(16UL << 20)
/* Includes nest three deep here; a chain of sixteen is a loop through names. */
#define INCLUDE_DEPTH	16

static int read_path(struct rulefiles *files, const char *path, unsigned depth,
    struct err *err);

int
lexeme_error(const struct statement *st, const struct lexeme *at,
    struct err *err, const char *fmt, ...)
{
	char msg[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	return err_at(err, st->source->path, at->line, at->column, "%s", msg);
}

/* Where the cutting of one file stands. */
struct cursor {
	struct str	 s;
	size_t		 at;
	uint32_t	 line;
	size_t		 line_start;
};

static uint32_t
column(const struct cursor *c)
{
	return (uint32_t)(c->at - c->line_start) + 1;
}

static void
skip_blank(struct cursor *c)
{
	while (c->at < c->s.n) {
		if (c->s.p[c->at] == '\n') {
			c->line++;
			c->line_start = c->at + 1;
		} else if (c->s.p[c->at] == '#') {
			while (c->at < c->s.n && c->s.p[c->at] != '\n')
				c->at++;
			continue;
		} else if (!is_space(c->s.p[c->at])) {
			return;
		}
		c->at++;
	}
}

/* A string or a regex: up to `close` on the same line; \ keeps the next byte. */
static int
cut_quoted(struct cursor *c, const char *path, char close, struct lexeme *lx,
    struct err *err)
{
	size_t start = ++c->at;

	while (c->at < c->s.n && c->s.p[c->at] != close) {
		if (c->s.p[c->at] == '\n')
			break;
		c->at += c->s.p[c->at] == '\\' && close == '/' &&
		    c->at + 1 < c->s.n && c->s.p[c->at + 1] != '\n' ? 2 : 1;
	}
	if (c->at >= c->s.n || c->s.p[c->at] != close)
		return err_at(err, path, lx->line, lx->column,
		    "this %s has no closing %c on its line",
		    close == '"' ? "string" : "pattern", close);
	lx->text = str_slice(c->s, start, c->at);
	c->at++;
	return 0;
}

static int
cut_lexeme(struct cursor *c, const char *path, struct lexeme *lx,
    struct err *err)
{
	size_t start = c->at;

	*lx = (struct lexeme){ LEXEME_WORD, STR_NONE, c->line, column(c) };
	switch (c->s.p[c->at]) {
	case '"':
		lx->kind = LEXEME_STRING;
		return cut_quoted(c, path, '"', lx, err);
	case '/':
		lx->kind = LEXEME_REGEX;
		return cut_quoted(c, path, '/', lx, err);
	case ':':
		lx->kind = LEXEME_COLON;
		break;
	case '(':
		lx->kind = LEXEME_OPEN;
		break;
	case ')':
		lx->kind = LEXEME_CLOSE;
		break;
	default:
		while (c->at < c->s.n && !is_space(c->s.p[c->at]) &&
		    strchr("\"():#", c->s.p[c->at]) == NULL)
			c->at++;
		lx->text = str_slice(c->s, start, c->at);
		return 0;
	}
	c->at++;
	lx->text = str_slice(c->s, start, c->at);
	return 0;
}

/* "a/b.rules" seen from the file `from`. */
static char *
beside(const char *from, struct str name)
{
	const char *slash = strrchr(from, '/');

	if (name.n > 0 && name.p[0] == '/')
		return xstrndup(name.p, name.n);
	return xasprintf("%.*s%.*s", slash ? (int)(slash - from) + 1 : 0, from,
	    STR_FMT(name));
}

static int
follow_include(struct rulefiles *files, const struct statement *st,
    unsigned depth, struct err *err)
{
	char *path;
	int result;

	if (st->count != 2 || st->lexemes[1].kind != LEXEME_STRING)
		return lexeme_error(st, &st->lexemes[0], err,
		    "'include' needs one path in quotes");
	path = beside(st->source->path, st->lexemes[1].text);
	if (depth >= INCLUDE_DEPTH)
		result = lexeme_error(st, &st->lexemes[1], err,
		    "includes are nested more than %d deep", INCLUDE_DEPTH);
	else
		result = read_path(files, path, depth + 1, err);
	if (result == -1 && err->line == 0) {
		struct err why = *err;

		lexeme_error(st, &st->lexemes[1], err, "%s", why.msg);
	}
	free(path);
	return result;
}

static int
finish_statement(struct rulefiles *files, struct source *src,
    struct statement *st, unsigned depth, struct err *err)
{
	if (st->count == 0)
		return 0;
	if (str_eq(st->lexemes[0].text, STR("include")))
		return follow_include(files, st, depth, err);
	if (str_eq(st->lexemes[0].text, STR("language")) && st->count > 1)
		src->language = st->lexemes[1].text;
	st->language = src->language;
	GROW(files->statements, files->count, files->cap);
	files->statements[files->count++] = *st;
	return 0;
}

/* The next lexeme: 1, 0 at the end, -1 with `err`. */
static int
next_lexeme(struct cursor *c, const char *path, struct lexeme *lx,
    struct err *err)
{
	skip_blank(c);
	if (c->at >= c->s.n)
		return 0;
	return cut_lexeme(c, path, lx, err) == -1 ? -1 : 1;
}

/* Cut the whole of `src` into statements. */
static int
cut(struct rulefiles *files, struct source *src, unsigned depth,
    struct err *err)
{
	struct cursor c = { src->bytes, 0, 1, 0 };
	struct statement st = { .source = src };
	struct lexeme *gathered = NULL, lx;
	size_t cap = 0;
	int got, result = 0;

	do {
		got = next_lexeme(&c, src->path, &lx, err);
		if (got == -1)
			result = -1;
		if (got != -1 && st.count > 0 && (got == 0 || lx.column == 1)) {
			st.lexemes = arena_array(&files->arena, st.count,
			    sizeof(*st.lexemes));
			memcpy(st.lexemes, gathered,
			    st.count * sizeof(*st.lexemes));
			result = finish_statement(files, src, &st, depth, err);
			st.count = 0;
		}
		if (got == 1) {
			GROW(gathered, st.count, cap);
			gathered[st.count++] = lx;
		}
	} while (got == 1 && result == 0);
	free(gathered);
	return result;
}

/* The place of the first byte that is no text. */
static int
not_text(const struct source *src, size_t bad, struct err *err)
{
	unsigned long line = 1;
	size_t start = 0;

	for (size_t i = 0; i < bad; i++) {
		if (src->bytes.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	}
	return err_at(err, src->path, line, bad - start + 1,
	    src->bytes.p[bad] == '\0' ? "this is a NUL byte, not text" :
	    "this is not UTF-8");
}

static int
read_source(struct rulefiles *files, const char *path, struct str bytes,
    unsigned depth, struct err *err)
{
	struct source *src = arena_zalloc(&files->arena, sizeof(*src));
	size_t bad, nul;

	src->path = arena_cstr(&files->arena, str_of(path));
	/* an editor's mark of UTF-8 is no text */
	src->bytes = arena_str(&files->arena, str_starts(bytes,
	    STR("\xef\xbb\xbf")) ? str_from(bytes, 3) : bytes);
	src->language = STR("*");
	GROW(files->sources, files->source_count, files->source_cap);
	files->sources[files->source_count++] = src;
	bad = utf8_check(src->bytes);
	nul = (size_t)str_find(src->bytes, (struct str){ "", 1 }, 0);
	if (nul < bad)
		bad = nul;		/* absent is the largest */
	if (bad < src->bytes.n)
		return not_text(src, bad, err);
	if (cut(files, src, depth, err) == -1)
		return -1;
	src->done = true;
	return 0;
}

static int
read_file(struct rulefiles *files, const char *path, unsigned depth,
    struct err *err)
{
	struct buf bytes = buf_init(0);
	int result;

	for (size_t i = 0; i < files->source_count; i++) {
		if (strcmp(files->sources[i]->path, path) != 0)
			continue;
		return files->sources[i]->done ? 0 :
		    err_set(err, "an include loop: this file is being read");
	}
	result = file_slurp(path, &bytes, RULE_FILE_MAX, err);
	if (result == 0)
		result = read_source(files, path, buf_str(&bytes), depth, err);
	buf_release(&bytes);
	return result;
}

int
rulefiles_add(struct rulefiles *files, const char *path, struct str bytes,
    struct err *err)
{
	*err = (struct err){ .file = NULL };
	return read_source(files, path, bytes, INCLUDE_DEPTH, err);
}

static int
is_rule_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	    str_ends(str_of(entry->d_name), STR(".rules"));
}

static int
read_folder(struct rulefiles *files, const char *path, unsigned depth,
    struct err *err)
{
	struct dirent **names;
	int count = scandir(path, &names, is_rule_file, alphasort), result = 0;

	if (count == -1)
		return err_set(err, "cannot read '%s': %s", path,
		    strerror(errno));
	if (count == 0)
		result = err_set(err, "no *.rules in '%s'", path);
	for (int i = 0; i < count; i++) {
		char *name = xasprintf("%s/%s", path, names[i]->d_name);

		if (result == 0)
			result = read_file(files, name, depth, err);
		free(name);
		free(names[i]);
	}
	free(names);
	return result;
}

static int
read_path(struct rulefiles *files, const char *path, unsigned depth,
    struct err *err)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return err_set(err, "cannot open '%s': %s", path,
		    strerror(errno));
	return S_ISDIR(st.st_mode) ? read_folder(files, path, depth, err) :
	    read_file(files, path, depth, err);
}

int
rulefiles_read(struct rulefiles *files, const char *path, struct err *err)
{
	*err = (struct err){ .file = NULL };
	return read_path(files, path, 0, err);
}

struct str
rulefiles_line(const struct rulefiles *files, const struct err *err)
{
	for (size_t i = 0; i < files->source_count && err->file != NULL; i++) {
		struct str rest = files->sources[i]->bytes, line;
		unsigned long number = 0;

		if (strcmp(files->sources[i]->path, err->file) != 0)
			continue;
		while (str_split(&rest, '\n', &line))
			if (++number == err->line)
				return line;
	}
	return STR_NONE;
}

void
rulefiles_hash(const struct rulefiles *files, char hex[17])
{
	struct str *parts = xreallocarray(NULL, files->source_count,
	    sizeof(*parts));

	for (size_t i = 0; i < files->source_count; i++)
		parts[i] = files->sources[i]->bytes;
	sha256_hex_parts(parts, files->source_count, hex, 16);
	free(parts);
}

void
rulefiles_release(struct rulefiles *files)
{
	free(files->sources);
	free(files->statements);
	arena_release(&files->arena);
	*files = (struct rulefiles){ .count = 0 };
}
