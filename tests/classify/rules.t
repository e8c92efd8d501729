#!/bin/sh
# Every construct of the rule language: tests/rules/*.rules hold a match and a
# non-match for each, tests/rules/errors/*.rules a mistake each, with its
# message in the first line.
. "$(dirname "$0")/../lib/tap.sh"

for file in "$TOP"/tests/rules/*.rules; do
	ok "$(basename "$file")" stance-classify -r "$file" --test-rules
done
for file in "$TOP"/tests/rules/errors/*.rules; do
	wanted=$(sed -n '1s/^# //p' "$file")
	is "$(status stance-classify -r "$file" --test-rules)" 2 \
	    "$(basename "$file") is refused"
	got=$(sed -n '1s/^.*errors\///p' "$TMP/err")
	is "$got" "$wanted" "$(basename "$file") says where and why"
done
ok 'the shipped rules pass their tests' stance-classify --test-rules
ok 'nothing in the shipped rules is in doubt' stance-classify --check
for file in "$TOP"/rules/packs/*.rules; do
	ok "the pack $(basename "$file") passes its tests" \
	    stance-classify -r "$file" --test-rules
	ok "nothing in the pack $(basename "$file") is in doubt" \
	    stance-classify -r "$file" --check
done
ok 'the manual shows what is accepted' sh -c '
	sed -n "/^\.Sh EXAMPLES/,/^\.Ed/p" "$1/man/stance-rules.5" |
	    grep -v "^\." >"$2/example.rules" &&
	stance-classify -r "$2/example.rules" --test-rules' sh "$TOP" "$TMP"
done_testing
