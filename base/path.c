#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/path.h"

#ifndef STANCE_DATADIR
#error "STANCE_DATADIR must name PREFIX/share/stance"
#endif

/* The folder above the last "/build/" in `folder`, or NULL: programs are in
 * build/VARIANT, unit tests below that. */
static char *
tree_of(const char *folder)
{
	const char *build = NULL;

	for (const char *p = folder; (p = strstr(p, "/build/")) != NULL; p++)
		build = p;
	return build ? xstrndup(folder, (size_t)(build - folder)) : NULL;
}

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
		char *tree = tree_of(folder);

		if (tree != NULL)
			path = try_path(tree, "", name);
		if (path == NULL && str_ends(str_of(folder), STR("/bin")))
			path = try_path(folder, "/../share/stance", name);
		free(tree);
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
