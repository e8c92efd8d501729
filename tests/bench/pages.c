/*
 * The floor under page extraction: `pages <LIST` reads lines of an address, a
 * tab and a path, as stance-extract --list does, and does no more with each page
 * than to parse it with libxml2 and free it.
 */
#include <stdlib.h>
#include <zlib.h>

#include <libxml/HTMLparser.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"

static void
read_page(const char *path, struct buf *to)
{
	gzFile gz = gzopen(path, "r");
	int n;

	if (gz == NULL)
		die("cannot open '%s'", path);
	buf_reset(to);
	do {
		if (buf_reserve(to, IO_READ) == -1)
			die("'%s' is too long", path);
		n = gzread(gz, to->p + to->n, IO_READ);
		to->n += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	gzclose(gz);
}

int
main(void)
{
	struct buf page = buf_init(LIMIT_PAGE + IO_READ);
	struct in in;
	struct str line, url;

	in_init(&in, 0, "standard input", LIMIT_LINE);
	while (in_line(&in, NULL, &line) == IN_LINE) {
		char *path;

		str_split(&line, '\t', &url);
		path = xstrndup(line.p, line.n);
		read_page(path, &page);
		xmlFreeDoc(htmlReadMemory(page.p, (int)page.n, NULL, NULL,
		    HTML_PARSE_RECOVER | HTML_PARSE_NOERROR |
		    HTML_PARSE_NOWARNING | HTML_PARSE_NONET));
		free(path);
	}
	in_release(&in);
	buf_release(&page);
	return 0;
}
