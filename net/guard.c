#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "net/guard.h"

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

/* IPv4 ranges that are not public. */
static const struct {
	unsigned char	address[4];
	unsigned	bits;
} closed4[] = {
	{ { 0, 0, 0, 0 }, 8 },		/* this network */
	{ { 10, 0, 0, 0 }, 8 },		/* private */
	{ { 100, 64, 0, 0 }, 10 },	/* shared by carriers */
	{ { 127, 0, 0, 0 }, 8 },	/* this host */
	{ { 169, 254, 0, 0 }, 16 },	/* link-local, metadata */
	{ { 172, 16, 0, 0 }, 12 },	/* private */
	{ { 192, 0, 0, 0 }, 24 },	/* protocol assignments */
	{ { 192, 0, 2, 0 }, 24 },	/* documentation */
	{ { 192, 88, 99, 0 }, 24 },	/* 6to4 relays */
	{ { 192, 168, 0, 0 }, 16 },	/* private */
	{ { 198, 18, 0, 0 }, 15 },	/* benchmarks */
	{ { 198, 51, 100, 0 }, 24 },	/* documentation */
	{ { 203, 0, 113, 0 }, 24 },	/* documentation */
	{ { 224, 0, 0, 0 }, 3 },	/* multicast, reserved, broadcast */
};

/* IPv6 is open in 2000::/3 only, and there not in these. */
static const struct {
	unsigned char	address[4];
	unsigned	bits;
} closed6[] = {
	{ { 0x20, 0x01, 0x00, 0x00 }, 23 },	/* Teredo, ORCHID and others */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },	/* documentation */
	{ { 0x3f, 0xff, 0x00, 0x00 }, 20 },	/* documentation */
};

static bool
within(const unsigned char *address, const unsigned char *range, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, range, whole) != 0)
		return false;
	return rest == 0 ||
	    ((address[whole] ^ range[whole]) & (0xff00u >> rest) & 0xff) == 0;
}

static bool
public4(const unsigned char *a)
{
	for (size_t i = 0; i < sizeof(closed4) / sizeof(*closed4); i++)
		if (within(a, closed4[i].address, closed4[i].bits))
			return false;
	return true;
}

static bool
public6(const unsigned char *a)
{
	static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };

	if (within(a, mapped, 96) || within(a, nat64, 96))
		return public4(a + 12);
	if (a[0] == 0x20 && a[1] == 0x02)	/* 6to4 carries IPv4 behind it */
		return public4(a + 2);
	if ((a[0] & 0xe0) != 0x20)
		return false;
	for (size_t i = 0; i < sizeof(closed6) / sizeof(*closed6); i++)
		if (within(a, closed6[i].address, closed6[i].bits))
			return false;
	return true;
}

int
guard_parse(const char *cidr, struct guard_range *range, struct err *err)
{
	struct str rest = str_of(cidr), host;
	char name[INET6_ADDRSTRLEN];
	unsigned most = 128;
	long long bits;

	str_split(&rest, '/', &host);
	snprintf(name, sizeof(name), "%.*s", STR_FMT(host));
	memcpy(range->address, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, name, range->address + 12) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, name, range->address) != 1)
		return err_set(err, "'%s' is no range of addresses", cidr);
	bits = rest.p ? str_number(rest, most) : most;
	if (bits == -1)
		return err_set(err, "'%s': the prefix is a number up to %u",
		    cidr, most);
	range->bits = (unsigned)bits + (128 - most);
	return 0;
}

bool
guard_allows(const struct sockaddr *address, const struct guard_range *opened,
    size_t count)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	unsigned char a[16];

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		memcpy(a, mapped, sizeof(mapped));
		memcpy(a + 12, &v4.sin_addr, 4);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		memcpy(a, &v6.sin6_addr, 16);
	} else
		return false;
	for (size_t i = 0; i < count; i++)
		if (within(a, opened[i].address, opened[i].bits))
			return true;
	return public6(a);
}
