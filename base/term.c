#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "base/err.h"
#include "base/term.h"
#include "base/utf8.h"

bool
term_colours(const char *when, int fd)
{
	const char *no = getenv("NO_COLOR");

	if (strcmp(when, "always") == 0)
		return true;
	if (strcmp(when, "never") == 0)
		return false;
	if (strcmp(when, "auto") != 0)
		usage_error("'--color' takes auto, always or never, not '%s'",
		    when);
	return isatty(fd) && (no == NULL || *no == '\0');
}

unsigned
term_columns(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ?
	    size.ws_col : 80;
}

void
term_style(struct buf *b, enum term_style style, bool colours)
{
	static const char *const codes[] = {
		[TERM_PLAIN] = "\033[0m", [TERM_BOLD] = "\033[1m",
		[TERM_DIM] = "\033[2m", [TERM_HIT] = "\033[1;4m",
		[TERM_GREEN] = "\033[32m", [TERM_RED] = "\033[31m",
		[TERM_YELLOW] = "\033[33m",
	};

	if (colours)
		buf_addz(b, codes[style]);
}

/* Invisible characters that reorder or hide their neighbours. */
static bool
is_deceptive(uint32_t cp)
{
	return cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
	    (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) ||
	    cp == 0xfeff;
}

/* Append one code point in its visible form: the columns it takes. */
static unsigned
show(struct buf *b, uint32_t cp)
{
	char mark[16];
	int width;

	if (cp == '\n' || cp == '\t' || cp == '\r') {
		buf_addc(b, ' ');
		return 1;
	}
	if (cp < 0x20 || cp == 0x7f) {
		buf_addf(b, "^%c", (char)(cp ^ 0x40));
		return 2;
	}
	if ((cp >= 0x80 && cp < 0xa0) || is_deceptive(cp)) {
		int n = snprintf(mark, sizeof(mark), "<U+%04X>", cp);

		buf_addz(b, mark);
		return (unsigned)n;
	}
	utf8_add(b, cp);
	width = utf8proc_charwidth((utf8proc_int32_t)cp);
	return width > 0 ? (unsigned)width : 0;
}

void
term_add(struct buf *b, struct str s)
{
	const char *end = s.p + s.n;
	unsigned len;

	for (const char *p = s.p; p < end; p += len)
		show(b, utf8_decode(p, end, &len));
}

unsigned
term_add_cut(struct buf *b, struct str s, unsigned columns)
{
	const char *end = s.p + s.n;
	unsigned len, used = 0;
	size_t fits = b->n;		/* up to here an ellipsis still fits */

	for (const char *p = s.p; p < end; p += len) {
		used += show(b, utf8_decode(p, end, &len));
		if (used > columns) {
			b->n = fits;
			utf8_add(b, 0x2026);
			return columns;
		}
		if (used < columns)
			fits = b->n;
	}
	return used;
}
