#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "net/http.h"
#include "net/secrets.h"

static bool
next_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && !is_space(rest->p[n]))
		n++;
	*word = str_slice(*rest, 0, n);
	*rest = str_trim(str_from(*rest, n));
	return n > 0;
}

static int
read_secret(struct secrets *secrets, struct str line, struct err *err)
{
	struct secret secret = { 0 };
	struct str address, kind;

	if (!next_word(&line, &address) || address.p[0] == '#')
		return 0;
	if (!next_word(&line, &kind) || line.n == 0 ||
	    (!str_eq(kind, STR("basic")) && !str_eq(kind, STR("bearer"))))
		return err_set(err, "expected 'basic NAME:PASSWORD' or "
		    "'bearer TOKEN' behind the address");
	if ((secret.origin = http_origin(address)) == NULL)
		return err_set(err, "not an http or https address");
	secret.bearer = str_eq(kind, STR("bearer"));
	secret.value = xstrndup(line.p, line.n);
	GROW(secrets->v, secrets->n, secrets->cap);
	secrets->v[secrets->n++] = secret;
	return 0;
}

static int
slurp_private(const char *path, struct buf *text, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1) {
		rc = err_set(err, "cannot open '%s': %s", path,
		    strerror(errno));
		if (fd != -1)
			close(fd);
		return rc;
	}
	if ((st.st_mode & 077) != 0)
		rc = err_set(err, "'%s' must have mode 0600: others may read "
		    "it", path);
	else
		rc = fd_slurp(fd, text, LIMIT_PAGE, err);
	close(fd);
	return rc;
}

int
secrets_read(struct secrets *secrets, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = slurp_private(path, &text, err);
	struct str rest = buf_str(&text), line;
	struct err why;

	for (unsigned long number = 1; rc == 0 &&
	    str_split(&rest, '\n', &line); number++)
		if (read_secret(secrets, line, &why) == -1)
			rc = err_at(err, path, number, 0, "%s", why.msg);
	if (text.n > 0)
		explicit_bzero(text.p, text.n);
	buf_release(&text);
	return rc;
}

void
secrets_release(struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->n; i++) {
		explicit_bzero(secrets->v[i].value,
		    strlen(secrets->v[i].value));
		free(secrets->v[i].value);
		free(secrets->v[i].origin);
	}
	free(secrets->v);
	*secrets = (struct secrets){ NULL, 0, 0 };
}

const struct secret *
secrets_find(const struct secrets *secrets, const char *origin)
{
	for (size_t i = 0; secrets != NULL && i < secrets->n; i++)
		if (strcmp(secrets->v[i].origin, origin) == 0)
			return &secrets->v[i];
	return NULL;
}
