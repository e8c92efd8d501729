/*
 * The commands of stance-corpus(1), one a file.  Each parses its own options
 * and returns the exit code.
 */
#ifndef CORPUS_COMMANDS_H
#define CORPUS_COMMANDS_H

int eval_main(int argc, char **argv);
int label_main(int argc, char **argv);

#endif
