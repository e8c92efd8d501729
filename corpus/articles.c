#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "corpus/articles.h"

static void
add_source(struct articles *all, int fd, char *name)
{
	if (fd == -1)
		die_errno("cannot open '%s'", name);
	GROW(all->sources, all->nsources, all->sources_cap);
	all->sources[all->nsources++] = (struct source){ fd, name };
}

static int
is_jsonl(const struct dirent *entry)
{
	struct str name = str_of(entry->d_name);

	return entry->d_name[0] != '.' && str_ends(name, STR(".jsonl"));
}

static void
open_folder(struct articles *all, const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_jsonl, alphasort);

	if (n == -1)
		die_errno("cannot list '%s'", path);
	for (int i = 0; i < n; i++) {
		char *name = xasprintf("%s/%s", path, entries[i]->d_name);

		add_source(all, open(name, O_RDONLY | O_CLOEXEC), name);
		free(entries[i]);
	}
	free(entries);
}

void
articles_open(struct articles *all, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		add_source(all, STDIN_FILENO, xstrdup("standard input"));
	else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		open_folder(all, path);
	else
		add_source(all, open(path, O_RDONLY | O_CLOEXEC),
		    xstrdup(path));
}

void
articles_open_all(struct articles *all, int n, char **argv)
{
	for (int i = 1; i <= n; i++)
		articles_open(all, argv[i]);
	if (n == 0)
		articles_open(all, "-");
}

/* Keep it; a revision takes the place of what it revises. */
static int
add_article(struct articles *all, const struct article *article,
    struct err *err)
{
	size_t at = index_add(&all->ids, article->id);

	if (at < all->n && article->rec.known[RECORD_REVISION] == NULL)
		return err_set(err, "an earlier record has the id '%.*s'",
		    STR_FMT(article->id));
	if (at < all->n) {
		all->v[at] = *article;
		return 0;
	}
	assert(at == all->n);
	GROW(all->v, all->n, all->cap);
	all->v[all->n++] = *article;
	return 0;
}

static int
read_article(struct articles *all, struct str line,
    int (*check)(const struct record *, struct arena *, struct err *),
    struct err *err)
{
	struct article article;

	line = arena_str(&all->a, line);
	if (record_read(&article.rec, line, &all->a, err) == -1)
		return -1;
	if (!record_is_article(&article.rec))
		return 0;	/* a feed's state or a note on its way */
	if (article.rec.known[RECORD_ID] == NULL)
		return err_set(err, "a record of a corpus needs 'id'");
	if (check != NULL && check(&article.rec, &all->a, err) == -1)
		return -1;
	article.id = record_str(&article.rec, RECORD_ID, &all->a);
	return add_article(all, &article, err);
}

static void
read_source(struct articles *all, struct source *source,
    int (*check)(const struct record *, struct arena *, struct err *))
{
	enum in_result result;
	struct str line;
	struct in in;

	in_init(&in, source->fd, source->name, LIMIT_LINE);
	while ((result = in_line(&in, NULL, &line)) != IN_EOF) {
		struct err err = { 0 };

		if (result == IN_LONG)
			err_set(&err, "the line is too long");
		else if (read_article(all, line, check, &err) == 0)
			continue;
		refuse(&all->refused, source->name, in.line, line, &err);
	}
	in_release(&in);
	if (source->fd != STDIN_FILENO)
		close(source->fd);
}

void
articles_read(struct articles *all,
    int (*check)(const struct record *, struct arena *, struct err *))
{
	all->refused.fd = -1;
	for (size_t i = 0; i < all->nsources; i++)
		read_source(all, &all->sources[i], check);
}

void
articles_release(struct articles *all)
{
	for (size_t i = 0; i < all->nsources; i++)
		free(all->sources[i].name);
	free(all->sources);
	free(all->v);
	index_release(&all->ids);
	arena_release(&all->a);
	*all = (struct articles){ 0 };
}

struct str
record_member(const struct record *rec, const char *name, struct arena *a)
{
	const struct json_member *m, *members = rec->members;
	struct json_member *inner;
	size_t count = rec->count;
	struct str path = str_of(name), part;
	struct err err;

	while (str_split(&path, '.', &part)) {
		m = json_find(members, count, arena_cstr(a, part));
		if (m == NULL)
			return STR_NONE;
		if (path.p == NULL)
			return json_str(&m->value, a);
		if (m->value.type != JSON_OBJECT)
			return STR_NONE;
		if (json_object(m->value.raw, a, &inner, &count, &err) == -1)
			BUG("a checked object does not parse");
		members = inner;
	}
	return STR_NONE;
}

bool
record_is_where(const struct record *rec, const char *where, struct arena *a)
{
	struct str value = str_of(where), name;

	if (!str_split(&value, '=', &name) || name.n == strlen(where))
		usage_error("'--where' takes MEMBER=VALUE, not '%s'", where);
	return str_eq(record_member(rec, arena_cstr(a, name), a), value);
}

void
articles_keep(struct articles *all, const struct opt_list *where)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->n; i++) {
		bool keep = true;

		for (size_t w = 0; w < where->n; w++)
			keep &= record_is_where(&all->v[i].rec, where->v[w],
			    &all->a);
		if (keep)
			all->v[kept++] = all->v[i];
	}
	all->n = kept;
}
