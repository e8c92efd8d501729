/*
 * Where our own files are.  A program in build/VARIANT/ finds them in the tree
 * it was built from; an installed one under PREFIX/share/stance.  No
 * environment variable is needed or read.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

/* "rules/default.rules" -> a path that exists, malloc'ed, or NULL. */
char *path_data(const char *name);
/* The path of a sibling program, "stance-classify": beside the running one. */
char *path_program(const char *name);

#endif
