#!/bin/sh
# Pages of our own and the record that each must become: golden/NAME.html and
# golden/NAME.json.  After a change that is meant, look at the difference, then
# run with GOLDEN_WRITE=1.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
here=$TOP/tests/page/golden
for page in "$here"/*.html; do
	name=$(basename "$page" .html)
	"$STANCE_BUILD/stance-extract" \
	    --url "https://news.example/2026/11/23/$name" "$page" |
	    jq -S 'del(.rev, .key)' >"$TMP/$name.json"
	[ -z "${GOLDEN_WRITE-}" ] || cp "$TMP/$name.json" "$here/$name.json"
	ok "$name" diff -u "$here/$name.json" "$TMP/$name.json"
done
done_testing
