/* Feed each named file to a fuzz target: how `make check` replays the seeds and
 * the inputs that once crashed, without a fuzzer. */
#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct buf b = BUF_INIT;
		struct err err;

		if (file_slurp(argv[i], &b, 100UL << 20, &err) == -1)
			die("%s", err.msg);
		LLVMFuzzerTestOneInput((const uint8_t *)buf_z(&b), b.n);
		buf_release(&b);
	}
	return 0;
}
