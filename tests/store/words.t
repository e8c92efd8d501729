#!/bin/sh
# What a store says when something is amiss, and that other programs can read and
# verify it without us.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
cd "$TMP" || exit 3

# articles FROM TO
articles() {
	for n in $(seq "$1" "$2"); do
		printf '{"id":"http://a.example/%s","title":"Story %s","content_text":"the word %s","stance":{"label":"easing"}}\n' \
		    "$n" "$n" "$n"
	done
}

articles 1 100 | stance-store add --segment-size 4000 s
articles 101 103 | stance-store add s
stance-store compact --size 12000 s 2>/dev/null

# without us
read_all() {
	for f in $(find s/articles -name '*.jsonl*' | sort); do
		case $f in
		*.zst) zstdcat "$f" ;;
		*) cat "$f" ;;
		esac
	done
}
is "$(read_all | jq -r .id | cksum)" "$(seq -f 'http://a.example/%g' 103 | cksum)" 'find, zstdcat, cat and jq read all records in order'
is "$(read_all | jq -r .seq | paste -sd' ')" "$(seq 103 | paste -sd' ')" 'none is missing'
is "$(find s/articles -name '*.zst' -print0 | xargs -0 zstdgrep -ho '"the word 57"')" '"the word 57"' 'zstdgrep finds a word'
verify() {
	previous=
	for meta in $(find s/articles -name '*.meta.json' | sort); do
		frames=${meta%.meta.json}.jsonl.zst
		[ "$(sha256sum <"$frames" | cut -c1-64)" = "$(jq -r .sha256 "$meta")" ] || return 1
		[ -z "$previous" ] || [ "$(jq -r .previous "$meta")" = "$previous" ] ||
		    [ "$(jq -r .previous "$meta")" = "$replaces" ] || return 1
		[ "$(zstdcat "$frames" | wc -l)" = "$(jq .lines "$meta")" ] || return 1
		previous=$(jq -r .sha256 "$meta") replaces=$(jq -r .replaces "$meta")
	done
	read_all | while IFS= read -r line; do
		body=${line%,\"x\":*}
		[ "$(printf %s "$body" | sha256sum | cut -c1-16)" = "$(printf %s "$line" | jq -r .x)" ] || exit 1
	done
}
ok 'sha256sum and jq verify files, their chain and each line' verify
is "$(stance-store note --list s | jq -r '.new | "\(.sha256)  s/articles/\(.file).jsonl.zst"' | sha256sum -c --quiet 2>&1)" '' \
    'and what compaction noted'

# a store of a newer format, or none
cp -R s newer && echo 'stance-store 7' >newer/FORMAT
for command in 'add' 'query' 'follow --once' 'check' 'check --repair' 'compact' 'stats' 'note'; do
	# shellcheck disable=SC2086
	is "$(status stance-store $command newer </dev/null)" 3 "$command leaves a store of a newer format alone"
	has "$(cat err)" 'has store format 7; this program reads format 1' 'and names the formats'
done

# two writers
mkfifo in
stance-store add --ack s <in >acks &
holder=$!
exec 3>in
articles 104 104 >&3
wait_for 10 test -s acks
is "$(status stance-store add s </dev/null)" 3 'a second writer is refused'
has "$(cat err)" "has a writer already: process $holder\$" 'with the pid of the first'
is "$(status stance-store check --repair s)" 3 'so is a repair'
has "$(cat err)" "process $holder\$" 'with the same word'
ok 'compaction is not' stance-store compact s
exec 3>&-
wait "$holder"

# a folder that cannot be written
if [ "$(id -u)" = 0 ]; then
	as='setpriv --reuid=65534 --regid=65534 --clear-groups'
else
	as=
	chmod -R a-w s
fi
chmod 755 "$TMP"
# shellcheck disable=SC2086
if $as "$STANCE_BUILD/stance-store" --help >/dev/null 2>&1; then
	is "$(status $as "$STANCE_BUILD/stance-store" add s </dev/null)" 3 'a store that cannot be written is no place to add'
	has "$(cat err)" "cannot open 's/articles/LOCK': Permission denied" 'which is said'
	is "$(status $as "$STANCE_BUILD/stance-store" check --repair s)" 3 'nor to repair'
	is "$(status $as "$STANCE_BUILD/stance-store" query --count s label:easing)" 0 'but can be read'
	is "$(cat out)" 104 'in full'
	is "$(status $as "$STANCE_BUILD/stance-store" check s)" 0 'and checked'
fi
[ "$(id -u)" = 0 ] || chmod -R u+w s

# a clock that was set back
future=$(($(date +%Y) + 2))
mkdir -p "late/articles/$future/01/01" && echo 'stance-store 1' >late/FORMAT
body='{"id":"http://a.example/f","title":"f","key":"http://a.example/f","rev":"1","revision":1,"seq":1,"stored":"'$future'-01-01T00:00:00Z"'
echo "$body,\"x\":\"$(printf %s "$body" | sha256sum | cut -c1-16)\"}" >"late/articles/$future/01/01/000001.jsonl"
is "$(articles 1 1 | status stance-store add late)" 0 'a clock that was set back stops nothing'
has "$(cat err)" "the clock is [0-9]+ s behind the newest record of 'late'" 'but is named'
is "$(stance-store query late | jq -r .stored | sort -u)" "$future-01-01T00:00:00Z" 'and times do not fall'
ok 'the store is sound' stance-store check late

# names that would lead elsewhere
mkdir deep deep/er
for name in ../../x /etc/x ..%2f..%2fx 'a/../../../x' "$(printf 'x\\u0000y')"; do
	printf '{"id":"%s","key":"%s","rev":"%s","title":"t","story":{"id":"%s"},"language":"%s","feed":{"title":"%s"}}\n' \
	    "$name" "$name" "$name" "$name" "$name" "$name"
done | stance-store add --ack deep/er/s >acks
is "$(jq -r .status acks | sort | uniq -c | tr -s ' ')" ' 5 new' 'hostile names are kept as what they are, text'
is "$(find deep | sed 's,/20[0-9][0-9].*,,' | sort -u | paste -sd' ')" \
    'deep deep/er deep/er/s deep/er/s/FORMAT deep/er/s/articles deep/er/s/articles/LOCK deep/er/s/ids' 'and make no file elsewhere'
ok 'that store is sound' stance-store check deep/er/s
done_testing
