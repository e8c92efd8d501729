/*
 * Files of labels: JSON Lines, one decision a line, appended and never
 * changed: {"id":…,"label":…,"labeler":…,"at":…}.  The last line about an
 * article by a labeler holds; a label of null takes the earlier ones back.
 */
#ifndef CORPUS_LABELS_H
#define CORPUS_LABELS_H

#include "base/mem.h"
#include "corpus/index.h"
#include "corpus/score.h"

struct labels {
	struct index	 ids, labelers;
	struct index	 pairs;		/* v's place of a labeler and article */
	struct decision {
		size_t		article, labeler;	/* numbers of the indexes */
		enum label	label;			/* NONE: taken back */
	}		*v;		/* one per article and labeler, in order */
	size_t		 n, cap;
	struct arena	 a;
};

/* Read `fd` to its end; a line without "labeler" is by `name`, which also names
 * the file in messages.  A line that makes no sense ends the program: labels
 * are too dear to be lost silently. */
void labels_read(struct labels *labels, int fd, const char *name);
void labels_release(struct labels *labels);

/* Several such files, opened before the jail and read in it. */
struct label_files {
	char	**names;	/* the caller's */
	int	 *fds;
	size_t	  n;
};
void label_files_open(struct label_files *files, char **names, size_t n);
/* Read and close them all. */
void label_files_read(struct label_files *files, struct labels *labels);

/* The decision of `labeler` about `article`, or LABEL_NONE. */
enum label labels_find(struct labels *labels, struct str article,
    struct str labeler);

#endif
