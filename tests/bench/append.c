/*
 * The yardstick of durable appends: write standard input to a file in groups of
 * N lines, fdatasync after each, and answer each with as many newlines; nothing
 * else.  append N FILE <LINES
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST	(60 << 20)	/* bytes of a group */

static char gathered[2 * MOST], answers[1 << 20];

static int
sync_group(int fd, size_t n, size_t lines)
{
	return write(fd, gathered, n) == (ssize_t)n && fdatasync(fd) == 0 &&
	    write(STDOUT_FILENO, answers, lines) == (ssize_t)lines ? 0 : -1;
}

int
main(int argc, char **argv)
{
	size_t group = argc == 3 ? (size_t)atol(argv[1]) : 0, lines = 0, n = 0;
	size_t size = 1 << 20;
	char *line = malloc(size);
	ssize_t got;
	int fd;

	if (group < 1 || group > sizeof(answers) || line == NULL)
		return 2;
	memset(answers, '\n', sizeof(answers));
	fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	while (fd != -1 && (got = getline(&line, &size, stdin)) > 0) {
		if (n + (size_t)got > sizeof(gathered))
			return 3;
		memcpy(gathered + n, line, (size_t)got);
		n += (size_t)got;
		if (++lines < group && n < MOST)
			continue;
		if (sync_group(fd, n, lines) == -1)
			return 3;
		n = lines = 0;
	}
	free(line);
	return fd == -1 || sync_group(fd, n, lines) == -1 ? 3 : 0;
}
