/*
 * A server for the polling bench: any path that ends in .xml is a feed of ten
 * entries with their whole text, its ETag its path; everything else is 404.
 * Prints its port, serves until its standard input ends, then prints how many
 * requests it had and how many connections were open at most.
 */
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define ENTRIES	10

static atomic_ulong requests, open_now, open_most;

static char *
make_feed(const char *path, size_t *size)
{
	struct buf b = BUF_INIT;

	buf_addz(&b, "<rss version=\"2.0\" xmlns:content=\""
	    "http://purl.org/rss/1.0/modules/content/\"><channel>"
	    "<title>Bench</title>");
	for (int i = 0; i < ENTRIES; i++) {
		buf_addf(&b, "<item><title>Entry %d of %s</title><guid "
		    "isPermaLink=\"false\">%s#%d</guid><content:encoded>"
		    "&lt;p&gt;", i, path, path, i);
		for (int k = 0; k < 40; k++)
			buf_addz(&b, "The ministry said the ban would end. ");
		buf_addz(&b, "&lt;/p&gt;</content:encoded></item>");
	}
	buf_addz(&b, "</channel></rss>");
	*size = b.n;
	return b.p;
}

static enum MHD_Result
answer(void *unused, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *upload,
    size_t *upload_size, void **state)
{
	const char *seen = MHD_lookup_connection_value(connection,
	    MHD_HEADER_KIND, "If-None-Match");
	char *etag = xasprintf("\"%s\"", path);
	struct MHD_Response *response;
	unsigned status = MHD_HTTP_OK;
	enum MHD_Result rc;
	size_t size = 0;
	char *body = NULL;

	(void)unused, (void)method, (void)version, (void)upload;
	(void)upload_size, (void)state;
	requests++;
	if (strstr(path, ".xml") == NULL)
		status = MHD_HTTP_NOT_FOUND;
	else if (seen != NULL && strcmp(seen, etag) == 0)
		status = MHD_HTTP_NOT_MODIFIED;
	else
		body = make_feed(path, &size);
	response = MHD_create_response_from_buffer(size, body,
	    MHD_RESPMEM_MUST_FREE);
	MHD_add_response_header(response, "ETag", etag);
	MHD_add_response_header(response, "Content-Type",
	    "application/rss+xml");
	rc = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	free(etag);
	return rc;
}

static void
on_connection(void *unused, struct MHD_Connection *connection, void **state,
    enum MHD_ConnectionNotificationCode what)
{
	(void)unused, (void)connection, (void)state;
	if (what == MHD_CONNECTION_NOTIFY_CLOSED)
		open_now--;
	else if (++open_now > open_most)
		open_most = open_now;
}

int
main(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct MHD_Daemon *daemon = MHD_start_daemon(
	    MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL,
	    MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT, 4000U,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, NULL,
	    MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024U, MHD_OPTION_END);
	char byte;

	if (daemon == NULL)
		die("the server does not start");
	printf("%u\n", MHD_get_daemon_info(daemon,
	    MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	printf("%lu %lu\n", requests, open_most);
	MHD_stop_daemon(daemon);
	return 0;
}
