#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/date.h"
#include "base/limits.h"
#include "base/record.h"
#include "base/term.h"
#include "ingest/probe.h"

struct finding {
	bool		done;
	long		status;
	size_t		entries, full;
	bool		dated;
	int64_t		newest;
	char		*remark;
};

struct probe {
	struct fetcher	*fetcher;
	struct parser	*parser;
	struct finding	*findings;	/* by the feed's place in the list */
	size_t		 count;
	struct arena	 a;
};

static void
remark(struct finding *f, struct str text)
{
	free(f->remark);
	f->remark = xstrndup(text.p, text.n);
	f->done = true;
}

static struct finding *
finding_of(struct probe *p, uint64_t tag)
{
	if (tag >= p->count)
		die("a child answered what it was not asked");
	return &p->findings[tag];
}

static void
take_fetched(struct probe *p)
{
	struct http_reply r;

	while (fetcher_next(p->fetcher, &r)) {
		struct finding *f = finding_of(p, r.tag);
		struct source src = { .bytes = r.body, .url = r.url,
		    .content_type = http_header(r.headers, "content-type") };

		f->status = r.status;
		if (r.status == 200)
			parser_submit(p->parser, r.tag, PARSE_FEED, &src);
		else
			remark(f, r.status == 0 ? r.error : STR("no feed"));
		if (r.status == 200 && r.moved.n > 0)
			f->remark = xasprintf("moved to %.*s",
			    STR_FMT(r.moved));
	}
}

static void
count_entry(struct probe *p, struct finding *f, const struct record *entry)
{
	struct date date;

	f->entries++;
	f->full += entry->known[RECORD_TEXT] != NULL;
	if (date_parse_3339(record_str(entry, RECORD_PUBLISHED, &p->a),
	    &date) == 0 && (!f->dated || date.seconds > f->newest)) {
		f->dated = true;
		f->newest = date.seconds;
	}
}

static void
take_lines(struct probe *p, struct finding *f, struct str lines)
{
	const struct json_member *found;
	struct record rec;
	struct str line;
	struct err err;

	f->done = true;
	while (str_split(&lines, '\n', &line)) {
		if (line.n == 0)
			continue;
		if (record_read(&rec, line, &p->a, &err) == -1)
			remark(f, str_of(err.msg));
		else if (record_is_article(&rec))
			count_entry(p, f, &rec);
		else if (json_find(rec.members, rec.count, "is_index") != NULL)
			remark(f, STR("a sitemap index: what it names is "
			    "followed"));
		else if ((found = json_find(rec.members, rec.count,
		    "found")) != NULL)
			remark(f, arena_printf(&p->a, "a page; its feed is %.*s",
			    STR_FMT(json_str(&found->value, &p->a))));
	}
}

static void
take_parsed(struct probe *p)
{
	struct parser_reply r;

	while (parser_next(p->parser, &r)) {
		if (r.outcome == PARSER_DONE)
			take_lines(p, finding_of(p, r.tag), r.lines);
		else
			remark(finding_of(p, r.tag), r.lines);
		arena_reset(&p->a);
	}
}

static void
step(struct probe *p)
{
	struct pollfd fds[PARSER_CHILDREN + 1];
	int timeout = -1;
	size_t n = parser_fds(p->parser, fds, &timeout);

	fds[n++] = fetcher_poll(p->fetcher, true);
	if (poll(fds, (nfds_t)n, timeout) == -1 && errno != EINTR)
		die_errno("poll");
	fetcher_pump(p->fetcher, true);
	take_fetched(p);
	parser_pump(p->parser);
	take_parsed(p);
}

static void
put_row(struct buf *to, const struct finding *f, const char *url)
{
	char day[DATE_SIZE] = "-";

	if (f->dated)
		date_format_utc(f->newest, day);
	buf_addf(to, "%-6ld %7zu %5zu  %-10.10s  ", f->status, f->entries,
	    f->full, day);
	term_add(to, str_of(url));
	if (f->remark != NULL) {
		buf_addz(to, "  ");
		term_add(to, str_of(f->remark));
	}
	buf_addc(to, '\n');
}

/* Print what is known from `printed` on, as far as it goes in order. */
static size_t
put_rows(const struct probe *p, const struct list *list, size_t printed,
    struct out *out)
{
	for (; printed < p->count && p->findings[printed].done; printed++)
		put_row(out_buf(out), &p->findings[printed],
		    list->v[printed].url);
	out_flush(out);
	return printed;
}

size_t
probe_list(const struct list *list, struct fetcher *fetcher,
    struct parser *parser, struct out *out)
{
	struct probe p = { .fetcher = fetcher, .parser = parser,
	    .findings = xcalloc(list->n, sizeof(*p.findings)),
	    .count = list->n, .a = ARENA_INIT };
	size_t printed = 0, empty = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct http_request r = { .tag = i,
		    .url = str_of(list->v[i].url),
		    .user_agent = str_of(list->v[i].agent),
		    .headers = str_of(list->v[i].headers),
		    .max = LIMIT_PAGE };

		fetcher_submit(fetcher, &r);
	}
	buf_addf(out_buf(out), "%-6s %7s %5s  %-10s  %s\n", "STATUS",
	    "ENTRIES", "FULL", "NEWEST", "FEED");
	while ((printed = put_rows(&p, list, printed, out)) < p.count)
		step(&p);
	for (size_t i = 0; i < p.count; i++) {
		empty += p.findings[i].entries == 0;
		free(p.findings[i].remark);
	}
	free(p.findings);
	arena_release(&p.a);
	return empty;
}
