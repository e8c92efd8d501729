/*
 * The yardstick of durable appends: write standard input to a file in groups of
 * N lines, fdatasync after each, and nothing else.  append N FILE <LINES
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	long group = argc == 3 ? atol(argv[1]) : 0, lines = 0;
	size_t size = 1 << 20, n = 0;
	char *line = NULL, *gathered = malloc(64 << 20);
	ssize_t got;
	int fd;

	if (group < 1 || gathered == NULL)
		return 2;
	fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0644);
	while (fd != -1 && (got = getline(&line, &size, stdin)) > 0) {
		for (ssize_t i = 0; i < got; i++)
			gathered[n++] = line[i];
		if (++lines % group != 0 && n < (60 << 20))
			continue;
		if (write(fd, gathered, n) != (ssize_t)n || fdatasync(fd) != 0)
			return 3;
		n = 0;
	}
	if (fd == -1 || write(fd, gathered, n) != (ssize_t)n ||
	    fdatasync(fd) != 0)
		return 3;
	free(line);
	free(gathered);
	return 0;
}
