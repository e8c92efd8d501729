#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"

#ifndef STANCE_DATADIR
#error "STANCE_DATADIR must name PREFIX/share/stance"
#endif

/* The folder of the running program. */
static char *
own_folder(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	slash = strrchr(path, '/');
	return xstrndup(path, slash ? (size_t)(slash - path) : 0);
}

/* A readable "folder/middle/name", or NULL. */
static char *
try_path(const char *folder, const char *middle, const char *name)
{
	char *path = xasprintf("%s%s/%s", folder, middle, name);

	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

char *
path_data(const char *name)
{
	char *folder = own_folder(), *path = NULL;

	if (folder != NULL) {
		struct str f = str_of(folder);

		/* build/VARIANT of a tree, else PREFIX/bin */
		if (str_find(f, STR("/build/"), 0) >= 0)
			path = try_path(folder, "/../..", name);
		if (path == NULL && str_ends(f, STR("/bin")))
			path = try_path(folder, "/../share/stance", name);
	}
	free(folder);
	return path ? path : try_path(STANCE_DATADIR, "", name);
}

char *
path_program(const char *name)
{
	char *folder = own_folder(), *path;

	path = folder ? try_path(folder, "", name) : NULL;
	free(folder);
	return path;
}
