/*
 * A program is what rule files compile to: a grammar for each language they
 * speak of.  A language is compiled, under a lock, when the first article needs
 * it, or all are at the start where a mistake in any must be told.  A grammar
 * never changes after that and holds nothing of any article, so one program can
 * judge many, in several threads.
 */
#ifndef CLASSIFY_PROGRAM_H
#define CLASSIFY_PROGRAM_H

#include "base/record.h"
#include "base/utf8.h"
#include "classify/judge.h"

#define LANGUAGES_MAX	32

struct program {
	struct rulefiles	 files;
	const char		*languages[LANGUAGES_MAX];
	struct grammar		*grammars[LANGUAGES_MAX]; /* NULL: not compiled */
	size_t			 count;
	char			 hash[17];	/* of the rules, for verdicts */
	bool			 asks_source;	/* a rule has a condition on it */
	bool			 by_rules;	/* its benches judge so at first */
	bool			 parts;		/* verdicts tell their parts */
};

/* Read `paths`; nothing is compiled yet, and no file is opened later.  -1 with a
 * placed error; rulefiles_line() of prog->files then shows the line. */
int program_load(struct program *prog, const char *const *paths, size_t count,
    struct err *err);
/* The same for rules that were read into prog->files. */
int program_survey(struct program *prog, struct err *err);
/* Compile all languages, as is asked of whoever looks at prog->grammars. */
int program_compile(struct program *prog, struct err *err);
void program_release(struct program *prog);

/* One thread's storage: a judge for each language, made when first needed. */
struct bench {
	struct program		*prog;
	struct memo		*memo;		/* of the readers of all judges */
	struct matcher		*matcher;	/* of their patterns */
	struct judge		*judges[LANGUAGES_MAX];
	struct judge		*latest;	/* who gave the last verdict */
	struct misses		*misses;	/* see judge_trace(); or NULL */
	struct tally		*tallies;	/* by language; or NULL */
	bool			 by_rules;	/* see judge_by_rules() */
	struct buf		 silence;	/* the last verdict that says */
	double			 silence_confidence; /* nothing, as written */
};

void bench_init(struct bench *bench, struct program *prog);
void bench_release(struct bench *bench);
/* What of `rec` is judged by the program; the strings live in `a` or in the
 * record's line. */
void article_of_record(struct article *article, const struct program *prog,
    const struct record *rec, struct arena *a);
/* An example as an article. */
void article_of_example(struct article *article, const struct example *ex);
/* Judge in the language named (BCP 47), or the one the text is in when it is
 * absent or clearly another.  Text in no language of the program is neutral.
 * The article must live as long as the verdict.  -1 with a placed error when a
 * language that is needed does not compile. */
int bench_judge(struct bench *bench, const struct article *article,
    struct arena *a, struct verdict *v, struct err *err);

/* Judge in the program's language number `i`, which is compiled. */
void bench_judge_as(struct bench *bench, size_t i,
    const struct article *article, struct arena *a, struct verdict *v);

/* Append the verdict as the record's member `stance`; `text_member` names the
 * member that the text came from. */
void verdict_write(struct buf *b, struct bench *bench,
    const struct verdict *v, const char *text_member);
/* Is there a list or a rule of this name? */
bool program_names(const struct program *prog, const char *name);

/* Run the tests of all rule files: their number and that of the failed, which
 * are told on stderr. */
void program_test(struct program *prog, size_t *count, size_t *failed);
/* Append the compiled program for people. */
void program_list(const struct program *prog, struct buf *b);
/* Append the words and phrases of the list called `name`, with those of the lists in
 * it, a line each and by language; false when there is no such list. */
bool program_list_words(const struct program *prog, const char *name,
    struct buf *b);

#endif
