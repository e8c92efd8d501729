/*
 * Addresses as documents write them: relative ones made absolute (RFC 3986,
 * section 5), with the leniency of the web: white space around is dropped, tabs
 * and line breaks within as well, a space becomes %20.
 */
#ifndef INGEST_URL_H
#define INGEST_URL_H

#include "base/mem.h"

/* Does it begin with a scheme? */
bool url_is_absolute(struct str url);
bool url_is_http(struct str url);
/* `ref` as seen from `base`; a view of `ref` or in `a`.  Where `base` is not
 * absolute and hierarchical, or `ref` is absolute already, `ref` tidied. */
struct str url_resolve(struct str base, struct str ref, struct arena *a);

#endif
