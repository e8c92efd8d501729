/*
 * The commands of stance-store: each sets itself up, gives up rights, loops and
 * returns the exit code.
 */
#ifndef STORE_COMMANDS_H
#define STORE_COMMANDS_H

int run_add(int argc, char **argv);
int run_query(int argc, char **argv);
int run_split_story(int argc, char **argv);
int run_join_story(int argc, char **argv);
int run_export(int argc, char **argv);
int run_balance(int argc, char **argv);
int run_follow(int argc, char **argv);
int run_stats(int argc, char **argv);
int run_show(int argc, char **argv);
int run_check(int argc, char **argv);
int run_compact(int argc, char **argv);
int run_note(int argc, char **argv);

/* The operand STORE that most of them have, as the first of `n`. */
const char *store_operand(int n, char **argv);

#endif
