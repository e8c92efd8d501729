/*
 * The record reader on any bytes.  Whatever it accepts, its copy without some
 * members must be accepted again, with the others unchanged.
 */
#include <stdlib.h>

#include "base/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const owned[] = { "stance", "id", NULL };
	static struct arena a;
	struct str line = { (const char *)bytes, n };
	struct buf copy = BUF_INIT;
	struct record rec, again;
	struct err err;

	if (record_read(&rec, line, &a, &err) == 0) {
		record_key(&rec, &a);
		record_rev(&rec, &a);
		record_copy(&copy, &rec, owned);
		record_end(&copy);
		if (record_read(&again, buf_str(&copy), &a, &err) == -1 ||
		    again.known[RECORD_ID] != NULL ||
		    !str_eq(record_str(&rec, RECORD_TITLE, &a),
		    record_str(&again, RECORD_TITLE, &a)))
			abort();
	}
	buf_release(&copy);
	arena_reset(&a);
	return 0;
}
