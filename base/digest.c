#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"

#define PIECE	(64u << 10)	/* of a file, at once */

static const EVP_MD *algorithm;
static _Thread_local EVP_MD_CTX *context;

void
digest_setup(void)
{
	/* who ends the program does not wait for threads that are at work here */
	if (algorithm == NULL &&
	    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL) == 1)
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (context == NULL)
		context = EVP_MD_CTX_new();
	if (algorithm == NULL || context == NULL)
		die("libcrypto has no SHA-256");
}

void
digest_leave(void)
{
	EVP_MD_CTX_free(context);
	context = NULL;
}

static void
begin(void)
{
	digest_setup();
	if (EVP_DigestInit_ex(context, algorithm, NULL) != 1)
		die("SHA-256 failed");
}

static void
add(const void *p, size_t n)
{
	if (EVP_DigestUpdate(context, p, n) != 1)
		die("SHA-256 failed");
}

static void
end(unsigned char out[SHA256_SIZE])
{
	if (EVP_DigestFinal_ex(context, out, NULL) != 1)
		die("SHA-256 failed");
}

static void
parts(const struct str *s, size_t count, bool separated,
    unsigned char out[SHA256_SIZE])
{
	begin();
	for (size_t i = 0; i < count; i++) {
		add(s[i].p, s[i].n);
		if (separated)
			add("", 1);
	}
	end(out);
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

int
sha256_fd(int fd, unsigned char out[SHA256_SIZE], uint64_t *size)
{
	char *piece = xmalloc(PIECE);
	ssize_t n;

	*size = 0;
	begin();
	while ((n = read_full(fd, piece, PIECE)) > 0) {
		add(piece, (size_t)n);
		*size += (uint64_t)n;
	}
	end(out);
	free(piece);
	return n == -1 ? -1 : 0;
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
