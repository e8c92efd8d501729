/* The same text otherwise: in a normal form, its newlines as they are wanted. */
#ifndef TESTS_FUZZ_NORMAL_H
#define TESTS_FUZZ_NORMAL_H

#include <stdlib.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/utf8.h"

/* `s` as sound text without CR and NUL, for the fuzzer's bytes. */
static inline struct str
made_sound(struct str s, struct arena *a)
{
	struct buf sound = BUF_INIT;

	utf8_repair(&sound, s);
	for (size_t i = 0; i < sound.n; i++)
		if (sound.p[i] == '\r' || sound.p[i] == '\0')
			sound.p[i] = ' ';
	s = arena_str(a, buf_str(&sound));
	buf_release(&sound);
	return s;
}

static inline struct str
rewritten(struct str s, bool composed, const char *newline, struct arena *a)
{
	struct buf b = BUF_INIT;
	utf8proc_uint8_t *form;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)s.p,
	    (utf8proc_ssize_t)s.n, &form, UTF8PROC_STABLE |
	    (composed ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE));

	for (utf8proc_ssize_t i = 0; i < n; i++) {
		if (form[i] == '\n')
			buf_addz(&b, newline);
		else
			buf_addc(&b, (char)form[i]);
	}
	if (n >= 0)
		free(form);
	s = arena_str(a, buf_str(&b));
	buf_release(&b);
	return s;
}

#endif
