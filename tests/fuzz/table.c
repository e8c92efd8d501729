/*
 * Comma-separated values of any bytes: what is read, written and read again
 * is the same.
 */
#include <stdlib.h>

#include "base/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
must_come_back(const struct str *fields, size_t n, struct arena *a)
{
	struct buf text = BUF_INIT;
	struct str *again;
	struct csv csv;
	struct err err;
	size_t count;

	/* a lone empty field, and what looks like a byte-order mark, need a
	 * neighbour to be seen */
	buf_addz(&text, "first");
	for (size_t i = 0; i < n; i++) {
		buf_addc(&text, ',');
		csv_put(&text, fields[i]);
	}
	buf_addz(&text, "\r\n");
	csv_init(&csv, buf_str(&text));
	if (csv_row(&csv, a, &again, &count, &err) != 1 || count != n + 1)
		abort();
	for (size_t i = 0; i < n; i++)
		if (!str_eq(again[i + 1], fields[i]))
			abort();
	if (csv.rest.n != 0)
		abort();
	buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct arena a;
	struct str *fields;
	struct csv csv;
	struct err err;
	size_t count;

	csv_init(&csv, (struct str){ (const char *)bytes, n });
	while (csv_row(&csv, &a, &fields, &count, &err) == 1)
		must_come_back(fields, count, &a);
	arena_reset(&a);
	return 0;
}
