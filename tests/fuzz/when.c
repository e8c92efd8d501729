/* Dates of pages from any bytes: what is found has a written form. */
#include <stdlib.h>

#include "ingest/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
check(bool found, struct date d)
{
	char text[DATE_SIZE];
	struct date back;

	if (!found)
		return;
	date_format(d, text);
	if (date_parse_3339(str_of(text), &back) == -1)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str s = { (const char *)bytes, n };
	struct date d = { 0 };

	check(when_machine(s, &d), d);
	check(when_url(s, &d), d);
	check(when_text(s, false, &d), d);
	check(when_text(s, true, &d), d);
	return 0;
}
