# shellcheck shell=sh
# The few lines every black-box test in sh begins with:
#
#	. "$(dirname "$0")/../lib/tap.sh"
#	ok 'the program is there' test -x "$STANCE_BUILD/stance"
#	is "$(echo a)" a 'echo echoes'
#	done_testing
#
# It gives the test a folder of its own, $TMP, which goes when the test ends,
# and ends whatever start() started, by its pid.  What a failure has to show
# goes to stderr, where prove lets it through.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
: "${STANCE_BUILD:=$TOP/build/release}" "${STANCE_VARIANT:=release}"
export STANCE_BUILD STANCE_VARIANT
PATH=$STANCE_BUILD:$PATH
TMP=$(mktemp -d)
tap_count=0
tap_failed=0
tap_pids=

tap_clean() {
	for pid in $tap_pids; do
		stop "$pid"
	done
	rm -rf "$TMP"
}
trap tap_clean EXIT
trap 'exit 1' HUP INT TERM

# ok NAME COMMAND...: the command must succeed.
ok() {
	tap_name=$1
	shift
	tap_count=$((tap_count + 1))
	if "$@" >"$TMP/.tap" 2>&1; then
		echo "ok $tap_count - $tap_name"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $tap_name"
		echo "# failed: $*" >&2
		sed 's/^/# /' "$TMP/.tap" | head -n 40 >&2
	fi
}

# is GOT WANTED NAME: two texts must be the same.
is() {
	tap_count=$((tap_count + 1))
	if [ "$1" = "$2" ]; then
		echo "ok $tap_count - $3"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $3"
		printf 'got: %s\nwanted: %s\n' "$1" "$2" | sed 's/^/# /' >&2
	fi
}

# status COMMAND...: print its exit status; what it prints goes to $TMP/out
# and $TMP/err.
status() {
	"$@" >"$TMP/out" 2>"$TMP/err" && echo 0 || echo $?
}

# has TEXT PATTERN NAME: the text matches the extended pattern.
has() {
	tap_count=$((tap_count + 1))
	if printf '%s\n' "$1" | grep -Eq -- "$2"; then
		echo "ok $tap_count - $3"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $3"
		printf 'no match for: %s\nin: %s\n' "$2" "$1" | sed 's/^/# /' >&2
	fi
}

# skip_all REASON: the whole test does not apply here.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
	exit
}

# start COMMAND...: run it in the background; its pid is in $STARTED, and it is
# ended with the test.
start() {
	{
		"$@" <&9 9<&- &		# else its input would be /dev/null
		STARTED=$!
	} 9<&0
	tap_pids="$tap_pids $STARTED"
}

# stop PID [SIGNAL]: end what start() started and wait until it is gone.
stop() {
	kill -"${2:-TERM}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	return 0
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	tap_tries=$(($1 * 20))
	shift
	until "$@" >/dev/null 2>&1; do
		tap_tries=$((tap_tries - 1))
		[ $tap_tries -gt 0 ] || return 1
		sleep 0.05
	done
}
