#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/mem.h"
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

/* Sort the lines of `bytes`; `sound` and `damage` receive whole lines. */
static void
sort_lines(struct str bytes, struct buf *sound, struct buf *damage,
    struct mended *m)
{
	struct str text;

	while (memchr(bytes.p, '\n', bytes.n) != NULL) {
		struct line line;

		str_split(&bytes, '\n', &text);
		if (is_sound(&line, text, m)) {
			m->last_seq = line.seq;
			m->last_stored = line.stored;
			m->lines++;
			buf_adds(sound, text);
			buf_addc(sound, '\n');
		} else {
			buf_adds(damage, text);
			buf_addc(damage, '\n');
		}
	}
}

static int
quarantine(const char *store, const struct segment *seg, struct str damage,
    struct err *err)
{
	char *folder = xasprintf("%s/quarantine", store);
	char *path = xasprintf("%s/%06" PRIu32 "-%016" PRIx64, folder,
	    seg->number, hash64(damage));
	int rc = -1;

	if (make_folders(folder, 0755, err) == 0 &&
	    sync_parent(folder, err) == 0)
		rc = file_replace(path, damage, 0644, err);
	free(folder);
	free(path);
	return rc;
}

int
mend_segment(const char *store, const struct segment *seg, uint64_t seq,
    struct mended *mended, struct err *err)
{
	struct buf bytes = BUF_INIT, sound = BUF_INIT, damage = BUF_INIT;
	char *path = xasprintf("%s.jsonl", seg->path);
	int rc;

	*mended = (struct mended){ .last_seq = seq };
	rc = file_slurp(path, &bytes, SEGMENT_BYTES_MAX, err);
	if (rc == 0) {
		sort_lines(buf_str(&bytes), &sound, &damage, mended);
		mended->damaged = damage.n;
		if (damage.n > 0)
			rc = quarantine(store, seg, buf_str(&damage), err);
	}
	if (rc == 0)
		rc = file_replace(path, buf_str(&sound), 0644, err);
	buf_release(&bytes);
	buf_release(&sound);
	buf_release(&damage);
	free(path);
	return rc;
}
