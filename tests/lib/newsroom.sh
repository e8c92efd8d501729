# shellcheck shell=sh
# The embedded newsroom for tests that run the whole pipe; needs tap.sh.

# open_newsroom [FOLDER]: its web server, $BASE, and $TMP/feeds.txt.
# shellcheck disable=SC2120
open_newsroom() {
	mkfifo "$TMP/.open"
	exec 8<>"$TMP/.open"
	start "$TOP/tests/newsroom/server" "${1:-$TOP/tests/newsroom/www}" \
	    <"$TMP/.open" >"$TMP/.port" 8>&-
	wait_for 20 test -s "$TMP/.port" || { echo "Bail out! no server"; exit 1; }
	BASE=http://127.0.0.1:$(cat "$TMP/.port")
	printf '%s\n' "$BASE/briefs.xml" "$BASE/wire.atom" >"$TMP/feeds.txt"
}

# The main job once, in $TMP: news/ is the store, state/ what ingest knows.
# A FIFO is read and written at its two ends.
# shellcheck disable=SC2094
poll_newsroom() {
	[ -p "$TMP/acks" ] || mkfifo "$TMP/acks"
	(
		cd "$TMP" || exit
		exec 8>&-
		stance-ingest --once --state state --acks acks \
		    --allow-net 127.0.0.1/32 --host-delay 0 feeds.txt 2>>ingest.err |
		    stance-classify 2>>classify.err |
		    stance-store add --ack news 2>>store.err 1<>acks
	)
}

# The articles in the store: key and label, a line each.
stored() {
	stance-store query "$TMP/news" |
	    jq -r '[.key, .stance.label] | join(" ")' | sed "s|$BASE/||" | sort
}
