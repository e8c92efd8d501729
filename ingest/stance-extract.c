/*
 * stance-extract: the parser of stance-ingest without its network.  This
 * process opens and unpacks files, and never looks inside; the children of
 * ingest/parser.h do, and may do nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/io.h"
#include "base/jail.h"
#include "base/limits.h"
#include "base/opt.h"
#include "base/term.h"
#include "ingest/article.h"
#include "ingest/parser.h"
#include "ingest/warc.h"

static const char *url, *content_type, *archive;
static struct opt_list header_lines;
static const char *explain;
static struct opt_list site_rules;
static bool list, feed_info, colours;
static struct opt_number jobs = { 0, 0, PARSER_CHILDREN };

static const struct opt opts[] = {
	{ 'u', "url", "URL", "the address the document came from",
	    OPT_STRING, &url },
	{ 't', "content-type", "TYPE", "the type that HTTP gave it",
	    OPT_STRING, &content_type },
	{ 'H', "header", "'NAME: VALUE'", "another header that HTTP gave it",
	    OPT_LIST, &header_lines },
	{ 'i', "feed-info", NULL, "print all that a feed says, not articles",
	    OPT_FLAG, &feed_info },
	{ 'e', "explain", "FORMAT", "show what a page gives and why each block "
	    "was kept or dropped: as text, or as html", OPT_MAYBE, &explain },
	{ 's', "sites", "PATH", "rules for sites: a file, or a folder of *.site",
	    OPT_LIST, &site_rules },
	{ 'l', "list", NULL, "read lines 'url<TAB>path', print one record each",
	    OPT_FLAG, &list },
	{ 'w', "warc", "FILE", "read the pages and feeds of a web archive",
	    OPT_STRING, &archive },
	{ 'j', "jobs", "N", "parse in N processes (0: one per processor)",
	    OPT_NUMBER, &jobs },
	{ 0, NULL, NULL, NULL, OPT_FLAG, NULL }
};

static const struct tool tool = {
	"stance-extract",
	"[--url URL] [--content-type TYPE] [--header 'NAME: VALUE']... [FILE]\n"
	"--explain[=html] [--url URL] [--sites PATH] [FILE]\n"
	"--list [FILE]\n"
	"--warc FILE",
	"Turn one feed or page, or many, into records.",
	opts,
	"Files ending in .gz are unpacked.  Without FILE, or when it is -, "
	"standard input is read."
};

/* One source, from its line to its place in the output. */
struct slot {
	bool		done;
	struct buf	out;
};

/* How far output may run ahead of a slow page, in sources per child. */
#define AHEAD	16

struct extraction {
	struct parser	*parser;
	struct slot	*slots;		/* a ring, by tag */
	size_t		 nslots;
	uint64_t	 next, printed;	/* tags */
	struct out	 out;
	struct arena	 a;
	unsigned long	 failures;
};

static int
unpack(const char *path, struct buf *to, struct err *err)
{
	gzFile gz = gzopen(path, "rb");
	int n;

	if (gz == NULL)
		return err_set(err, "cannot open '%s': %s", path,
		    strerror(errno));
	gzbuffer(gz, 1U << 17);
	do {
		buf_reserve(to, 1U << 18);
		n = gzread(gz, to->p + to->n, 1U << 18);
		if (n > 0)
			to->n += (size_t)n;
	} while (n > 0 && to->n <= LIMIT_PAGE);
	gzclose(gz);
	if (n < 0)
		return err_set(err, "cannot unpack '%s'", path);
	if (to->n > LIMIT_PAGE)
		return err_set(err, "'%s': longer than %lu bytes", path,
		    LIMIT_PAGE);
	return 0;
}

static int
load(const char *path, struct buf *to, struct err *err)
{
	buf_reset(to);
	if (path == NULL || strcmp(path, "-") == 0)
		return fd_slurp(STDIN_FILENO, to, LIMIT_PAGE, err);
	if (str_ends(str_of(path), STR(".gz")))
		return unpack(path, to, err);
	return file_slurp(path, to, LIMIT_PAGE, err);
}

/* A failure is a record too, so that who counts lines can find it. */
static void
put_failure(struct extraction *x, struct buf *to, struct str from,
    struct str reason)
{
	x->failures++;
	warn("%.*s: %.*s", STR_FMT(from), STR_FMT(reason));
	json_open(to, '{');
	json_member_str(to, "url", from);
	json_member_str(to, "error", reason);
	record_end(to);
}

/* The drafts of a page or a feed, as records. */
static int
put_articles(struct buf *to, struct str lines, struct arena *a,
    struct err *err)
{
	struct article_feed feed;
	bool in_feed = false;
	struct record draft;
	struct str line;

	while (str_split(&lines, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (record_read(&draft, line, a, err) == -1)
			return -1;
		if (!record_is_article(&draft)) {
			in_feed = true;
			article_feed_read(&feed, &draft, str_of(url), a);
		} else if (in_feed)
			article_write(to, &draft, NULL, &feed, NULL, a);
		else
			article_write(to, NULL, &draft, NULL, NULL, a);
	}
	return 0;
}

/* The lines of an explanation, which a child wrote that read foreign bytes. */
static void
put_explanation(struct buf *to, struct str lines)
{
	struct str line;

	while (str_split(&lines, '\n', &line)) {
		if (lines.p == NULL)
			break;			/* behind the last line end */
		bool block = line.n > 0 && strchr("+-", line.p[0]) != NULL;

		if (block)
			term_style(to, line.p[0] == '+' ? TERM_GREEN : TERM_RED,
			    colours);
		term_add(to, line);
		if (block)
			term_style(to, TERM_PLAIN, colours);
		buf_addc(to, '\n');
	}
}

static void
put_reply(struct extraction *x, struct buf *to,
    const struct parser_reply *reply)
{
	size_t before = to->n;
	struct err err;

	if (reply->outcome != PARSER_DONE)
		put_failure(x, to, reply->url, reply->lines);
	else if (explain != NULL && strcmp(explain, "html") != 0)
		put_explanation(to, reply->lines);
	else if (feed_info || explain != NULL)
		buf_adds(to, reply->lines);
	else if (put_articles(to, reply->lines, &x->a, &err) == -1) {
		to->n = before;
		put_failure(x, to, reply->url, str_of(err.msg));
	}
	arena_reset(&x->a);
}

/* Take the replies that came and print what is next in order. */
static void
collect(struct extraction *x)
{
	struct parser_reply reply;

	while (parser_next(x->parser, &reply)) {
		struct slot *slot = &x->slots[reply.tag % x->nslots];

		put_reply(x, &slot->out, &reply);
		slot->done = true;
	}
	while (x->printed < x->next) {
		struct slot *slot = &x->slots[x->printed % x->nslots];

		if (!slot->done)
			break;
		buf_adds(out_buf(&x->out), buf_str(&slot->out));
		buf_reset(&slot->out);
		slot->done = false;
		x->printed++;
		out_poll(&x->out);
	}
}

static void
drain(struct extraction *x, size_t most)
{
	collect(x);
	while (parser_pending(x->parser) > most ||
	    x->next - x->printed >= x->nslots) {
		parser_wait(x->parser);
		collect(x);
	}
}

/* A source that never reaches a child. */
static void
fail_early(struct extraction *x, struct str from, const char *reason)
{
	struct slot *slot = &x->slots[x->next++ % x->nslots];

	put_failure(x, &slot->out, from, str_of(reason));
	slot->done = true;
}

static void
extract_one(struct extraction *x, const char *path, const struct source *about,
    enum parse_mode mode, struct buf *bytes)
{
	struct source src = *about;
	struct err err;

	drain(x, parser_depth(x->parser) - 1);
	if (load(path, bytes, &err) == -1) {
		fail_early(x, src.url, err.msg);
		return;
	}
	src.bytes = buf_str(bytes);
	parser_submit(x->parser, x->next++, mode, &src);
}

/* Is this what articles come in, by the type it was served with? */
static bool
may_hold_text(struct str type)
{
	static const char *const kinds[] = { "html", "xml", "json", "text/" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_ifind(type, str_of(kinds[i]), 0) >= 0)
			return true;
	return type.n == 0;
}

/* A record of the archive, where it is an answer with a text in it. */
static void
extract_record(struct extraction *x, const struct warc_record *rec,
    struct buf *body, struct arena *a)
{
	struct source src;
	struct err err;
	int http_status;

	if (!str_eq(rec->type, STR("response")) &&
	    !str_eq(rec->type, STR("resource")))
		return;
	drain(x, parser_depth(x->parser) - 1);
	if (warc_source(rec, body, a, &src, &http_status, &err) == -1)
		fail_early(x, rec->url, err.msg);
	else if (http_status == 200 && may_hold_text(src.content_type))
		parser_submit(x->parser, x->next++, feed_info ?
		    PARSE_FEED_INFO : PARSE_ANY, &src);
}

static void
extract_archive(struct extraction *x, const char *path)
{
	struct arena a = ARENA_INIT;
	struct buf body = buf_init(LIMIT_PAGE);
	struct warc_record rec;
	struct warc_in in;
	struct err err;
	int rc, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		die_errno("cannot open '%s'", path);
	if (warc_open(&in, fd, &err) == -1)
		die("'%s': %s", path, err.msg);
	while ((rc = warc_next(&in, &rec, &err)) != 0) {
		if (rc == -1) {
			drain(x, parser_depth(x->parser) - 1);
			fail_early(x, str_of(path), err.msg);
		} else if (!rec.too_long)
			extract_record(x, &rec, &body, &a);
		arena_reset(&a);
		buf_reset(&body);
	}
	warc_close(&in);
	close(fd);
	buf_release(&body);
	arena_release(&a);
}

static void
extract_list(struct extraction *x, const char *path)
{
	enum parse_mode mode = feed_info ? PARSE_FEED_INFO : PARSE_PAGE;
	struct buf bytes = BUF_INIT, file = BUF_INIT;
	enum in_result got;
	struct str line;
	struct in in;
	int fd = STDIN_FILENO;

	if (path != NULL && strcmp(path, "-") != 0 &&
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		die_errno("cannot open '%s'", path);
	in_init(&in, fd, path ? path : "<stdin>", LIMIT_PAGE);
	for (;;) {
		struct source src = { 0 };

		if (!in_ready(&in))	/* it may sleep: print what is due */
			drain(x, 0);
		if ((got = in_line(&in, &x->out, &line)) == IN_EOF)
			break;
		str_split(&line, '\t', &src.url);
		if (got == IN_LONG || line.p == NULL) {
			drain(x, parser_depth(x->parser));
			fail_early(x, src.url, "not a line 'url<TAB>path'");
			continue;
		}
		buf_reset(&file);
		buf_adds(&file, line);
		extract_one(x, buf_z(&file), &src, mode, &bytes);
	}
	in_release(&in);
	buf_release(&file);
	buf_release(&bytes);
}

static enum parse_mode
document_mode(void)
{
	if (explain != NULL)
		return strcmp(explain, "html") == 0 ? PARSE_EXPLAIN_HTML :
		    PARSE_EXPLAIN;
	return feed_info ? PARSE_FEED_INFO : PARSE_ANY;
}

/* The one document of the command line, with what its options say of it. */
static void
extract_document(struct extraction *x, const char *path)
{
	struct header *headers = xcalloc(header_lines.n, sizeof(*headers));
	struct source src = { .url = str_of(url), .headers = headers,
	    .content_type = str_of(content_type) };
	struct buf bytes = BUF_INIT;

	for (size_t i = 0; i < header_lines.n; i++) {
		struct header *header = &headers[src.nheaders];
		struct str value = str_of(header_lines.v[i]);

		str_split(&value, ':', &header->name);
		if (value.p == NULL)
			usage_error("'--header' takes 'NAME: VALUE', not '%s'",
			    header_lines.v[i]);
		header->value = str_trim(value);
		if (!str_ieq(header->name, STR("content-type")))
			src.nheaders++;
		else if (content_type == NULL)
			src.content_type = header->value;
	}
	extract_one(x, path, &src, document_mode(), &bytes);
	buf_release(&bytes);
	free(headers);
}

static unsigned
children(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (!list && archive == NULL)
		return 1;
	if (jobs.value > 0)
		return (unsigned)jobs.value;
	return processors < 1 ? 1 : processors > PARSER_CHILDREN ?
	    PARSER_CHILDREN : (unsigned)processors;
}

int
main(int argc, char **argv)
{
	struct parser_options options = { parse_source, 0, LIMIT_PARSE_CPU_MS,
	    LIMIT_PARSE_WALL_MS };
	struct extraction x = { .a = ARENA_INIT };
	int operands;

	process_setup();
	operands = opt_parse(&tool, argc, argv);
	if (operands > 1)
		usage_error("one FILE at most");
	if (archive != NULL && (list || operands > 0))
		usage_error("--warc FILE stands alone");
	if (explain != NULL && (list || archive != NULL || feed_info))
		usage_error("--explain takes one page");
	if (explain != NULL && strcmp(explain, "") != 0 &&
	    strcmp(explain, "text") != 0 && strcmp(explain, "html") != 0)
		usage_error("'--explain' takes text or html, not '%s'", explain);
	colours = term_colours("auto", STDOUT_FILENO);
	options.children = children();
	parse_setup(site_rules.v, site_rules.n);
	x.parser = parser_new(&options);
	x.nslots = AHEAD * options.children;
	x.slots = xcalloc(x.nslots, sizeof(*x.slots));
	out_init(&x.out, STDOUT_FILENO, "standard output");
	jail_enter(JAIL_READ | JAIL_PROC, NULL, NULL);

	if (archive != NULL)
		extract_archive(&x, archive);
	else if (list)
		extract_list(&x, operands ? argv[1] : NULL);
	else
		extract_document(&x, operands ? argv[1] : NULL);
	drain(&x, 0);
	out_close(&x.out);
	parser_free(x.parser);
	for (size_t i = 0; i < x.nslots; i++)
		buf_release(&x.slots[i].out);
	free(x.slots);
	arena_release(&x.a);
	opt_list_release(&header_lines);
	opt_list_release(&site_rules);
	return x.failures > 0 ? EXIT_REFUSED : EXIT_DONE;
}
