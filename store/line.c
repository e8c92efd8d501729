#include "base/date.h"
#include "base/digest.h"
#include "base/json.h"
#include "store/line.h"

#define SEAL_TAIL	(sizeof(",\"x\":\"\"}") - 1 + SEAL_DIGITS)
#define STORED_TAIL	(sizeof(",\"stored\":\"2026-11-23T22:50:01Z\"") - 1)

void
seal_put(struct buf *b, size_t start)
{
	char seal[SEAL_DIGITS + 1];

	sha256_hex(str_from(buf_str(b), start), seal, SEAL_DIGITS);
	json_member_str(b, "x", str_of(seal));
	buf_addz(b, "}\n");
}

bool
seal_fits(struct str text)
{
	char seal[SEAL_DIGITS + 1];
	struct str tail;

	if (text.n < SEAL_TAIL)
		return false;
	tail = str_from(text, text.n - SEAL_TAIL);
	sha256_hex(str_slice(text, 0, text.n - SEAL_TAIL), seal, SEAL_DIGITS);
	return str_starts(tail, STR(",\"x\":\"")) &&
	    str_ends(tail, STR("\"}")) &&
	    memcmp(tail.p + 6, seal, SEAL_DIGITS) == 0;
}

void
line_put_time(struct buf *b, const char *name, int64_t seconds)
{
	char when[DATE_SIZE];

	date_format_utc(seconds, when);
	json_member_str(b, name, str_of(when));
}

void
line_finish(struct buf *b, size_t start, uint64_t revision, uint64_t seq,
    int64_t stored)
{
	if (revision > 0)
		json_member_int(b, "revision", (long long)revision);
	json_member_int(b, "seq", (long long)seq);
	line_put_time(b, "stored", stored);
	seal_put(b, start);
}

/* Take `prefix` and digits from the end of `s`; -1 when they are not there. */
static int
cut_number(struct str *s, struct str prefix, uint64_t *v)
{
	size_t from = s->n;
	long long n;

	while (from > 0 && is_digit(s->p[from - 1]))
		from--;
	n = str_number(str_from(*s, from), INT64_MAX);
	s->n = from;
	if (n < 1 || !str_ends(*s, prefix))
		return -1;
	*v = (uint64_t)n;
	s->n -= prefix.n;
	return 0;
}

int
line_read(struct line *line, struct str text)
{
	struct str head = text, tail, when;
	struct date stored;

	if (text.n < SEAL_TAIL + STORED_TAIL)
		return -1;
	tail = str_from(text, text.n - SEAL_TAIL);
	if (!str_starts(tail, STR(",\"x\":\"")) || !str_ends(tail, STR("\"}")))
		return -1;
	memcpy(line->seal, tail.p + 6, SEAL_DIGITS);
	line->seal[SEAL_DIGITS] = '\0';
	head.n -= SEAL_TAIL;
	when = str_from(head, head.n - STORED_TAIL);
	if (!str_starts(when, STR(",\"stored\":\"")) ||
	    date_parse_3339(str_slice(when, 11, when.n - 1), &stored) == -1)
		return -1;
	head.n -= STORED_TAIL;
	if (cut_number(&head, STR(",\"seq\":"), &line->seq) == -1)
		return -1;
	if (cut_number(&head, STR(",\"revision\":"), &line->revision) == -1)
		line->revision = 0;
	line->stored = stored.seconds;
	line->text = text;
	return 0;
}

bool
line_split(struct str *lines, struct str *text)
{
	const char *nl = lines->n ? memchr(lines->p, '\n', lines->n) : NULL;

	if (nl == NULL)
		return false;
	*text = (struct str){ lines->p, (size_t)(nl - lines->p) };
	*lines = str_from(*lines, text->n + 1);
	return true;
}

bool
line_is_whole(const struct line *line)
{
	return seal_fits(line->text);
}
