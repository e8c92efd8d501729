/*
 * The address guard: which addresses foreign text may make us connect to.  A
 * feed can name any host and a name can resolve to anything, so the question is
 * asked of the address itself, at each connection, after the look-up.
 *
 * Refused is all that is not the public internet: this host, private, shared
 * and link-local networks (the metadata services of clouds among them),
 * multicast, documentation and reserved blocks, and IPv6 forms that carry such
 * an IPv4 address.  The list follows IANA's special-purpose registries
 * (RFC 6890).
 */
#ifndef NET_GUARD_H
#define NET_GUARD_H

#include <sys/socket.h>

#include "base/err.h"

/* A range the user opened with --allow-net.  IPv4 stands as ::ffff:a.b.c.d. */
struct guard_range {
	unsigned char	address[16];
	unsigned	bits;
};

/* Read "10.0.0.0/8", "fd00::/8" or a single address. */
int guard_parse(const char *cidr, struct guard_range *range, struct err *err);
bool guard_allows(const struct sockaddr *address,
    const struct guard_range *opened, size_t count);

#endif
