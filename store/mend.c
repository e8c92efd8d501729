#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/mem.h"
#include "store/frames.h"
#include "store/mend.h"

/* Far above what a writer lets a segment become, so that only a file that is
 * not ours is refused. */
#define SEGMENT_BYTES_MAX	(1UL << 30)

static bool
is_sound(struct line *line, struct str text, const struct mended *m)
{
	return line_read(line, text) == 0 && line->seq > m->last_seq &&
	    line_is_whole(line);
}

static void
take_sound(struct mended *m, const struct line *line)
{
	if (line->seq != m->last_seq + 1) {
		GROW(m->lost, m->lost_count, m->lost_cap);
		m->lost[m->lost_count++] = (struct lost){ m->last_seq + 1,
		    line->seq - 1 };
	}
	m->last_seq = line->seq;
	m->lines++;
}

/* What stands behind the last newline: a whole line whose newline was not
 * written, or is damaged, is sound. */
static void
take_rest(struct str rest, struct buf *sound, struct mended *m)
{
	for (size_t cut = 0; cut < 2 && rest.n > cut; cut++) {
		struct str text = str_slice(rest, 0, rest.n - cut);
		struct line line;

		if (!is_sound(&line, text, m))
			continue;
		take_sound(m, &line);
		buf_adds(sound, text);
		buf_addc(sound, '\n');
		return;
	}
}

/* Sort the lines of `bytes`; `sound` and `damage` receive whole lines. */
static void
sort_lines(struct str bytes, struct buf *sound, struct buf *damage,
    struct mended *m)
{
	struct str text;

	while (line_split(&bytes, &text)) {
		struct line line;

		if (is_sound(&line, text, m)) {
			take_sound(m, &line);
			buf_adds(sound, text);
			buf_addc(sound, '\n');
		} else {
			buf_adds(damage, text);
			buf_addc(damage, '\n');
		}
	}
	take_rest(bytes, sound, m);
}

/* Keep the damaged bytes under a name that depends on them only, so that doing
 * it again adds nothing. */
static int
quarantine(const char *store, const struct segment *seg, struct str damage,
    struct err *err)
{
	char *folder = xasprintf("%s/quarantine", store);
	char *path = xasprintf("%s/%06" PRIu32 "-%016" PRIx64 "%s", folder,
	    seg->number, hash64(damage), seg->sealed ? ".zst" : "");
	int rc = -1;

	if (make_folders(folder, 0755, err) == 0 &&
	    sync_parent(folder, err) == 0)
		rc = file_replace(path, damage, 0644, err);
	free(folder);
	free(path);
	return rc;
}

/* The plain file is there: let it take the place of the sealed one. */
static int
drop_sealed(struct segment *seg, struct err *err)
{
	char *sealed = segment_file(seg);
	int rc;

	if (unlink(sealed) == -1)
		rc = err_set(err, "cannot remove '%s': %s", sealed,
		    strerror(errno));
	else
		rc = sync_parent(sealed, err);
	seg->sealed = false;
	seg->plain = true;
	free(sealed);
	return rc;
}

int
mend_segment(const char *store, struct segment *seg, uint64_t seq,
    struct mended *mended, struct err *err)
{
	struct buf file = BUF_INIT, text = BUF_INIT;
	struct buf sound = BUF_INIT, damage = BUF_INIT;
	char *name = segment_file(seg);
	char *plain = xasprintf("%s.jsonl", seg->path);
	int rc;

	*mended = (struct mended){ .last_seq = seq };
	rc = file_slurp(name, &file, SEGMENT_BYTES_MAX, err);
	if (rc == 0) {
		if (seg->sealed)
			frames_salvage(buf_str(&file), &text);
		sort_lines(buf_str(seg->sealed ? &text : &file), &sound,
		    &damage, mended);
		mended->damaged = seg->sealed ? file.n : damage.n;
	}
	if (rc == 0 && mended->damaged > 0)
		rc = quarantine(store, seg,
		    buf_str(seg->sealed ? &file : &damage), err);
	if (rc == 0)
		rc = file_replace(plain, buf_str(&sound), 0644, err);
	if (rc == 0 && seg->sealed)
		rc = drop_sealed(seg, err);
	buf_release(&file);
	buf_release(&text);
	buf_release(&sound);
	buf_release(&damage);
	free(name);
	free(plain);
	return rc;
}

void
mended_release(struct mended *m)
{
	free(m->lost);
	*m = (struct mended){ .lost = NULL };
}
