/* A resolver for tests, preloaded: *.example is the address in $NAMES_ADDRESS,
 * so that a name can change between two look-ups. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **found)
{
	int (*next)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **);
	size_t n = name ? strlen(name) : 0;

	*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	if (n > 8 && strcmp(name + n - 8, ".example") == 0)
		name = getenv("NAMES_ADDRESS");
	return next(name, service, hints, found);
}
