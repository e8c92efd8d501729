#!/bin/sh
# What stance-store add promises: sealed lines, one copy of each text,
# acknowledgements, refusals with an answer, one writer.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
cd "$TMP" || exit 3

article() {
	printf '{"id":"http://a.example/%s","title":"%s","content_text":"b"}\n' "$1" "$2"
}

acks=$( (article 1 one; article 2 two; article 1 one; article 1 changed) | stance-store add --ack s)
is "$(echo "$acks" | jq -r '"\(.seq) \(.status)"' | paste -sd,)" \
    '1 new,2 new,1 duplicate,3 revision' 'new, duplicate within a group, revision'
is "$(article 2 two | stance-store add --ack s | jq -r .status)" duplicate 'a duplicate after a restart'
is "$(stance-store query s --count)" 2 'only the latest revisions are found'
is "$(stance-store query s --count --all-revisions)" 3 'and all on request'

line=$(stance-store query s --limit 1 --all-revisions)
body=${line%,\"x\":*}
is "$(printf %s "$body" | sha256sum | cut -c1-16)" "$(echo "$line" | jq -r .x)" \
    'the seal is what sha256sum says of the line before it'

(article 3 three; echo '{"id":"x","error":"gone"}'; echo '{"id":7}'; echo nonsense; article 4 four) >mixed
is "$(status stance-store add --ack --rejects rej s <mixed)" 4 'refusals give status 4'
is "$(jq -r .status out | paste -sd,)" new,refused,refused,refused,new 'every line is answered'
is "$(grep -c . rej)" 3 'the refused lines are kept'
has "$(cat err)" 'stdin>:3:7: refused' 'place and reason are named'

is "$(echo '{"type":"feed","id":"f"}' | stance-store add --ack s | jq -r .status)" new 'other types are kept'
is "$(stance-store query s 'type:feed' --count)" 1 'and found by type'
is "$(stance-store query s --count)" 4 'but are no articles'

printf '{"id":"http://a.example/n","key":null,"rev":"","title":"n","seq":9,"x":"no","story":{}}\n' |
    stance-store add s
line=$(stance-store query s --order newest --limit 1)
is "$(echo "$line" | jq -r '.key, .revision, .seq' | paste -sd' ')" 'http://a.example/n 1 7' \
    'members of the store are dropped and made anew'
ok 'the store is sound' stance-store check s

mkfifo in
stance-store add --ack held <in >held.acks &
holder=$!
exec 3>in
article 8 eight >&3
wait_for 10 test -s held.acks
is "$(status stance-store add held </dev/null)" 3 'a second writer is refused'
has "$(cat err)" "process $holder\$" 'with the pid of the first'
stop $holder KILL
exec 3>&-
is "$(article 8 eight | stance-store add --ack held | jq -r .status)" duplicate \
    'after a kill the store goes on'

mkdir other && echo x >other/file
is "$(status stance-store add other </dev/null)" 3 'a folder with other things is left alone'
mkdir new && echo 'stance-store 2' >new/FORMAT
is "$(status stance-store add new </dev/null)" 3 'so is a store of a newer format'
has "$(cat err)" 'format 2' 'which is named'
is "$(status stance-store query nowhere)" 3 'no store, no query'
done_testing
