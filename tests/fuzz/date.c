/* Dates from any bytes: what is accepted must come back from its written form. */
#include <stdlib.h>

#include "base/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
round_trip(struct date d)
{
	char text[DATE_SIZE];
	struct date back;

	date_format(d, text);
	if (date_parse_3339(str_of(text), &back) == -1)
		abort();
	if (back.seconds != d.seconds && back.seconds != 0)
		abort();
	date_format_http(d.seconds, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct str s = { (const char *)bytes, n };
	struct date d;

	if (date_parse_3339(s, &d) == 0)
		round_trip(d);
	if (date_parse_822(s, &d) == 0)
		round_trip(d);
	return 0;
}
