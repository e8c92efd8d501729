/*
 * stance-corpus label: one key a label.  Each decision is appended and synced
 * before the next article appears, so nothing that was decided can be lost,
 * and a later run goes on with what is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/date.h"
#include "base/io.h"
#include "base/jail.h"
#include "base/opt.h"
#include "base/term.h"
#include "corpus/articles.h"
#include "corpus/commands.h"
#include "corpus/labels.h"
#include "corpus/screen.h"

struct session {
	struct articles	 articles;
	enum label	*label;		/* beside articles.v */
	size_t		 at;		/* the article on the screen */
	size_t		*path, npath;	/* articles labelled now, for undo */
	const char	*labeler;
	int		 fd;		/* of the labels */
	bool		 evidence;	/* shown */
	struct buf	 text;		/* the article in lines */
	size_t		 page, lines;	/* the line at the top; all lines */
	struct screen	 screen;
};

static const char keys[] =
    "e easing  t tightening  m mixed  n neutral    s skip  u undo  q quit  "
    "? help";
static const char help[] =
    "e, t, m, n   the article is easing, tightening, mixed, neutral\n"
    "s            skip it for now\n"
    "u            take the last label back\n"
    "space, b     next page, previous page\n"
    "v            show or hide what the classifier found\n"
    "q            quit; the labels given are kept\n"
    "?            this help\n\n"
    "press any key";

static size_t
count_labelled(const struct session *session)
{
	size_t n = 0;

	for (size_t i = 0; i < session->articles.n; i++)
		n += session->label[i] != LABEL_NONE;
	return n;
}

/* The next article without a label after number `from`, or articles.n. */
static size_t
next_open(const struct session *session, size_t from)
{
	while (from < session->articles.n &&
	    session->label[from] != LABEL_NONE)
		from++;
	return from;
}

/* What the classifier says of it: the label and the words that prove it. */
static void
add_evidence(struct session *session, const struct record *rec)
{
	struct arena *a = &session->articles.a;
	const struct json_value *label, *evidence;
	struct json_value *items;
	struct buf found = BUF_INIT;
	struct err err;
	size_t count;

	label = record_inner(rec, RECORD_STANCE, "label", a);
	evidence = record_inner(rec, RECORD_STANCE, "evidence", a);
	buf_addz(&found, "\nclassifier: ");
	buf_adds(&found, label ? json_str(label, a) : STR("no verdict"));
	if (evidence != NULL && evidence->type == JSON_ARRAY &&
	    json_array(evidence->raw, a, &items, &count, &err) == 0)
		for (size_t i = 0; i < count; i++) {
			struct record item;

			if (record_read(&item, items[i].raw, a, &err) == -1)
				continue;
			buf_addz(&found, "\n- ");
			buf_adds(&found, record_member(&item, "exact", a));
		}
	text_wrap(&session->text, buf_str(&found), session->screen.columns);
	buf_release(&found);
}

/* Break the article's text into lines of the screen. */
static void
lay_out(struct session *session)
{
	const struct record *rec = &session->articles.v[session->at].rec;
	struct str text = record_str(rec, RECORD_TEXT, &session->articles.a);

	if (text.p == NULL)
		text = record_str(rec, RECORD_SUMMARY, &session->articles.a);
	buf_reset(&session->text);
	text_wrap(&session->text, text, session->screen.columns);
	if (session->evidence)
		add_evidence(session, rec);
}

/* Lines from number `page` on; how many there are in all. */
static size_t
add_page(struct buf *to, struct str text, size_t page, size_t rows)
{
	struct str line;
	size_t n = 0;

	for (; text.n > 0 && str_split(&text, '\n', &line); n++)
		if (n >= page && n < page + rows) {
			buf_adds(to, line);
			buf_addc(to, '\n');
		}
	return n;
}

static size_t
page_rows(const struct session *session)
{
	return session->screen.rows - 7;	/* position, title, keys, blanks */
}

static void
draw(struct session *session)
{
	struct screen *screen = &session->screen;
	struct buf *to = out_buf(&screen->out);
	const struct record *rec = &session->articles.v[session->at].rec;
	size_t shown = page_rows(session);

	screen_clear(screen);
	lay_out(session);
	term_style(to, TERM_DIM, screen->colours);
	buf_addf(to, "%zu of %zu, %zu labelled", session->at + 1,
	    session->articles.n, count_labelled(session));
	term_style(to, TERM_PLAIN, screen->colours);
	buf_addz(to, "\n\n");
	term_style(to, TERM_BOLD, screen->colours);
	term_add_cut(to, record_str(rec, RECORD_TITLE, &session->articles.a),
	    2 * screen->columns - 1);
	term_style(to, TERM_PLAIN, screen->colours);
	buf_addz(to, "\n\n");
	session->lines = add_page(to, buf_str(&session->text), session->page,
	    shown);
	if (session->lines > session->page + shown)
		buf_addf(to, "-- %zu more lines: space --",
		    session->lines - session->page - shown);
	buf_addc(to, '\n');
	term_add_cut(to, str_of(keys), screen->columns - 1);
	buf_addc(to, '\n');
}

/* One line, on the disk when this returns: the file is opened with O_SYNC. */
static void
append(struct session *session, size_t article, enum label label)
{
	struct buf line = BUF_INIT;
	char now[DATE_SIZE];

	date_format_utc(clock_now(), now);
	json_open(&line, '{');
	json_member_str(&line, "id", session->articles.v[article].id);
	json_name(&line, "label");
	if (label == LABEL_NONE)
		json_put_raw(&line, STR("null"));
	else
		json_put_str(&line, str_of(label_name(label)));
	json_member_str(&line, "labeler", str_of(session->labeler));
	json_member_str(&line, "at", str_of(now));
	json_close(&line, '}');
	buf_addc(&line, '\n');
	if (write_full(session->fd, line.p, line.n) == -1) {
		int reason = errno;

		screen_close(&session->screen);
		die("cannot write the label: %s", strerror(reason));
	}
	session->label[article] = label;
	buf_release(&line);
}

static void
go_to(struct session *session, size_t article)
{
	session->at = article;
	session->page = 0;
}

static void
decide(struct session *session, enum label label)
{
	append(session, session->at, label);
	session->path[session->npath++] = session->at;
	go_to(session, next_open(session, session->at + 1));
}

static void
undo(struct session *session)
{
	if (session->npath == 0)
		return;
	go_to(session, session->path[--session->npath]);
	append(session, session->at, LABEL_NONE);
}

static void
show_help(struct session *session)
{
	screen_clear(&session->screen);
	buf_addz(out_buf(&session->screen.out), help);
	screen_key(&session->screen);
}

/* False: the labeler wants to stop. */
static bool
obey(struct session *session, int key)
{
	size_t rows = page_rows(session);

	switch (key) {
	case 'e':
		decide(session, LABEL_EASING);
		break;
	case 't':
		decide(session, LABEL_TIGHTENING);
		break;
	case 'm':
		decide(session, LABEL_MIXED);
		break;
	case 'n':
		decide(session, LABEL_NEUTRAL);
		break;
	case 's':
		go_to(session, next_open(session, session->at + 1));
		break;
	case 'u':
		undo(session);
		break;
	case 'v':
		session->evidence = !session->evidence;
		break;
	case ' ':
		if (session->lines > session->page + rows)
			session->page += rows;
		break;
	case 'b':
		session->page -= session->page < rows ? session->page : rows;
		break;
	case '?':
		show_help(session);
		break;
	case 'q':
	case -1:	/* the terminal is gone */
		return false;
	default:	/* a slip of the finger */
		break;
	}
	return true;
}

/* At the end skipped articles come again, until none is left. */
static bool
has_article(struct session *session)
{
	if (session->at >= session->articles.n)
		go_to(session, next_open(session, 0));
	return session->at < session->articles.n;
}

static int
open_labels(const char *path)
{
	/* O_SYNC: the jail has no fsync(), and every line wants one */
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_SYNC | O_CLOEXEC,
	    0666);

	if (fd == -1)
		die_errno("cannot open '%s'", path);
	return fd;
}

/* A line that was cut short by a full disk or an editor must not swallow the
 * next one. */
static void
end_last_line(int fd)
{
	char last = '\n';

	if (lseek(fd, -1, SEEK_END) != -1 && read_full(fd, &last, 1) == 1 &&
	    last != '\n' && write_full(fd, "\n", 1) == -1)
		die_errno("cannot write the labels");
}

static void
resume(struct session *session, const char *path)
{
	struct labels labels = { 0 };
	size_t n = session->articles.n;

	labels_read(&labels, session->fd, path);
	end_last_line(session->fd);
	session->label = xcalloc(n + 1, sizeof(*session->label));
	session->path = xcalloc(n + 1, sizeof(*session->path));
	for (size_t i = 0; i < n; i++)
		session->label[i] = labels_find(&labels,
		    session->articles.v[i].id, str_of(session->labeler));
	labels_release(&labels);
}

static void
label_all(struct session *session)
{
	struct err err;
	bool going = true;

	if (screen_start(&session->screen, &err) == -1)
		die("%s", err.msg);
	go_to(session, next_open(session, 0));
	while (going && has_article(session)) {
		draw(session);
		going = obey(session, screen_key(&session->screen));
	}
	screen_close(&session->screen);
}

static int
session_release(struct session *session)
{
	int code = refusals_exit(&session->articles.refused);

	if (close(session->fd) == -1)
		die_errno("cannot close the labels");
	free(session->label);
	free(session->path);
	buf_release(&session->text);
	articles_release(&session->articles);
	return code;
}

int
label_main(int argc, char **argv)
{
	const char *labels = NULL;
	struct session session = { .labeler = getenv("LOGNAME") };
	const struct opt opts[] = {
		{ 'l', "labeler", "NAME", "whose labels these are (default "
		    "$LOGNAME)", OPT_STRING, &session.labeler },
		{ 'o', "output", "LABELS", "append them to this file (default "
		    "FILE.labels)", OPT_STRING, &labels },
		{ 'v', "evidence", NULL, "show what the classifier found, if "
		    "it was asked", OPT_FLAG, &session.evidence },
		{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
	};
	const struct tool tool = { "stance-corpus label", "[OPTION...] FILE",
	    "Label articles in the terminal, one key a label.", opts, help };
	char *path;
	struct err err;

	if (opt_parse(&tool, argc, argv) != 1)
		usage_error("label takes one file of records");
	if (session.labeler == NULL || *session.labeler == '\0')
		session.labeler = "anonymous";
	path = labels ? xstrdup(labels) : xasprintf("%s.labels", argv[1]);
	if (screen_open(&session.screen, &err) == -1)
		die("%s", err.msg);
	articles_open(&session.articles, argv[1]);
	session.fd = open_labels(path);
	jail_enter(JAIL_TTY, NULL, NULL);

	articles_read(&session.articles, NULL);
	resume(&session, path);
	label_all(&session);
	printf("%zu of %zu articles are labelled in '%s'\n",
	    count_labelled(&session), session.articles.n, path);
	free(path);
	if (fflush(stdout) != 0)
		die_errno("cannot write to standard output");
	return session_release(&session);
}
