/*
 * The commands of stance-corpus(1), one a file.  Each parses its own options
 * and returns the exit code.
 */
#ifndef CORPUS_COMMANDS_H
#define CORPUS_COMMANDS_H

int adjudicate_main(int argc, char **argv);
int agree_main(int argc, char **argv);
int calibrate_main(int argc, char **argv);
int combine_main(int argc, char **argv);
int eval_main(int argc, char **argv);
int export_main(int argc, char **argv);
int flips_main(int argc, char **argv);
int import_main(int argc, char **argv);
int label_main(int argc, char **argv);
int relevance_main(int argc, char **argv);
int sample_main(int argc, char **argv);
int split_main(int argc, char **argv);
int wording_main(int argc, char **argv);

#endif
