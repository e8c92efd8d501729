#!/bin/sh
# Each feed beside this file and the lines of --feed-info that it must become,
# in NAME.lines.  To accept what is printed now: tests/feed/golden.t --accept
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
cd "$TOP/tests/feed" || exit 1
for feed in *.xml *.opml *.json; do
	lines=${feed%.*}.lines
	stance-extract --feed-info --url https://h.example/d/feed "$feed" \
	    >"$TMP/lines" 2>"$TMP/err"
	[ "${1-}" = --accept ] && cp "$TMP/lines" "$lines"
	ok "$feed" diff -u "$lines" "$TMP/lines"
done
done_testing
