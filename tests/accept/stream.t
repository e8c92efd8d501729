#!/bin/sh
# A filter that runs for ever: memory stays flat, and a bad line costs itself.
. "$(dirname "$0")/../lib/tap.sh"

good='{"id":"https://a.example/1","title":"Ministry lifts ban on exports of grain"}'

# Resident memory in KB of the process $1, at most over the next $2 seconds.
resident() {
	most=0
	turn=0
	while [ $turn -lt $(($2 * 10)) ]; do
		kb=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status" 2>/dev/null)
		[ "${kb:-0}" -gt "$most" ] && most=$kb
		sleep 0.1
		turn=$((turn + 1))
	done
	echo "$most"
}

if [ "$STANCE_VARIANT" = release ]; then
	mkfifo "$TMP/in"
	exec 7<>"$TMP/in"		# so that neither end waits to open it
	start stance-classify <"$TMP/in" >/dev/null 7>&-
	filter=$STARTED
	start yes "$good" >"$TMP/in"
	feeder=$STARTED
	sleep 1
	early=$(resident "$filter" 1)
	late=$(resident "$filter" "${STANCE_LONG:+5}3")
	stop "$feeder"
	stop "$filter"
	ok "memory is flat ($early KB, then $late KB)" \
	    test "$early" -gt 0 -a "$late" -le $((early + 1024))
fi

# refuses NAME REASON FILE: the bad line between two good ones.
refuses() {
	{ echo "$good"; cat "$3"; echo; echo "$good"; } >"$TMP/mix"
	is "$(status stance-classify <"$TMP/mix")" 4 "$1: exit status 4"
	is "$(jq -r .stance.label "$TMP/out" | tr '\n' ' ')" 'easing easing ' \
	    "$1: the others pass"
	has "$(cat "$TMP/err")" ":2:.*$2" "$1: named with line and reason"
}

head -c 104857600 /dev/zero | tr '\0' a >"$TMP/bad"
refuses '100 MB line' 'longer|too long|bytes' "$TMP/bad"
printf '{"id":"a","title":"\377\376"}' >"$TMP/bad"
refuses 'invalid UTF-8' 'invalid UTF-8' "$TMP/bad"
printf '{"id":"a","title":"x\0y"}' >"$TMP/bad"
refuses 'NUL' 'NUL' "$TMP/bad"
printf '{"id":"a","title":"cut of' >"$TMP/bad"
refuses 'truncated' 'string is not closed' "$TMP/bad"
head -c 10000 /dev/zero | tr '\0' '[' >"$TMP/bad"
refuses 'deep' 'nested too deeply' "$TMP/bad"
done_testing
