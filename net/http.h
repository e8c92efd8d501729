/*
 * An HTTP client for addresses that strangers name: many transfers at once on
 * one thread, each guarded (net/guard.h) at every hop, only http and https,
 * with ceilings on time, redirects and on what a body grows to when unpacked.
 * Hosts are treated gently: few connections each, a pause between two requests,
 * and none for a while where a host asks for that (429, 503).  No cookies, no referrer; proxies of the environment are ignored.
 *
 * A caller adds requests, waits on http_fd() for at most http_timeout()
 * milliseconds, pumps, and takes replies.
 */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include <stdint.h>

#include "base/buf.h"
#include "net/guard.h"
#include "net/secrets.h"

struct http;

struct http_options {
	const char	*user_agent;
	const char	*proxy;		/* NULL: none */
	const char	*ca_file;	/* NULL: the system's */
	const struct secrets *secrets;	/* NULL: none; must stay */
	const struct guard_range *opened;	/* copied */
	size_t		 nopened;
	unsigned	 in_flight;	/* transfers at once */
	unsigned	 per_host;	/* of these, to one host */
	unsigned	 host_gap_ms;	/* between two requests to one host */
	unsigned	 timeout_ms;	/* of one hop */
	unsigned	 redirects;
	bool		 as_came;	/* for archives: leave bodies in their
					 * content coding (net/coding.h), and
					 * hand out the answers on the way */
};

struct http_request {
	uint64_t	 tag;
	struct str	 url;
	struct str	 etag, modified;	/* validators, echoed byte for byte */
	struct str	 accept;
	struct str	 user_agent;		/* none: that of the options */
	struct str	 headers;		/* more, a line each; not sent on
						 * to another host */
	struct str	 post;			/* a body to POST; none: GET */
	size_t		 max;			/* of the body, unpacked */
};

struct http_reply {
	uint64_t	 tag;
	bool		 on_the_way;	/* a redirect that is being followed:
					 * more comes with this tag */
	long		 status;	/* 0: no whole answer: see `error` */
	struct str	 error;
	long		 cut_status;	/* of an answer that was cut, or 0 */
	struct str	 cut;		/* then why: "length", "time" or
					 * "disconnect" (WARC 1.1, 5.13) */
	struct str	 ip;		/* where it came from, or none */
	bool		 hopeless;	/* asking again would change nothing */
	bool		 unasked;	/* we answer for a host that rests */
	struct str	 url;		/* after redirects */
	struct str	 moved;		/* where permanent redirects alone led */
	struct str	 reason;	/* of the status line */
	struct str	 headers;	/* "Name: value", a line each, no status */
	struct str	 body;
};

/* What the client must be able to read in its jail: certificates, the
 * resolver's files, the libraries that it loads late.  NULL-ended. */
#define HTTP_FILES	18
extern const char *const http_files[HTTP_FILES + 1];

/* Once per process, before the jail. */
void http_setup(void);
/* It lives as long as its process. */
struct http *http_new(const struct http_options *options);
/* Queue a request; it is copied. */
void http_add(struct http *http, const struct http_request *request);
/* A descriptor that becomes readable when there is something to do. */
int http_fd(const struct http *http);
/* Milliseconds until http_pump() is due, -1: only when http_fd() says. */
int http_timeout(const struct http *http);
/* Move bytes; start waiting requests only if `start`. */
void http_pump(struct http *http, bool start);
/* The next finished transfer, valid until the next call. */
bool http_next(struct http *http, struct http_reply *reply);

/* The value of the header `name` in a reply's lines, or STR_NONE. */
struct str http_header(struct str headers, const char *name);
/* Seconds of Retry-After, given so or as a date, up to HTTP_WAIT_MOST; -1: not
 * told. */
#define HTTP_WAIT_MOST	(7 * 86400LL)
long long http_retry_after(struct str headers, int64_t now);
/* Scheme, host and port of `url` in one form, malloc'ed; NULL: not http(s). */
char *http_origin(struct str url);

#endif
