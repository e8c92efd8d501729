/*
 * Digests: SHA-256 (FIPS 180-4) by libcrypto, and a fast 64-bit hash for
 * tables.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdint.h>

#include "base/str.h"

#define SHA256_SIZE	32

/* Libcrypto loads its algorithm at the first use; call this before the jail. */
void digest_setup(void);
/* A thread that has used SHA-256 calls this before it ends. */
void digest_leave(void);
void sha256(struct str s, unsigned char out[SHA256_SIZE]);
/* The first `digits` hex digits (even, at most 64) and a NUL. */
void sha256_hex(struct str s, char *out, unsigned digits);
/* Of several strings with a NUL byte after each, so that parts cannot move. */
void sha256_hex_parts(const struct str *parts, size_t count, char *out,
    unsigned digits);
/* The first 64 bits of the same. */
uint64_t sha256_64(const struct str *parts, size_t count);
/* Of all that can still be read from `fd`, and how many bytes that is.  -1: it
 * cannot be read; errno tells why. */
int sha256_fd(int fd, unsigned char out[SHA256_SIZE], uint64_t *size);
void hex_encode(const unsigned char *bytes, size_t n, char *out);

/* 64-bit FNV-1a with a final mix: for tables, never for files. */
uint64_t hash64(struct str s);

#endif
