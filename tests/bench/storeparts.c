/*
 * Parts of a store, made or measured by themselves for tests/bench/store:
 *
 *	rows STORE SEGMENTS ROWS	a store of indexes only, so many sealed
 *		segments with so many rows each, as ten articles a second make
 *		them; the segments hold nothing, for a count must not need them
 *	ids FOLDER N	N ids go to runs, segment by segment, then are looked up
 *	seal STORE	seal its active segment; the rows are known, as in a writer
 *
 * The last two print JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/mem.h"
#include "store/ids.h"
#include "store/seal.h"

#define SEGMENT_IDS	32000	/* of 64 MB: two for each article of 4 kB */

static uint64_t state = 1;

static uint64_t
any(uint64_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % below;
}

static void
make_segment(const char *folder, uint32_t number, size_t n)
{
	struct segment seg = { .number = number, .last = number,
	    .sealed = true, .path = xasprintf("%s/%06u", folder, number) };
	char *file = segment_file(&seg);
	struct index_rows rows = { xcalloc(n, sizeof(*rows.v)), n, n };
	struct err err;

	for (size_t i = 0; i < n; i++) {
		uint64_t seq = (uint64_t)(number - 1) * n + i;

		rows.v[i] = (struct index_row){ .key = state << 1 | 2,
		    .seq = seq + 1, .stored = 1700000000 + (int64_t)seq / 10,
		    .offset = (uint32_t)(i * 4000), .revision = 1,
		    .label = (enum label)(LABEL_EASING + any(4)),
		    .confidence = (uint16_t)any(CONFIDENCE_UNIT),
		    .domains = 1u << any(32) };
		rows.v[i].published = rows.v[i].stored - (int64_t)any(3600);
	}
	if (file_replace(file, STR("nothing"), 0644, &err) == -1 ||
	    index_write(&seg, &rows, 7, n * 4000, &err) == -1)
		die("%s", err.msg);
	index_rows_release(&rows);
	free(file);
	free(seg.path);
}

static int
make_rows(const char *store, uint32_t segments, size_t rows)
{
	char *format, *folder;
	struct err err;

	folder = xasprintf("%s/articles/2023/11/14", store);
	format = xasprintf("%s/FORMAT", store);
	if (make_folders(folder, 0755, &err) == -1 ||
	    file_replace(format, STR("stance-store 1\n"), 0644, &err) == -1)
		die("%s", err.msg);
	for (uint32_t i = 1; i <= segments; i++)
		make_segment(folder, i, rows);
	free(folder);
	free(format);
	return 0;
}

static double
seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t
nth_id(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15u;
	return (n ^ n >> 32) * 0xd6e8feb86659fd93u | 2;
}

/* Of this program alone: getrusage() tells that of who started it, if that is more. */
static double
peak_mb(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kb = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return (double)kb / 1024;
}

static int
measure_ids(const char *folder, uint64_t n)
{
	struct place place;
	double start, made, asked, longest = 0;
	uint64_t found = 0;
	struct err err;
	struct ids *ids = ids_open(folder, 1, &err);
	uint32_t segment = 1;

	if (ids == NULL)
		die("%s", err.msg);
	start = seconds(CLOCK_MONOTONIC);
	for (uint64_t i = 0; i < n; i++) {
		double before;

		ids_put(ids, nth_id(i), (struct place){ segment, 0 });
		if ((i + 1) % SEGMENT_IDS != 0)
			continue;
		before = seconds(CLOCK_MONOTONIC);
		if (ids_flush(ids, segment++, &err) == -1)
			die("%s", err.msg);
		if (seconds(CLOCK_MONOTONIC) - before > longest)
			longest = seconds(CLOCK_MONOTONIC) - before;
	}
	made = seconds(CLOCK_MONOTONIC);
	for (uint64_t i = 0; i < 1000000; i++)	/* none of them is there */
		found += ids_find(ids, nth_id(n + i), &place);
	asked = seconds(CLOCK_MONOTONIC);
	ids_free(ids);
	printf("{\"ids\":%llu,\"put_per_s\":%.0f,\"longest_flush_s\":%.3f,"
	    "\"miss_us\":%.3f,"
	    "\"found\":%llu,\"peak_mb\":%.1f}\n", (unsigned long long)n,
	    (double)n / (made - start), longest, asked - made,
	    (unsigned long long)found, peak_mb());
	return 0;
}

static int
measure_seal(const char *store)
{
	char *folder = xasprintf("%s/articles", store);
	struct index_rows rows = { NULL, 0, 0 };
	struct segments list;
	struct segment_text text;
	struct str lines;
	uint64_t at = 0;
	double start;
	struct err err;

	if (segments_list(&list, folder, &err) == -1 || list.n == 0 ||
	    segment_open(&text, &list.v[list.n - 1], &err) == -1)
		die("no active segment in '%s'", store);
	while (segment_lines(&text, at, &lines, &err) == 0 && lines.n > 0) {
		index_rows_read(&rows, lines, at);
		at += lines.n;
	}
	segment_close(&text);
	start = seconds(CLOCK_PROCESS_CPUTIME_ID);
	if (segment_seal(&list, list.n - 1, &rows, &err) == -1)
		die("%s", err.msg);
	printf("{\"bytes\":%llu,\"cpu_s\":%.4f}\n", (unsigned long long)at,
	    seconds(CLOCK_PROCESS_CPUTIME_ID) - start);
	index_rows_release(&rows);
	segments_release(&list);
	free(folder);
	return 0;
}

int
main(int argc, char **argv)
{
	digest_setup();
	if (argc == 5 && strcmp(argv[1], "rows") == 0)
		return make_rows(argv[2], (uint32_t)atol(argv[3]),
		    (size_t)atol(argv[4]));
	if (argc == 4 && strcmp(argv[1], "ids") == 0)
		return measure_ids(argv[2], (uint64_t)atoll(argv[3]));
	if (argc == 3 && strcmp(argv[1], "seal") == 0)
		return measure_seal(argv[2]);
	return 2;
}
