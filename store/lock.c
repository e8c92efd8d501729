#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "store/lock.h"

static int
lock_file(int fd, bool wait)
{
	int rc;

	do
		rc = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
	while (rc == -1 && errno == EINTR);
	return rc;
}

int
lock_take(const char *path, bool wait, bool *unclean, long *holder,
    struct err *err)
{
	bool is_new = access(path, F_OK) == -1;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	char text[32] = "";
	ssize_t n;

	*holder = 0;
	if (fd == -1)
		return err_set(err, "cannot open '%s': %s", path,
		    strerror(errno));
	/* a lock whose name a power cut takes away tells of a clean end */
	if (is_new && sync_parent(path, err) == -1) {
		close(fd);
		return -1;
	}
	if (lock_file(fd, wait) == 0) {
		n = read_full(fd, text, sizeof(text) - 1);
		*unclean = n > 0;
		if (n >= 0)
			return fd;
		err_set(err, "cannot read '%s': %s", path, strerror(errno));
	} else if (errno == EWOULDBLOCK) {
		read_full(fd, text, sizeof(text) - 1);
		*holder = strtol(text, NULL, 10);
		err_set(err, "'%s' is held by process %ld", path, *holder);
	} else
		err_set(err, "cannot lock '%s': %s", path, strerror(errno));
	close(fd);
	return -1;
}

bool
lock_is_clean(const char *path)
{
	struct stat st;

	return stat(path, &st) == -1 || st.st_size == 0;
}

int
lock_sign(int lock, struct err *err)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%-20ld\n", (long)getpid());

	if (lseek(lock, 0, SEEK_SET) == -1 ||
	    write_full(lock, text, (size_t)n) == -1 || fsync(lock) == -1)
		return err_set(err, "cannot write a lock: %s",
		    strerror(errno));
	return 0;
}

int
lock_release(int lock, struct err *err)
{
	int rc = 0;

	if (ftruncate(lock, 0) == -1)
		rc = err_set(err, "cannot write a lock: %s", strerror(errno));
	close(lock);
	return rc;
}
