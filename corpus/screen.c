#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/term.h"
#include "base/utf8.h"
#include "corpus/screen.h"

/* For the signal handlers. */
static int terminal = -1;
static struct termios before, raw;

static const int endings[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

static void
end(int sig)
{
	tcsetattr(terminal, TCSAFLUSH, &before);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* ^Z: the shell gets its terminal, and we ours when it lets us go on. */
static void
pause_until_continued(int sig)
{
	int saved = errno;

	(void)sig;
	tcsetattr(terminal, TCSAFLUSH, &before);
	raise(SIGSTOP);
	tcsetattr(terminal, TCSAFLUSH, &raw);
	errno = saved;
}

static void
catch(int sig, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler,
	    .sa_flags = SA_RESTART };

	sigaction(sig, &action, NULL);
}

int
screen_open(struct screen *screen, struct err *err)
{
	const char *name = getenv("TERM");

	screen->fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (screen->fd == -1)
		return err_set(err, "labelling needs a terminal: %s",
		    strerror(errno));
	if (tcgetattr(screen->fd, &before) == -1)
		return err_set(err, "this terminal does not tell its mode: %s",
		    strerror(errno));
	out_init(&screen->out, screen->fd, "terminal");
	screen->colours = name != NULL && *name != '\0' &&
	    strcmp(name, "dumb") != 0;
	return 0;
}

int
screen_start(struct screen *screen, struct err *err)
{
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	terminal = screen->fd;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		catch(endings[i], end);
	catch(SIGTSTP, pause_until_continued);
	if (tcsetattr(screen->fd, TCSAFLUSH, &raw) == -1)
		return err_set(err, "cannot set the terminal's mode: %s",
		    strerror(errno));
	return 0;
}

void
screen_close(struct screen *screen)
{
	out_flush(&screen->out);
	tcsetattr(screen->fd, TCSAFLUSH, &before);
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		catch(endings[i], SIG_DFL);
	catch(SIGTSTP, SIG_DFL);
	out_close(&screen->out);
}

void
screen_clear(struct screen *screen)
{
	struct winsize size;

	if (ioctl(screen->fd, TIOCGWINSZ, &size) == -1 || size.ws_row < 10)
		size.ws_row = 24;
	screen->rows = size.ws_row;
	screen->columns = term_columns(screen->fd);
	buf_addz(out_buf(&screen->out), screen->colours ? "\033[H\033[2J" :
	    "\n");
}

int
screen_key(struct screen *screen)
{
	unsigned char key;

	out_flush(&screen->out);
	return read_full(screen->fd, &key, 1) == 1 ? key : -1;
}

/* Bytes of `text` that go on the next line: up to the last space that fits, or
 * as much as fits where a word is longer than the line. */
static size_t
line_length(struct str text, unsigned columns)
{
	size_t at = 0, space = 0;

	for (unsigned used = 0; at < text.n; ) {
		unsigned len, width;
		uint32_t cp = utf8_decode(text.p + at, text.p + text.n, &len);

		/* wide characters take two columns: close enough for breaking */
		width = cp >= 0x1100 && cp <= 0xffdf ? 2 : 1;
		if (cp == '\n')
			return at;
		if (used + width > columns)
			return space > 0 ? space : at;
		if (cp == ' ')
			space = at;
		used += width;
		at += len;
	}
	return at;
}

void
text_wrap(struct buf *to, struct str text, unsigned columns)
{
	while (text.n > 0) {
		size_t n = line_length(text, columns < 2 ? 2 : columns);

		term_add(to, str_slice(text, 0, n));
		buf_addc(to, '\n');
		text = str_from(text, n);
		if (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\n'))
			text = str_from(text, 1);
	}
}
