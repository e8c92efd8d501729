/*
 * How fast feeds are parsed.  `feeds make DIR MB SEED` writes feeds of the four
 * common kinds, of 10 to 200 kB, with markup both escaped and in CDATA;
 * `feeds sax FILE...` reads them with a libxml2 SAX pass that throws everything
 * away, which is the floor of any parser on it; `feeds parse FILE...` with ours,
 * from bytes to the lines of --feed-info.  The last two print seconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <libxml/parser.h>

#include "base/io.h"
#include "base/limits.h"
#include "ingest/charset.h"
#include "ingest/feed.h"

static unsigned long long state;

static unsigned
pick(unsigned n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % n;
}

static void
words(struct buf *to, unsigned n, const char *open, const char *close)
{
	static const char *const list[] = { "the", "minister", "licence", "of",
	    "export", "trade", "and", "committee", "rates", "on", "announced",
	    "review", "in", "measures", "tariff", "R&amp;D", "market", "to",
	    "caf\xC3\xA9", "a", "quota", "steel", "has", "decision" };

	for (unsigned i = 0; i < n; i++) {
		if (pick(40) == 0)
			buf_addf(to, "%sp%s", open, close);
		buf_addz(to, list[pick(sizeof(list) / sizeof(*list))]);
		buf_addc(to, ' ');
	}
}

static void
item(struct buf *to, bool atom, bool cdata, unsigned n)
{
	buf_addf(to, atom ? "<entry>\n<title>" : "<item>\n<title>");
	words(to, 8, "", "");
	buf_addf(to, atom ? "</title>\n<link href=\"https://news.example/%u\"/>\n"
	    "<id>tag:news.example,2026:%u</id>\n<updated>2026-11-%02uT09:30:00Z"
	    "</updated>\n<author><name>A. Writer</name></author>\n" :
	    "</title>\n<link>https://news.example/%u</link>\n"
	    "<guid>https://news.example/%u</guid>\n<pubDate>Mon, %02u Nov 2026 "
	    "09:30:00 GMT</pubDate>\n<dc:creator>A. Writer</dc:creator>\n", n, n,
	    1 + n % 28);
	buf_addz(to, atom ? "<content type=\"html\">" : cdata ?
	    "<content:encoded>" : "<description>");
	if (cdata)
		buf_addz(to, "<![CDATA[<p>");
	words(to, 100 + pick(500), cdata ? "</p>\n<" : "&lt;/p&gt;\n&lt;",
	    cdata ? ">" : "&gt;");
	if (cdata)
		buf_addz(to, "]]>");
	buf_addz(to, atom ? "</content>\n</entry>\n" : cdata ?
	    "</content:encoded>\n</item>\n" : "</description>\n</item>\n");
}

static void
document(struct buf *to)
{
	bool atom = pick(3) == 0, cdata = pick(2) == 0;
	size_t size = 10000 + pick(190000);

	buf_addf(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n%s",
	    atom ? "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n" :
	    "<rss version=\"2.0\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
	    "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n"
	    "<channel>\n");
	buf_addz(to, "<title>News</title>\n");
	for (unsigned i = 0; to->n < size; i++)
		item(to, atom, cdata, i);
	buf_addz(to, atom ? "</feed>\n" : "</channel>\n</rss>\n");
}

static void
make(const char *folder, size_t bytes)
{
	struct buf b = BUF_INIT;
	struct err err;
	char path[4096];

	for (unsigned i = 0; bytes > 0; i++) {
		buf_reset(&b);
		document(&b);
		snprintf(path, sizeof(path), "%s/%06u.xml", folder, i);
		if (file_replace(path, buf_str(&b), 0644, &err) == -1)
			die("%s", err.msg);
		bytes -= bytes < b.n ? bytes : b.n;
	}
	buf_release(&b);
}

static void
on_start(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int nns, const xmlChar **ns, int n, int defaulted,
    const xmlChar **attrs)
{
	(void)arg, (void)name, (void)prefix, (void)uri, (void)nns, (void)ns;
	(void)n, (void)defaulted, (void)attrs;
}

static void
on_end(void *arg, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)arg, (void)name, (void)prefix, (void)uri;
}

static void
on_text(void *arg, const xmlChar *text, int n)
{
	(void)arg, (void)text, (void)n;
}

static void
sax(struct str bytes)
{
	xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
	    .startElementNs = on_start, .endElementNs = on_end,
	    .characters = on_text, .ignorableWhitespace = on_text,
	    .cdataBlock = on_text };

	xmlParserCtxt *ctxt = xmlCreatePushParserCtxt(&handler, NULL, NULL, 0,
	    NULL);

	if (ctxt == NULL || xmlParseChunk(ctxt, bytes.p, (int)bytes.n, 1) != 0)
		die("libxml2 cannot read what was made");
	xmlFreeParserCtxt(ctxt);
}

static void
parse(struct str bytes, struct arena *a, struct buf *lines)
{
	struct source src = { .bytes = bytes,
	    .url = STR("https://news.example/feed") };
	struct feed *feed;
	struct err err;

	if (feed_parse(&src, a, &feed, &err) == -1)
		die("%s", err.msg);
	buf_reset(lines);
	feed_write_info(lines, feed);
	arena_reset(a);
}

int
main(int argc, char **argv)
{
	struct arena a = ARENA_INIT;
	struct buf bytes = BUF_INIT, lines = BUF_INIT;
	struct err err;
	struct timespec from, to;
	double seconds = 0;

	if (argc == 5 && strcmp(argv[1], "make") == 0) {
		state = strtoull(argv[4], NULL, 10);
		make(argv[2], strtoull(argv[3], NULL, 10) << 20);
		return 0;
	}
	if (argc < 3)
		die("make DIR MB SEED, or sax|parse FILE...");
	charset_setup();
	for (int i = 2; i < argc; i++) {
		buf_reset(&bytes);
		if (file_slurp(argv[i], &bytes, LIMIT_PAGE, &err) == -1)
			die("%s", err.msg);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		if (strcmp(argv[1], "sax") == 0)
			sax(buf_str(&bytes));
		else
			parse(buf_str(&bytes), &a, &lines);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		seconds += (double)(to.tv_sec - from.tv_sec) +
		    (double)(to.tv_nsec - from.tv_nsec) / 1e9;
	}
	printf("%.3f\n", seconds);
	buf_release(&bytes);
	buf_release(&lines);
	arena_release(&a);
	xmlCleanupParser();
	return 0;
}
