#include <assert.h>

#include "base/csv.h"

/* Does `c` end a field without quotes? */
static bool
ends_field(char c)
{
	return c == ',' || c == '\r' || c == '\n';
}

void
csv_put(struct buf *to, struct str field)
{
	bool plain = true;

	for (size_t i = 0; i < field.n; i++)
		plain &= field.p[i] != '"' && !ends_field(field.p[i]);
	if (plain) {
		buf_adds(to, field);
		return;
	}
	buf_addc(to, '"');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			buf_addc(to, '"');
		buf_addc(to, field.p[i]);
	}
	buf_addc(to, '"');
}

void
csv_init(struct csv *csv, struct str text)
{
	*csv = (struct csv){ .rest = text, .next_line = 1 };
	if (str_starts(text, STR("\xef\xbb\xbf")))
		csv->rest = str_from(text, 3);
}

/* Bytes up to the quote that is not doubled, or s.n. */
static size_t
closing_quote(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '"')
			continue;
		if (i + 1 == s.n || s.p[i + 1] != '"')
			return i;
		i++;
	}
	return s.n;
}

/* `rest` is behind the opening quote; on return behind the closing one. */
static int
quoted_field(struct csv *csv, struct arena *a, struct str *field,
    struct err *err)
{
	struct str inner = str_slice(csv->rest, 0, closing_quote(csv->rest));
	char *to = arena_alloc(a, inner.n + 1);
	size_t n = 0;

	if (inner.n == csv->rest.n)
		return err_at(err, NULL, csv->line, 0, "a quote is not closed");
	for (size_t i = 0; i < inner.n; i++) {
		csv->next_line += inner.p[i] == '\n';
		to[n++] = inner.p[i];
		i += inner.p[i] == '"';		/* doubled */
	}
	*field = (struct str){ to, n };
	csv->rest = str_from(csv->rest, inner.n + 1);
	if (csv->rest.n > 0 && !ends_field(csv->rest.p[0]))
		return err_at(err, NULL, csv->next_line, 0,
		    "something follows the closing quote");
	return 0;
}

static int
read_field(struct csv *csv, struct arena *a, struct str *field, struct err *err)
{
	size_t n = 0;

	if (csv->rest.n > 0 && csv->rest.p[0] == '"') {
		csv->rest = str_from(csv->rest, 1);
		return quoted_field(csv, a, field, err);
	}
	while (n < csv->rest.n && !ends_field(csv->rest.p[n]))
		n++;
	*field = str_slice(csv->rest, 0, n);
	csv->rest = str_from(csv->rest, n);
	return 0;
}

/* Room for one more, in the arena. */
static struct str *
grow_row(struct arena *a, struct str *row, size_t n, size_t *cap)
{
	struct str *more;

	if (n < *cap)
		return row;
	*cap = *cap ? 2 * *cap : 16;
	more = arena_array(a, *cap, sizeof(*more));
	if (n > 0)
		memcpy(more, row, n * sizeof(*row));
	return more;
}

int
csv_row(struct csv *csv, struct arena *a, struct str **fields, size_t *count,
    struct err *err)
{
	size_t cap = 0, n = 0;
	struct str *row = NULL;

	csv->line = csv->next_line;
	if (csv->rest.n == 0)
		return 0;
	for (;;) {
		row = grow_row(a, row, n, &cap);
		if (read_field(csv, a, &row[n++], err) == -1)
			return -1;
		if (csv->rest.n == 0 || csv->rest.p[0] != ',')
			break;
		csv->rest = str_from(csv->rest, 1);
	}
	if (str_starts(csv->rest, STR("\r\n")))
		csv->rest = str_from(csv->rest, 2);
	else if (csv->rest.n > 0)
		csv->rest = str_from(csv->rest, 1);
	csv->next_line++;
	*fields = row;
	*count = n;
	assert(n > 0);
	return 1;
}
