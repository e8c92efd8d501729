/*
 * Credentials for sites that want some.  They stand in a file of their own that
 * only its owner may read, a line each, and are sent to the very scheme, name
 * and port they are meant for, whatever page or redirect led there:
 *
 *	https://desk.example          basic NAME:PASSWORD
 *	https://wire.example:8443     bearer TOKEN
 *
 * They are never printed.
 */
#ifndef NET_SECRETS_H
#define NET_SECRETS_H

#include "base/err.h"

struct secret {
	char	*origin;	/* as http_origin() gives it */
	bool	 bearer;
	char	*value;
};

struct secrets {
	struct secret	*v;
	size_t		 n, cap;
};

/* Read the file.  Refused when others may read it. */
int secrets_read(struct secrets *secrets, const char *path, struct err *err);
void secrets_release(struct secrets *secrets);
/* The secret for an origin, or NULL. */
const struct secret *secrets_find(const struct secrets *secrets,
    const char *origin);

#endif
