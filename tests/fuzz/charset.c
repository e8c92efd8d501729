/*
 * Any bytes in any encoding: the first byte chooses one, or the name is what
 * stands before a line end.  What comes out is UTF-8; what was UTF-8 comes back.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "ingest/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static struct str
choose(uint8_t first, struct str *text)
{
	static const char *const names[] = { "utf-8", "windows-1252",
	    "gb18030", "gbk", "big5", "shift_jis", "euc-jp", "iso-2022-jp",
	    "euc-kr", "utf-16le", "utf-16be", "utf-16", "utf-32", "utf-7",
	    "koi8-r", "windows-1251", "iso-8859-8-i", "macintosh", "ibm866",
	    "x-user-defined", "hz-gb-2312", "cp037" };
	const size_t count = sizeof(names) / sizeof(*names);
	struct str name;

	if (first < count)
		return str_of(names[first]);
	str_split(text, '\n', &name);
	return name;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str text = { (const char *)bytes + 1, n - 1 }, name;
	struct buf decoded = BUF_INIT;
	bool damaged = false;
	size_t skip = 0;
	struct str out;

	if (n == 0)
		return 0;
	charset_setup();
	charset_of_mark(text, &skip);
	if (skip > text.n || !charset_is_known(str_of(charset_guess(text))))
		abort();
	name = choose(bytes[0], &text);
	if (charset_decode(text, name, &decoded, &damaged) == -1) {
		if (charset_is_known(name))
			abort();
		return 0;
	}
	out = buf_str(&decoded);
	if (utf8_check(out) != out.n)
		abort();
	if (bytes[0] == 0 && utf8_check(text) == text.n &&
	    (damaged || !str_eq(out, text)))
		abort();
	buf_release(&decoded);
	return 0;
}
