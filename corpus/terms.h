/*
 * The stems of labelled articles, for commands that learn what words say: of each
 * article those of its title and of the head of its text, in order, and of each
 * stem how often it is met, its commonest form, and whether it is a name.
 */
#ifndef CORPUS_TERMS_H
#define CORPUS_TERMS_H

#include "base/opt.h"
#include "base/text/words.h"
#include "corpus/articles.h"
#include "corpus/index.h"
#include "corpus/score.h"

struct stem {
	size_t	articles, last;		/* with it; the last of them, from 1 */
	size_t	named, plain;		/* with a capital, and without */
	size_t	form;			/* the commonest, and */
	size_t	form_seen;		/* how often */
	bool	stopped;		/* to be left out */
};

struct form {
	size_t	stem, seen;
};

/* An article: its occurrences are `first` to `end`, those of the title before
 * `text`. */
struct sample {
	size_t		first, text, end;
	enum label	label;
	double		scale;		/* of a sum of weights */
	double		times;		/* that it counts; 1 unless set */
};

struct terms {
	struct arena	 a;
	struct sb_stemmer *sb;
	struct words	 words;
	struct index	 stop, stem_names, form_names;
	struct stem	*stems;		/* by the number in stem_names */
	size_t		 stem_cap;
	struct form	*forms;
	size_t		 form_cap;
	struct sample	*samples;
	size_t		 sample_count, sample_cap;
	size_t		*occurrences;	/* stems, in order of the articles */
	size_t		 count, cap;
	size_t		 head;		/* of a text, in code points */
};

/* The options that every such command has. */
struct terms_options {
	const char	*stemmer, *stop;
	struct opt_number head, least;
};

#define TERMS_OPTIONS(least)						\
	{ "english", NULL, { RELEVANCE_HEAD, 1, 100000 }, { (least), 1, 100000 } }

/* Ends the program where libstemmer has no such stemmer or there is no such file. */
void terms_open(struct terms *t, const struct terms_options *how);
/* The next sample, of this article, with its label. */
struct sample *terms_take(struct terms *t, struct articles *all,
    const struct article *from);
/* Is the stem a name, to be left out, or a letter? */
bool terms_is_word(const struct terms *t, size_t stem);
/* The stem's commonest form. */
struct str terms_form(const struct terms *t, size_t stem);
/* Is the article of those that the list names? */
bool terms_is_any(struct articles *all, const struct article *article,
    const struct opt_list *list);
/* What an article must have; for articles_read(). */
int terms_check(const struct record *rec, struct arena *a, struct err *err);
void terms_release(struct terms *t);

/* The standard output must take all that was written. */
void terms_flush(void);

#endif
