#!/bin/sh
# make demo, as a newcomer runs it: the newsroom comes to its end, and the alert is
# that of licences which are issued again.
. "$(dirname "$0")/../lib/tap.sh"
[ "$STANCE_VARIANT" = release ] || skip_all 'the demo is run with the release'

"$TOP/tests/demo/run" "build/$STANCE_VARIANT" >"$TMP/shown" 2>&1
is $? 0 'the demo ends well'
has "$(cat "$TMP/shown")" '^ALERT new, easing \(trade\)$' 'with an alert of an easing of trade'
has "$(cat "$TMP/shown")" 'title: "issue general export licences"' 'that its headline proves'
done_testing
