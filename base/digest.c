#include <assert.h>
#include <openssl/evp.h>

#include "base/digest.h"
#include "base/err.h"

static const EVP_MD *algorithm;
static EVP_MD_CTX *context;

void
digest_setup(void)
{
	if (algorithm != NULL)
		return;
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	context = EVP_MD_CTX_new();
	if (algorithm == NULL || context == NULL)
		die("libcrypto has no SHA-256");
}

static void
parts(const struct str *s, size_t count, bool separated,
    unsigned char out[SHA256_SIZE])
{
	digest_setup();
	if (EVP_DigestInit_ex(context, algorithm, NULL) != 1)
		die("SHA-256 failed");
	for (size_t i = 0; i < count; i++)
		if (EVP_DigestUpdate(context, s[i].p, s[i].n) != 1 ||
		    (separated && EVP_DigestUpdate(context, "", 1) != 1))
			die("SHA-256 failed");
	if (EVP_DigestFinal_ex(context, out, NULL) != 1)
		die("SHA-256 failed");
}

void
sha256(struct str s, unsigned char out[SHA256_SIZE])
{
	parts(&s, 1, false, out);
}

void
hex_encode(const unsigned char *bytes, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

void
sha256_hex(struct str s, char *out, unsigned digits)
{
	unsigned char raw[SHA256_SIZE];

	assert(digits <= 64 && digits % 2 == 0);
	sha256(s, raw);
	hex_encode(raw, digits / 2, out);
}

void
sha256_hex_parts(const struct str *s, size_t count, char *out, unsigned digits)
{
	unsigned char raw[SHA256_SIZE];

	assert(digits <= 64 && digits % 2 == 0);
	parts(s, count, true, raw);
	hex_encode(raw, digits / 2, out);
}

uint64_t
sha256_64(const struct str *s, size_t count)
{
	unsigned char raw[SHA256_SIZE];
	uint64_t first = 0;

	parts(s, count, true, raw);
	for (int i = 0; i < 8; i++)
		first = first << 8 | raw[i];
	return first;
}

uint64_t
hash64(struct str s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
	h ^= h >> 32;
	h *= 0x9fb21c651e98df25u;
	return h ^ h >> 28;
}
