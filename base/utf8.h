/*
 * UTF-8 (RFC 3629).  Offsets that leave the program are Unicode code points;
 * inside it they are bytes, and text is checked once, at the gate.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdint.h>

#include "base/buf.h"

/* Offset of the first byte that is not well-formed UTF-8, or s.n.  Overlong
 * forms, surrogates and values above U+10FFFF are not well-formed. */
size_t utf8_check(struct str s);
/* The bytes of the well-formed code point at p < end, or 0. */
unsigned utf8_length(const char *p, const char *end);
/* Decode one code point at p (p < end, text checked before or not): its value
 * and *len, the bytes it takes.  Malformed: U+FFFD and *len = 1. */
uint32_t utf8_decode(const char *p, const char *end, unsigned *len);
/* Encode into `to` (room for 4): the number of bytes. */
unsigned utf8_encode(uint32_t cp, char *to);
void utf8_add(struct buf *b, uint32_t cp);
/* Number of code points in well-formed `s`. */
size_t utf8_count(struct str s);
/* Byte offset of code point number `n` in well-formed `s`, s.n when beyond. */
size_t utf8_offset(struct str s, size_t n);
/* Append `s`, each malformed byte replaced by U+FFFD. */
void utf8_repair(struct buf *b, struct str s);

#endif
