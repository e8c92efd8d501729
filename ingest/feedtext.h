/*
 * The small conventions inside a feed's values; private to ingest/feed*.
 */
#ifndef INGEST_FEEDTEXT_H
#define INGEST_FEEDTEXT_H

#include "ingest/page.h"

/* A copy of `s` in `a`: base64 of UTF-8 undone where asked, controls of C1 taken
 * for windows-1252. */
struct str feed_text_clean(struct str s, bool base64, struct arena *a);
/* A person written as one string: "me@example.org (Name)", "Name <me@...>".
 * Fills what `person` has not. */
void feed_person(struct str s, struct author *person, struct arena *a);
/* A language tag as BCP 47 has it: en_US is en-US. */
struct str feed_language(struct str s, struct arena *a);
/* The name of a link relation that was given as an address of IANA's registry. */
struct str feed_relation(struct str rel);
/* itunes:duration: seconds, or [hh:]mm:ss.  -1: neither. */
long long feed_duration(struct str s);

#endif
