#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/record.h"

/* Names are compared with their lengths first. */
#define FIELD(name, type)	{ name, sizeof(name) - 1, type }

static const struct {
	const char	*name;
	size_t		 length;
	enum json_type	 type;
} fields[RECORD_FIELDS] = {
	[RECORD_V] = FIELD("v", JSON_NUMBER),
	[RECORD_TYPE] = FIELD("type", JSON_STRING),
	[RECORD_ID] = FIELD("id", JSON_STRING),
	[RECORD_KEY] = FIELD("key", JSON_STRING),
	[RECORD_REV] = FIELD("rev", JSON_STRING),
	[RECORD_URL] = FIELD("url", JSON_STRING),
	[RECORD_TITLE] = FIELD("title", JSON_STRING),
	[RECORD_SUMMARY] = FIELD("summary", JSON_STRING),
	[RECORD_TEXT] = FIELD("content_text", JSON_STRING),
	[RECORD_PUBLISHED] = FIELD("date_published", JSON_STRING),
	[RECORD_MODIFIED] = FIELD("date_modified", JSON_STRING),
	[RECORD_LANGUAGE] = FIELD("language", JSON_STRING),
	[RECORD_FEED] = FIELD("feed", JSON_OBJECT),
	[RECORD_FETCHED] = FIELD("fetched", JSON_OBJECT),
	[RECORD_ERROR] = FIELD("error", JSON_STRING),
	[RECORD_STANCE] = FIELD("stance", JSON_OBJECT),
	[RECORD_STORY] = FIELD("story", JSON_OBJECT),
	[RECORD_REVISION] = FIELD("revision", JSON_NUMBER),
	[RECORD_SEQ] = FIELD("seq", JSON_NUMBER),
	[RECORD_SEAL] = FIELD("x", JSON_STRING),
};

static const char *const type_names[] = {
	[JSON_NULL] = "null", [JSON_FALSE] = "a boolean",
	[JSON_TRUE] = "a boolean", [JSON_NUMBER] = "a number",
	[JSON_STRING] = "a string", [JSON_ARRAY] = "an array",
	[JSON_OBJECT] = "an object",
};

const char *
record_name(enum record_field field)
{
	assert(field < RECORD_FIELDS);
	return fields[field].name;
}

/* The field called `name`, or RECORD_FIELDS. */
static enum record_field
field_of(struct str name)
{
	for (int f = 0; f < RECORD_FIELDS; f++)
		if (fields[f].length == name.n &&
		    fields[f].name[0] == name.p[0] &&
		    memcmp(fields[f].name, name.p, name.n) == 0)
			return (enum record_field)f;
	return RECORD_FIELDS;
}

int
record_read(struct record *rec, struct str line, struct arena *a,
    struct err *err)
{
	const struct json_member *v;

	*rec = (struct record){ .line = line };
	if (json_object(line, a, &rec->members, &rec->count, err) == -1)
		return -1;
	for (size_t i = 0; i < rec->count; i++) {
		const struct json_member *m = &rec->members[i];
		enum record_field f = field_of(m->name);

		if (f == RECORD_FIELDS || m->value.type == JSON_NULL)
			continue;
		if (m->value.type != fields[f].type)
			return err_at(err, NULL, 0,
			    (unsigned long)(m->value.raw.p - line.p) + 1,
			    "'%s' must be %s, not %s", fields[f].name,
			    type_names[fields[f].type],
			    type_names[m->value.type]);
		rec->known[f] = m;
	}
	v = rec->known[RECORD_V];
	if (v != NULL && !(json_num(&v->value, 0) >= 1 &&
	    json_num(&v->value, 0) <= RECORD_VERSION))
		return err_at(err, NULL, 0,
		    (unsigned long)(v->value.raw.p - line.p) + 1,
		    "record version %.*s is not one this program reads (1 to %d)",
		    STR_FMT(v->value.raw), RECORD_VERSION);
	return 0;
}

bool
record_is_article(const struct record *rec)
{
	return rec->known[RECORD_TYPE] == NULL;
}

int
record_check_article(const struct record *rec, struct err *err)
{
	if (rec->known[RECORD_ID] == NULL)
		return err_set(err, "an article needs 'id'");
	if (rec->known[RECORD_TITLE] == NULL && rec->known[RECORD_TEXT] == NULL)
		return err_set(err,
		    "an article needs 'title' or 'content_text'");
	return 0;
}

struct str
record_str(const struct record *rec, enum record_field field, struct arena *a)
{
	return record_str_start(rec, field, SIZE_MAX, a);
}

struct str
record_str_start(const struct record *rec, enum record_field field,
    size_t most, struct arena *a)
{
	const struct json_member *m = rec->known[field];

	return m ? json_str_start(&m->value, most, a) : STR_NONE;
}

const struct json_value *
record_inner(const struct record *rec, enum record_field outer,
    const char *name, struct arena *a)
{
	const struct json_member *m = rec->known[outer], *found;
	struct json_member *members;
	struct err err;
	size_t count;

	if (m == NULL || m->value.type != JSON_OBJECT)
		return NULL;
	if (json_object(m->value.raw, a, &members, &count, &err) == -1)
		BUG("a checked object does not parse");
	found = json_find(members, count, name);
	return found ? &found->value : NULL;
}

static bool
is_owned(struct str name, const char *const *owned)
{
	for (; *owned != NULL; owned++)
		if (name.n > 0 && name.p[0] == **owned &&
		    str_eq(name, str_of(*owned)))
			return true;
	return false;
}

void
record_copy(struct buf *to, const struct record *rec, const char *const *owned)
{
	size_t dropped = 0;

	for (size_t i = 0; i < rec->count; i++)
		dropped += is_owned(rec->members[i].name, owned);
	if (dropped == 0 && rec->count > 0) {
		const struct str *last = &rec->members[rec->count - 1].raw;

		buf_add(to, rec->line.p,
		    (size_t)(last->p + last->n - rec->line.p));
		return;
	}
	buf_addc(to, '{');
	for (size_t i = 0; i < rec->count; i++)
		if (!is_owned(rec->members[i].name, owned))
			json_put_raw(to, rec->members[i].raw);
}

void
record_end(struct buf *to)
{
	buf_addz(to, "}\n");
}

static bool
is_uri(struct str id)
{
	static const char *const schemes[] = { "http://", "https://", "tag:",
	    "urn:" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (str_istarts(id, str_of(schemes[i])))
			return true;
	return false;
}

struct str
record_make_key(struct str id, struct str feed, struct str url,
    struct arena *a)
{
	char hex[RECORD_REV_DIGITS + 1];

	if (is_uri(id))
		return id;
	if (feed.n > 0 && id.n > 0) {
		struct str parts[] = { feed, id };

		sha256_hex_parts(parts, 2, hex, RECORD_REV_DIGITS);
		return arena_str(a, str_of(hex));
	}
	return url.n > 0 ? url : id;
}

struct str
record_make_rev(struct str title, struct str text, struct arena *a)
{
	struct str parts[] = { title, text };
	char hex[RECORD_REV_DIGITS + 1];

	sha256_hex_parts(parts, 2, hex, RECORD_REV_DIGITS);
	return arena_str(a, str_of(hex));
}

struct str
record_key(const struct record *rec, struct arena *a)
{
	struct str key = record_str(rec, RECORD_KEY, a);
	const struct json_value *feed;

	if (key.n > 0)
		return key;
	feed = record_inner(rec, RECORD_FEED, "feed_url", a);
	return record_make_key(record_str(rec, RECORD_ID, a),
	    feed ? json_str(feed, a) : STR_NONE,
	    record_str(rec, RECORD_URL, a), a);
}

struct str
record_rev(const struct record *rec, struct arena *a)
{
	struct str rev = record_str(rec, RECORD_REV, a);

	return rev.n > 0 ? rev : record_make_rev(
	    record_str(rec, RECORD_TITLE, a), record_str(rec, RECORD_TEXT, a),
	    a);
}

void
refusals_open(struct refusals *r, const char *path)
{
	*r = (struct refusals){ .fd = -1 };
	if (path == NULL)
		return;
	r->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (r->fd == -1)
		die_errno("cannot open '%s'", path);
}

void
refuse(struct refusals *r, const char *input, unsigned long line_number,
    struct str line, const struct err *err)
{
	r->count++;
	if (err->column > 0)
		warn("%s:%lu:%lu: refused: %s", input, line_number, err->column,
		    err->msg);
	else
		warn("%s:%lu: refused: %s", input, line_number, err->msg);
	if (r->fd != -1 && (write_full(r->fd, line.p, line.n) == -1 ||
	    write_full(r->fd, "\n", 1) == -1))
		die_errno("cannot write to the file of --rejects");
}

int
refusals_exit(struct refusals *r)
{
	if (r->fd != -1 && close(r->fd) == -1)
		die_errno("cannot write to the file of --rejects");
	r->fd = -1;
	return r->count > 0 ? EXIT_REFUSED : EXIT_DONE;
}
