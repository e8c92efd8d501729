#!/bin/sh
# The seeds of every fuzz target, and what once crashed it.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
for c in "$TOP"/tests/fuzz/*.c; do
	name=$(basename "$c" .c)
	[ "$name" = replay ] && continue
	ok "$name" "$STANCE_BUILD/tests/fuzz/$name" "$TOP/tests/fuzz/$name"/*
done
done_testing
