#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/mem.h"
#include "net/coding.h"
#include "net/http.h"

/* Lines of headers that one answer may have, in bytes. */
#define HEADERS_MAX	(64UL << 10)
/* Slower than this for so long is a server that wants to hold us. */
#define SLOW_BYTES	64L
#define SLOW_SECONDS	20L
#define CONNECT_MS	15000U
#define HOST_BUCKETS	4096
/* A host that has enough of us rests so long at most, or so long where it does
 * not say; what one address asks for beyond that is for the caller to keep. */
#define REST_MOST	600LL		/* seconds */
#define REST_UNTOLD	5LL

const char *const http_files[HTTP_FILES + 1] = { "/etc/ssl", "/etc/pki",
    "/usr/share/ca-certificates", "/usr/local/share/ca-certificates",
    "/usr/lib/ssl", "/etc/resolv.conf", "/run/systemd/resolve",
    "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf",
    "/etc/services", "/etc/ld.so.cache", "/lib", "/lib64", "/usr/lib",
    "/dev/urandom", "/proc/sys/net", NULL };

struct transfer {
	struct transfer	*next;
	struct http	*http;
	struct host	*host;
	CURL		*easy;
	uint64_t	 tag;
	char		*url, *moved, *etag, *modified, *accept, *user_agent;
	char		*headers;
	struct str	 post;		/* owned; p NULL: a GET */
	struct curl_slist *sent;
	bool		 permanent;	/* each redirect so far was */
	unsigned	 hops;
	bool		 on_the_way;
	long		 status, cut_status;
	const char	*cut;
	struct buf	 lines, body;
	bool		 unasked, refused, too_long, hopeless;
	char		 reason[64], ip[64];
	char		 why[CURL_ERROR_SIZE + 64];
};

struct transfers {
	struct transfer	*first, **last;
};

/* A scheme, name and port, while something is on its way there. */
struct host {
	struct host	*chain;		/* same bucket */
	struct host	*next;		/* in http->ready or http->resting */
	char		*origin;
	unsigned	 active;
	bool		 listed;	/* in ready or resting */
	int64_t		 free_at;	/* ms: when the next request may start */
	int64_t		 rests_until;	/* seconds: it asked for that */
	struct transfers waiting;
};

struct hosts {
	struct host	*first, **last;
};

struct http {
	struct http_options options;
	struct guard_range *opened;
	CURLM		*multi;
	int		 epoll;
	int64_t		 timer;		/* ms; -1: none */
	struct host	*hosts[HOST_BUCKETS];
	struct hosts	 ready, resting;
	struct transfers done;
	struct transfer	*handed_out;
	size_t		 active;
};

#define LIST_INIT(list)	((list)->first = NULL, (list)->last = &(list)->first)
#define LIST_PUT(list, x) do {						\
	(x)->next = NULL;						\
	*(list)->last = (x);						\
	(list)->last = &(x)->next;					\
} while (0)
#define LIST_TAKE(list, x) do {						\
	(x) = (list)->first;						\
	if ((x) != NULL && ((list)->first = (x)->next) == NULL)		\
		(list)->last = &(list)->first;				\
} while (0)

void
http_setup(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
		die("libcurl does not start");
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
	struct http *http = user;
	struct epoll_event event = { .data.fd = fd };

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(http->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		event.events |= EPOLLIN;
	if (what & CURL_POLL_OUT)
		event.events |= EPOLLOUT;
	if (epoll_ctl(http->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
	    &event) == -1)
		die_errno("epoll_ctl");
	curl_multi_assign(http->multi, fd, http);
	return 0;
}

static int
on_timer(CURLM *multi, long ms, void *user)
{
	struct http *http = user;

	(void)multi;
	http->timer = ms < 0 ? -1 : clock_monotonic_ms() + ms;
	return 0;
}

struct http *
http_new(const struct http_options *options)
{
	struct http *http = xcalloc(1, sizeof(*http));

	http->options = *options;
	http->opened = xcalloc(options->nopened, sizeof(*http->opened));
	if (options->nopened > 0)
		memcpy(http->opened, options->opened,
		    options->nopened * sizeof(*http->opened));
	http->timer = -1;
	LIST_INIT(&http->ready);
	LIST_INIT(&http->resting);
	LIST_INIT(&http->done);
	http->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (http->epoll == -1)
		die_errno("epoll_create1");
	http->multi = curl_multi_init();
	if (http->multi == NULL)
		die("libcurl does not start");
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS,
	    (long)options->in_flight);
	return http;
}

char *
http_origin(struct str url)
{
	CURLU *parts = curl_url();
	char *z = xstrndup(url.p, url.n), *scheme = NULL, *name = NULL;
	char *port = NULL, *origin = NULL;

	if (parts == NULL)
		die("out of memory reading an address");
	if (curl_url_set(parts, CURLUPART_URL, z, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_HOST, &name, 0) == CURLUE_OK &&
	    curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
	    CURLUE_OK && (strcmp(scheme, "http") == 0 ||
	    strcmp(scheme, "https") == 0)) {
		for (char *p = name; *p != '\0'; p++)
			if (*p >= 'A' && *p <= 'Z')
				*p |= 32;
		origin = xasprintf("%s://%s:%s", scheme, name, port);
	}
	curl_free(scheme);
	curl_free(name);
	curl_free(port);
	curl_url_cleanup(parts);
	free(z);
	return origin;
}

static struct host *
host_of(struct http *http, char *origin)
{
	struct host **at = &http->hosts[hash64(str_of(origin)) % HOST_BUCKETS];

	for (struct host *h = *at; h != NULL; h = h->chain)
		if (strcmp(h->origin, origin) == 0) {
			free(origin);
			return h;
		}
	struct host *host = xcalloc(1, sizeof(*host));

	host->origin = origin;
	host->chain = *at;
	LIST_INIT(&host->waiting);
	*at = host;
	return host;
}

/* Hosts are forgotten once nobody needs them. */
static void
host_drop(struct http *http, struct host *host)
{
	struct host **at =
	    &http->hosts[hash64(str_of(host->origin)) % HOST_BUCKETS];

	while (*at != host)
		at = &(*at)->chain;
	*at = host->chain;
	free(host->origin);
	free(host);
}

static void
host_list(struct http *http, struct host *host, int64_t now)
{
	if (host->listed)
		return;
	if (now < host->free_at)
		LIST_PUT(&http->resting, host);
	else if (host->waiting.first == NULL) {
		if (host->active == 0 && host->rests_until <= clock_now())
			host_drop(http, host);
		return;
	} else if (host->active < http->options.per_host)
		LIST_PUT(&http->ready, host);
	else
		return;
	host->listed = true;
}

static void
finish(struct http *http, struct transfer *t, const char *error)
{
	if (error != NULL) {
		t->status = 0;
		t->hopeless = true;
		snprintf(t->why, sizeof(t->why), "%s", error);
	}
	LIST_PUT(&http->done, t);
}

/* Into the queue of the host that its address names now. */
static void
enqueue(struct http *http, struct transfer *t)
{
	char *origin = http_origin(str_of(t->url));

	if (origin == NULL) {
		finish(http, t, "not an http or https address");
		return;
	}
	if (t->host != NULL && strcmp(t->host->origin, origin) != 0) {
		free(t->headers);	/* not meant for others */
		t->headers = NULL;
	}
	t->host = host_of(http, origin);
	LIST_PUT(&t->host->waiting, t);
	host_list(http, t->host, clock_monotonic_ms());
}

static char *
copy(struct str s)
{
	return s.n > 0 ? xstrndup(s.p, s.n) : NULL;
}

void
http_add(struct http *http, const struct http_request *request)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	t->http = http;
	t->tag = request->tag;
	t->url = xstrndup(request->url.p, request->url.n);
	t->etag = copy(request->etag);
	t->modified = copy(request->modified);
	t->accept = copy(request->accept);
	t->user_agent = copy(request->user_agent);
	t->headers = copy(request->headers);
	t->post = (struct str){ copy(request->post), request->post.n };
	t->permanent = true;
	t->lines = buf_init(HEADERS_MAX);
	t->body = buf_init(request->max);
	enqueue(http, t);
}

static curl_socket_t
on_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = user;
	const struct http *http = t->http;

	(void)purpose;
	if (http->options.proxy == NULL && !guard_allows(&address->addr,
	    http->opened, http->options.nopened)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static size_t
on_body(char *p, size_t size, size_t count, void *user)
{
	struct transfer *t = user;

	if (buf_add(&t->body, p, size * count) == -1) {
		t->too_long = true;
		return 0;
	}
	return size * count;
}

/* "HTTP/1.1 404 Not Found": what stands behind the number. */
static void
note_reason(struct transfer *t, struct str line)
{
	struct str word;

	str_split(&line, ' ', &word);
	str_split(&line, ' ', &word);
	line = str_trim(line);
	snprintf(t->reason, sizeof(t->reason), "%.*s", STR_FMT(line));
}

static size_t
on_header(char *p, size_t size, size_t count, void *user)
{
	struct transfer *t = user;
	struct str line = { p, size * count };

	if (str_starts(line, STR("HTTP/"))) {	/* a new answer: 100, 200... */
		buf_reset(&t->lines);
		note_reason(t, line);
		return line.n;
	}
	line = str_trim(line);
	if (line.n > 0 && (buf_adds(&t->lines, line) == -1 ||
	    buf_addc(&t->lines, '\n') == -1)) {
		t->too_long = true;
		return 0;
	}
	return size * count;
}

/* A line of the request; what would break out of its line is left out. */
static void
send_line(struct transfer *t, const char *name, const char *value)
{
	struct curl_slist *grown;
	char *line;

	if (value == NULL || strpbrk(value, "\r\n") != NULL)
		return;
	line = xasprintf("%s%s%s", name, *name ? ": " : "", value);
	grown = curl_slist_append(t->sent, line);
	if (grown == NULL)
		die("out of memory making a request");
	t->sent = grown;
	free(line);
}

static void
build_headers(struct transfer *t)
{
	struct str rest = str_of(t->headers), line;

	curl_slist_free_all(t->sent);
	t->sent = NULL;
	send_line(t, "If-None-Match", t->etag);
	send_line(t, "If-Modified-Since", t->modified);
	send_line(t, "Accept", t->accept);
	if (t->http->options.as_came)
		send_line(t, "Accept-Encoding", CODING_ACCEPT);
	while (str_split(&rest, '\n', &line)) {
		char *z = xstrndup(line.p, line.n);

		send_line(t, "", z);
		free(z);
	}
}

#define SET(option, value) do {						\
	if (curl_easy_setopt(t->easy, (option), (value)) != CURLE_OK)	\
		die("this libcurl lacks " #option);			\
} while (0)

static void
configure(struct http *http, struct transfer *t)
{
	const struct http_options *o = &http->options;

	SET(CURLOPT_URL, t->url);
	SET(CURLOPT_PRIVATE, t);
	SET(CURLOPT_ERRORBUFFER, t->why);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_PROXY, o->proxy ? o->proxy : "");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_USERAGENT, t->user_agent ? t->user_agent : o->user_agent);
	if (!o->as_came)
		SET(CURLOPT_ACCEPT_ENCODING, "");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_TIMEOUT_MS, (long)o->timeout_ms);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(o->timeout_ms < CONNECT_MS ?
	    o->timeout_ms : CONNECT_MS));
	SET(CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES);
	SET(CURLOPT_LOW_SPEED_TIME, SLOW_SECONDS);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, t);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_HTTPHEADER, t->sent);
	if (t->post.p != NULL) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->post.n);
		SET(CURLOPT_POSTFIELDS, t->post.p);
	}
	if (o->ca_file != NULL)
		SET(CURLOPT_CAINFO, o->ca_file);
}

static void
authorize(const struct http *http, struct transfer *t)
{
	const struct secret *secret = secrets_find(http->options.secrets,
	    t->host->origin);

	if (secret == NULL)
		return;
	if (secret->bearer) {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		SET(CURLOPT_XOAUTH2_BEARER, secret->value);
	} else {
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERPWD, secret->value);
	}
}

static void
start(struct http *http, struct transfer *t, int64_t now)
{
	t->easy = curl_easy_init();
	if (t->easy == NULL)
		die("out of memory starting a transfer");
	t->refused = t->too_long = false;
	t->why[0] = '\0';
	buf_reset(&t->lines);
	buf_reset(&t->body);
	build_headers(t);
	configure(http, t);
	authorize(http, t);
	t->host->active++;
	t->host->free_at = now + http->options.host_gap_ms;
	http->active++;
	if (curl_multi_add_handle(http->multi, t->easy) != CURLM_OK)
		die("libcurl refuses a transfer");
}

/* The host has enough for now: answer in its place. */
static void
put_off(struct http *http, struct transfer *t)
{
	t->status = 429;
	t->unasked = true;
	snprintf(t->reason, sizeof(t->reason), "Too Many Requests");
	buf_reset(&t->lines);
	buf_addf(&t->lines, "Retry-After: %lld\n",
	    (long long)(t->host->rests_until - clock_now()));
	finish(http, t, NULL);
}

/* After 429 and 503 the host is left alone, whichever address they were for. */
static void
note_rest(struct host *host, const struct transfer *t)
{
	int64_t now = clock_now();
	long long wait = http_retry_after(buf_str(&t->lines), now);

	if (wait < 0 && t->status == 429)
		wait = REST_UNTOLD;
	if (wait > REST_MOST)
		wait = REST_MOST;
	if (wait > 0)
		host->rests_until = now + wait;
}

static void
start_waiting(struct http *http)
{
	int64_t now = clock_monotonic_ms();
	struct host *host;
	struct transfer *t;

	while (http->resting.first != NULL &&
	    http->resting.first->free_at <= now) {
		LIST_TAKE(&http->resting, host);
		host->listed = false;
		host_list(http, host, now);
	}
	while (http->active < http->options.in_flight) {
		LIST_TAKE(&http->ready, host);
		if (host == NULL)
			return;
		host->listed = false;
		LIST_TAKE(&host->waiting, t);
		if (t != NULL && host->rests_until > clock_now())
			put_off(http, t);
		else if (t != NULL)
			start(http, t, now);
		host_list(http, host, now);
	}
}

/* The answer of this hop on its own, before the transfer goes on to the next. */
static void
hand_out_hop(struct http *http, struct transfer *t)
{
	struct transfer *hop = xcalloc(1, sizeof(*hop));

	hop->tag = t->tag;
	hop->on_the_way = true;
	hop->status = t->status;
	hop->url = xstrdup(t->url);
	memcpy(hop->reason, t->reason, sizeof(hop->reason));
	memcpy(hop->ip, t->ip, sizeof(hop->ip));
	hop->lines = t->lines;
	hop->body = t->body;
	t->lines = buf_init(HEADERS_MAX);
	t->body = buf_init(hop->body.max);
	LIST_PUT(&http->done, hop);
}

/* Follow by hand, so that each hop is guarded, queued at its own host, and
 * known as permanent or not.  True when it goes on. */
static bool
redirect(struct http *http, struct transfer *t)
{
	char *where = NULL;

	if (t->status != 301 && t->status != 302 && t->status != 303 &&
	    t->status != 307 && t->status != 308)
		return false;
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &where);
	if (where == NULL)
		return false;
	if (t->hops++ >= http->options.redirects) {
		snprintf(t->why, sizeof(t->why), "more than %u redirects",
		    http->options.redirects);
		t->status = 0;
		t->hopeless = true;
		return false;
	}
	if (http->options.as_came)
		hand_out_hop(http, t);
	free(t->url);
	t->url = xstrdup(where);
	t->permanent = t->permanent && (t->status == 301 || t->status == 308);
	if (t->permanent) {
		free(t->moved);
		t->moved = xstrdup(where);
	}
	return true;
}

static void
describe_failure(struct transfer *t, CURLcode rc)
{
	t->hopeless = t->refused || t->too_long;
	if (t->refused)
		snprintf(t->why, sizeof(t->why),
		    "the address is not public (see --allow-net)");
	else if (t->too_long)
		snprintf(t->why, sizeof(t->why), "longer than %zu bytes",
		    t->body.full ? t->body.max : t->lines.max);
	else if (t->why[0] == '\0')
		snprintf(t->why, sizeof(t->why), "%s", curl_easy_strerror(rc));
}

/* What came before the answer was cut, and why it was. */
static void
note_cut(struct transfer *t, CURL *easy, CURLcode rc)
{
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &t->cut_status);
	t->cut = t->too_long ? "length" :
	    rc == CURLE_OPERATION_TIMEDOUT ? "time" : "disconnect";
}

static void
note_ip(const struct http *http, struct transfer *t, CURL *easy)
{
	const char *ip = NULL;

	if (http->options.proxy == NULL && curl_easy_getinfo(easy,
	    CURLINFO_PRIMARY_IP, &ip) == CURLE_OK && ip != NULL)
		snprintf(t->ip, sizeof(t->ip), "%s", ip);
}

static void
complete(struct http *http, CURL *easy, CURLcode rc)
{
	struct transfer *t;
	struct host *host;
	bool goes_on = false;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
	host = t->host;
	t->status = 0;
	note_ip(http, t, easy);
	if (rc == CURLE_OK) {
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &t->status);
		goes_on = redirect(http, t);
	} else
		note_cut(t, easy, rc);
	if (t->status == 429 || t->status == 503)
		note_rest(host, t);
	curl_multi_remove_handle(http->multi, easy);
	curl_easy_cleanup(easy);
	t->easy = NULL;
	if (rc != CURLE_OK)		/* only now does curl leave `why` */
		describe_failure(t, rc);
	http->active--;
	host->active--;
	if (goes_on)
		enqueue(http, t);
	else
		finish(http, t, NULL);
	host_list(http, host, clock_monotonic_ms());
}

void
http_pump(struct http *http, bool may_start)
{
	struct epoll_event events[256];
	int running, left, n;
	CURLMsg *msg;

	if (may_start)
		start_waiting(http);
	n = epoll_wait(http->epoll, events, 256, 0);
	for (int i = 0; i < n; i++) {
		int what = 0;

		if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			what |= CURL_CSELECT_IN;
		if (events[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
			what |= CURL_CSELECT_OUT;
		curl_multi_socket_action(http->multi, events[i].data.fd, what,
		    &running);
	}
	if (http->timer >= 0 && clock_monotonic_ms() >= http->timer) {
		http->timer = -1;
		curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0,
		    &running);
	}
	while ((msg = curl_multi_info_read(http->multi, &left)) != NULL)
		if (msg->msg == CURLMSG_DONE)
			complete(http, msg->easy_handle, msg->data.result);
	if (may_start)
		start_waiting(http);
}

int
http_fd(const struct http *http)
{
	return http->epoll;
}

int
http_timeout(const struct http *http)
{
	int64_t now = clock_monotonic_ms(), due = http->timer;
	const struct host *first = http->resting.first;

	/* all rest equally long, so the first is the first to be free */
	if (first != NULL && (due < 0 || first->free_at < due))
		due = first->free_at;
	if (due < 0)
		return -1;
	return due <= now ? 0 : due - now > INT_MAX ? INT_MAX :
	    (int)(due - now);
}

static void
transfer_free(struct transfer *t)
{
	if (t == NULL)
		return;
	free(t->url);
	free(t->moved);
	free(t->etag);
	free(t->modified);
	free(t->accept);
	free(t->user_agent);
	free(t->headers);
	free((void *)(uintptr_t)t->post.p);
	curl_slist_free_all(t->sent);
	buf_release(&t->lines);
	buf_release(&t->body);
	free(t);
}

bool
http_next(struct http *http, struct http_reply *reply)
{
	struct transfer *t;

	LIST_TAKE(&http->done, t);
	transfer_free(http->handed_out);
	http->handed_out = t;
	if (t == NULL)
		return false;
	*reply = (struct http_reply){
		.tag = t->tag,
		.on_the_way = t->on_the_way,
		.status = t->status,
		.cut_status = t->cut_status,
		.cut = str_of(t->cut),
		.ip = str_of(t->ip),
		.error = str_of(t->why),
		.hopeless = t->hopeless,
		.unasked = t->unasked,
		.url = str_of(t->url),
		.moved = str_of(t->moved),
		.reason = str_of(t->reason),
		.headers = buf_str(&t->lines),
		.body = buf_str(&t->body),
	};
	return true;
}

long long
http_retry_after(struct str headers, int64_t now)
{
	struct str value = http_header(headers, "retry-after");
	long long seconds = str_number(value, HTTP_WAIT_MOST);
	struct date until;

	if (seconds >= 0 || value.n == 0)
		return seconds;
	if (date_parse_822(value, &until) == -1)
		return -1;
	seconds = until.seconds - now;
	return seconds < 0 ? 0 : seconds > HTTP_WAIT_MOST ? HTTP_WAIT_MOST :
	    seconds;
}

struct str
http_header(struct str headers, const char *name)
{
	struct str line, head;

	while (str_split(&headers, '\n', &line))
		if (str_split(&line, ':', &head) && line.p != NULL &&
		    str_ieq(head, str_of(name)))
			return str_trim(line);
	return STR_NONE;
}
