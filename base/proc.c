#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/proc.h"

extern char **environ;

static void
close_end(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/* Run it with `in` and `out` as standard input and output.  We may ignore
 * SIGPIPE; a filter dies of it like everyone else. */
static int
spawn(pid_t *pid, char *const argv[], int in, int out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int rc;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(pid, argv[0], &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

int
proc_start(struct proc *proc, char *const argv[], struct err *err)
{
	int in[2], out[2], rc;

	if (pipe2(in, O_CLOEXEC) == -1)
		return err_set(err, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC) == -1) {
		rc = errno;
		close(in[0]);
		close(in[1]);
		return err_set(err, "cannot make a pipe: %s", strerror(rc));
	}
	rc = spawn(&proc->pid, argv, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	proc->to = in[1];
	proc->from = out[0];
	if (rc != 0) {
		close_end(&proc->to);
		close_end(&proc->from);
		return err_set(err, "cannot run '%s': %s", argv[0],
		    strerror(rc));
	}
	set_nonblock(proc->to);
	return 0;
}

/* Write what the pipe takes.  EPIPE: it reads no more, and that is its right. */
static int
send_some(struct proc *proc, struct str *input, struct err *err)
{
	ssize_t n = write(proc->to, input->p, input->n);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n == -1 && errno != EPIPE)
		return err_set(err, "cannot write to the child: %s",
		    strerror(errno));
	*input = str_from(*input, n == -1 ? input->n : (size_t)n);
	return 0;
}

static int
receive_some(struct proc *proc, struct buf *output, struct err *err)
{
	ssize_t n;

	if (buf_reserve(output, IO_READ) == -1)
		return err_set(err, "the child prints more than %zu bytes",
		    output->max);
	n = read(proc->from, output->p + output->n, IO_READ);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n == -1)
		return err_set(err, "cannot read from the child: %s",
		    strerror(errno));
	if (n == 0)
		close_end(&proc->from);
	output->n += (size_t)n;
	return 0;
}

static int
pump(struct proc *proc, struct str input, struct buf *output, struct err *err)
{
	while (proc->from != -1) {
		struct pollfd ends[2] = {
			{ .fd = proc->from, .events = POLLIN },
			{ .fd = proc->to, .events = POLLOUT }
		};

		if (input.n == 0) {
			close_end(&proc->to);
			ends[1].fd = -1;
		}
		if (poll(ends, 2, -1) == -1) {
			if (errno == EINTR)
				continue;
			return err_set(err, "poll: %s", strerror(errno));
		}
		if (ends[1].revents != 0 && send_some(proc, &input, err) == -1)
			return -1;
		if (ends[0].revents != 0 &&
		    receive_some(proc, output, err) == -1)
			return -1;
	}
	return 0;
}

int
proc_filter(struct proc *proc, struct str input, struct buf *output,
    struct err *err)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	int rc;

	assert(proc->to != -1 && proc->from != -1);
	sigaction(SIGPIPE, &ignore, &before);
	rc = pump(proc, input, output, err);
	sigaction(SIGPIPE, &before, NULL);
	return rc;
}

int
proc_wait(struct proc *proc)
{
	int status;

	close_end(&proc->to);
	close_end(&proc->from);
	while (waitpid(proc->pid, &status, 0) == -1)
		if (errno != EINTR)
			die_errno("cannot wait for the child");
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}
