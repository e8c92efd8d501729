#include <errno.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/watch.h"

void
watch_init(struct watch *w)
{
	*w = (struct watch){ .file = -1, .folder = -1 };
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

void
watch_release(struct watch *w)
{
	if (w->fd != -1)
		close(w->fd);
	w->fd = -1;
}

static void
drop(struct watch *w)
{
	if (w->file != -1)
		inotify_rm_watch(w->fd, w->file);
	if (w->folder != -1)
		inotify_rm_watch(w->fd, w->folder);
	w->file = w->folder = -1;
}

bool
watch_aim(struct watch *w, const struct reader *r)
{
	char *folder;

	if (w->fd == -1 || r->text.fd == -1 ||
	    (w->number == r->number && w->inode == r->text.inode))
		return false;
	drop(w);
	w->number = r->number;
	w->inode = r->text.inode;
	folder = xstrdup(r->text.file);
	*strrchr(folder, '/') = '\0';
	w->file = inotify_add_watch(w->fd, r->text.file, IN_MODIFY);
	w->folder = inotify_add_watch(w->fd, folder, IN_CREATE | IN_MOVED_TO);
	free(folder);
	return true;
}

void
watch_drain(struct watch *w)
{
	char events[4096];

	while (w->fd != -1 && read(w->fd, events, sizeof(events)) > 0)
		;
}
