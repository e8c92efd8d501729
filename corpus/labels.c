#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/record.h"
#include "corpus/articles.h"
#include "corpus/labels.h"

/* Where the decision of this pair stands; a new one is made.  A pair is found
 * through a name of its own, "labeler NUL article". */
static struct decision *
decision_of(struct labels *labels, struct str article, struct str labeler)
{
	struct str pair = arena_printf(&labels->a, "%.*s%c%.*s",
	    STR_FMT(labeler), '\0', STR_FMT(article));
	size_t at = index_add(&labels->pairs, pair);

	if (at == labels->n) {
		GROW(labels->v, labels->n, labels->cap);
		labels->v[labels->n++] = (struct decision){
			index_add(&labels->ids, article),
			index_add(&labels->labelers, labeler), LABEL_NONE
		};
	}
	return &labels->v[at];
}

static int
read_label(struct labels *labels, struct str line, struct str name,
    struct err *err)
{
	struct str id, label, labeler;
	struct record rec;

	if (record_read(&rec, line, &labels->a, err) == -1)
		return -1;
	id = record_str(&rec, RECORD_ID, &labels->a);
	label = record_member(&rec, "label", &labels->a);
	labeler = record_member(&rec, "labeler", &labels->a);
	if (id.p == NULL)
		return err_set(err, "a label needs the 'id' of its article");
	if (label.p != NULL && label_of(label) == LABEL_NONE)
		return err_set(err, "'%.*s' is none of the four labels",
		    STR_FMT(label));
	decision_of(labels, id, labeler.p ? labeler : name)->label =
	    label_of(label);
	return 0;
}

void
labels_read(struct labels *labels, int fd, const char *name)
{
	enum in_result result;
	struct str line, by = arena_str(&labels->a, str_of(name));
	struct err err = { 0 };
	struct in in;

	in_init(&in, fd, name, LIMIT_LINE);
	while ((result = in_line(&in, NULL, &line)) != IN_EOF) {
		if (result == IN_LONG)
			die("%s:%lu: the line is too long", name, in.line);
		line = arena_str(&labels->a, line);
		if (read_label(labels, line, by, &err) == -1)
			die("%s:%lu: %s", name, in.line, err.msg);
	}
	in_release(&in);
}

void
label_files_open(struct label_files *files, char **names, size_t n)
{
	*files = (struct label_files){ names, xcalloc(n, sizeof(int)), n };
	for (size_t i = 0; i < n; i++) {
		files->fds[i] = open(names[i], O_RDONLY | O_CLOEXEC);
		if (files->fds[i] == -1)
			die_errno("cannot open '%s'", names[i]);
	}
}

void
label_files_read(struct label_files *files, struct labels *labels)
{
	for (size_t i = 0; i < files->n; i++) {
		labels_read(labels, files->fds[i], files->names[i]);
		close(files->fds[i]);
	}
	free(files->fds);
}

enum label
labels_find(struct labels *labels, struct str article, struct str labeler)
{
	return decision_of(labels, article, labeler)->label;
}

void
labels_release(struct labels *labels)
{
	index_release(&labels->ids);
	index_release(&labels->labelers);
	index_release(&labels->pairs);
	free(labels->v);
	arena_release(&labels->a);
	*labels = (struct labels){ 0 };
}
