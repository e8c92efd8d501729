/*
 * The ceilings at the gates, each with its reason.  The tiny build shrinks the
 * buffers (not the promises), so that every edge is met by every test.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* A record line.  A 20 MB page gives far less text; what is longer is hostile. */
#define LIMIT_LINE		(64UL << 20)
/* Levels of JSON.  Our records have six; no reader recurses deeper than this. */
#define LIMIT_JSON_DEPTH	64
/* Members of one JSON object: keeps the check for names given twice cheap. */
#define LIMIT_JSON_MEMBERS	4096
/* A page or feed after decoding. */
#define LIMIT_PAGE		(20UL << 20)
/* Memory, processor time and wall time that one page may cost the parse child.
 * The worst honest page seen takes a tenth of each. */
#define LIMIT_PARSE_MEMORY	(1UL << 30)
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIMIT_PARSE_CPU_MS	60000U
#else
#define LIMIT_PARSE_CPU_MS	5000U
#endif
#define LIMIT_PARSE_WALL_MS	(4 * LIMIT_PARSE_CPU_MS)

#ifdef STANCE_TINY
#define IO_READ			7UL	/* bytes asked for at once */
#define IO_WRITE		11UL	/* bytes gathered before a write */
#define ARENA_FIRST		64UL
#define ARENA_CHUNK_MAX		4096UL
#define ARENA_KEEP		128UL
#define BUF_FIRST		1UL
#else
#define IO_READ			(128UL << 10)
#define IO_WRITE		(256UL << 10)
#define ARENA_FIRST		(64UL << 10)
#define ARENA_CHUNK_MAX		(8UL << 20)
#define ARENA_KEEP		(4UL << 20)
#define BUF_FIRST		256UL
#endif

#endif
