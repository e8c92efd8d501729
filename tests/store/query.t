#!/bin/sh
# The query language, the options that say the same, and the forms of output.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
cd "$TMP" || exit 3

# ID LABEL CONFIDENCE DOMAIN LANG TITLE TEXT
article() {
	jq -cn --arg id "$1" --arg l "$2" --argjson c "$3" --arg d "$4" --arg g "$5" --arg t "$6" --arg x "$7" \
	    '{id: ("http://" + $id), url: ("https://www." + $id + ".example/a"), title: $t, content_text: $x,
	    language: $g, date_published: "2026-01-0\($id | length)T12:00:00Z", feed: {title: ("Feed " + $id), tags: ["official"]},
	    stance: {label: $l, confidence: $c, domains: ($d | split("+")), evidence: [{rule: "r", effect: $l, weight: 1,
	    field: "content_text", scope: "lead", start: 0, end: ($x | length), exact: $x}]}}'
}
{
	article a easing 0.9 trade en-GB 'Ban lifted' 'The Ministry lifted the  export ban.'
	article bb tightening 0.8 trade+energy fr 'Tariffs rise' 'Tarifs: décidé hier.'
	article ccc neutral 0.2 money en "$(printf 'a\033[31mred\342\200\256x')" '=SUM(A1), "quoted"'
	article dddd easing 0.5 energy de 'Lockerung' 'ÖL: die Ausfuhr ist frei'
} | stance-store add s

# QUERY IDS...: the query finds exactly these
finds() {
	q=$1
	shift
	is "$(stance-store query s "$q" | jq -r '.id[7:8]' | paste -sd' ')" "$*" "$q"
}
finds '' a b c d
finds 'label:easing' a d
finds 'label:EASING,neutral' a c d
finds 'lang:fr,en -label:easing' b c
finds 'not (label:easing or domain:money)' b
finds 'domain:energy label:easing or lang:en' a c d
finds 'lang:en' a c
finds 'confidence>0.5' a b
finds 'confidence>=0.5 confidence<0.9' b d
finds 'confidence=0.2' c
finds 'source:ccc.example' c
finds 'source:example' a b c d
finds 'source:ample'
finds 'source:"Feed a"' a
finds 'tag:official' a b c d
finds 'text:"export ban"' a
finds '"EXPORT BAN"' a
finds 'expor'
finds 'expor*' a
finds 'öl' d
finds 'Décidé' b
finds 'text:/tarif+s?:/' b
finds 'title:/^l/' d
finds 'title:export'
finds 'published<2026-01-03' a b
finds 'published>=2026-01-04T12:00:00Z' d
finds 'since:1h seq<3' a b
finds 'until:1h'
finds 'type:article id:http://bb' b
finds 'confidence:0.5..0.8' b d
finds 'confidence:..0.2' c
finds 'confidence:0.8.. -label:tightening' a
finds 'published>=2026-01-03@Asia/Tokyo published<2026-01-04@Asia/Tokyo' c

# Options and language say the same: they are understood as the same query.
same() {
	term=$1
	shift
	is "$(stance-store query --explain-plan s "$@" | sed -n 's/^query *//p')" \
	    "$(stance-store query --explain-plan s "$term" | sed -n 's/^query *//p')" "$* is $term"
}
same 'label:easing,mixed' --label easing,mixed
same 'label:easing,mixed' -l easing -l mixed
same 'domain:trade topic:tariffs actor:China source:"Feed a" lang:en tag:official stage:adopted story:0123 type:feed' \
    --type feed --story 0123 --stage adopted --tag official --lang en --source 'Feed a' --actor China --topic tariffs \
    --domain trade
same 'score:-1..-0.5 confidence:0.9.. revision:2' --score -1..-0.5 --confidence 0.9.. --revision 2
same 'text:"rare earths" text:"say \"no\""' --text 'rare earths' --text 'say "no"'
same 'text:/a\/b|c d/' --regex 'a/b|c d'
same 'since:2026-01-03 until:2026-01-04T10:00:00+02:00' --since 2026-01-03 --until 2026-01-04T10:00:00+02:00
same 'published>=2026-03-29@Europe/Berlin published<2026-03-30@Europe/Berlin' --by published --since 2026-03-29 \
    --until 2026-03-30 --zone Europe/Berlin
same 'label:easing (domain:trade or domain:money)' -l easing domain:trade or domain:money
same 'not (a or not b)' 'not (a or (not b))'
plan=$(stance-store query --explain-plan s 'published>=2026-03-29@Europe/Berlin published<2026-03-30@Europe/Berlin')
has "$plan" 'published>=2026-03-28T23:00:00Z published<2026-03-29T22:00:00Z' 'a day of a zone has 23 hours when clocks go forward'
has "$(stance-store query --explain-plan s since:2026-09-06@America/Santiago)" 'stored>=2026-09-06T04:00:00Z' \
    'and begins at one where midnight is left out'
# what is printed reads back as the same query
for q in 'label:easing,"a b" -(x or "y z*") confidence<0.5' 'title:/^a\/b/ or not since:2026-01-01' 'source:"a \"b\"" 5'; do
	once=$(stance-store query --explain-plan s "$q" | sed -n 's/^query *//p')
	is "$(stance-store query --explain-plan s "$once" | sed -n 's/^query *//p')" "$once" "read back: $q"
done

is "$(stance-store query s -l easing,neutral -d trade,money --by published --since 2026-01-01 | jq -r .id | paste -sd' ')" \
    'http://a http://ccc' 'options say the same'
is "$(stance-store query s --order confidence --limit 2 | jq -r .stance.confidence | paste -sd' ')" '0.9 0.8' 'order and limit'
is "$(stance-store query s --order newest --fields seq | paste -sd' ')" \
    '{"seq":"4"} {"seq":"3"} {"seq":"2"} {"seq":"1"}' 'newest first; fields'
is "$(stance-store query s --group-by domain,label --format tsv)" "domain	label	count
energy	easing	1
energy	tightening	1
money	neutral	1
trade	easing	1
trade	tightening	1" 'groups'
is "$(stance-store query s lang:en,fr --format csv --fields lang,sentence)" "lang,sentence
en-GB,The Ministry lifted the  export ban.
fr,Tarifs: décidé hier.
en,\"'=SUM(A1), \"\"quoted\"\"\"" 'CSV is quoted and guards against formulas'
table=$(stance-store query s -f table domain:money --color always)
has "$table" 'a\^\[\[31mred<U\+202E>x' 'a table shows escapes and overrides'
is "$(printf %s "$table" | tr -d '\n' | LC_ALL=C grep -c "$(printf '\033\[31m')")" 0 'and obeys none'
cat >terminal.py <<'E'
import os, pty, subprocess, sys
master, slave = pty.openpty()
p = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=slave)
os.close(slave)
seen = b""
try:
    while True:
        seen += os.read(master, 65536)
except OSError:
    pass
p.wait()
sys.stdout.buffer.write(seen)
E
for form in '--format tsv' '--format csv' '--fields title' ''; do
	# shellcheck disable=SC2086
	seen=$(python3 terminal.py stance-store query s $form domain:money)
	is "$(printf %s "$seen" | LC_ALL=C tr -cd '\033\342' | wc -c)" 0 "a terminal is shown no escapes: $form"
	has "$seen" 'red<U\+202E>x' 'but their marks'
done
is "$(stance-store query s -f tsv --fields title domain:money | LC_ALL=C tr -cd '\033\342' | wc -c)" 2 'a pipe gets what is there'
has "$(stance-store query s -f table id:http://a)" '^easing +0.90  Ban lifted$' 'label, confidence, headline'
has "$(stance-store query s -f table id:http://a)" '\[The Ministry lifted the  export ban\.\]' 'and the proof'

for bad in 'score:..' 'score:1..x' 'score>0..1' 'since:yesterday@Mars/Base' 'since:today@../../etc/passwd' \
    'since:3d@UTC' 'since:2026-02-30' 'lable:x' 'label:' 'label>3' 'confidence>high' '(label:easing' 'label:easing)' 'text:/a(b/' '"open' 'or' 'since:later'; do
	is "$(status stance-store query s "$bad")" 2 "refused: $bad"
done
has "$(stance-store query s lable:x 2>&1)" "column 1: unknown field 'lable'; did you mean 'label'" 'with place and a guess'
long=$(printf '%0100000d' 0 | tr 0 a)
article e easing 0.1 x en long "$long" | stance-store add s
# shellcheck disable=SC2016 # the dollar is the expression's
is "$(status stance-store query s 'text:/(a+)+$b/')" 0 'a costly expression ends'

stance-store query s | stance-store add --segment-size 500 --group 1 many
is "$(find many -name '*.zst' | grep -c .)" 4 'a store of several segments'
is "$(stance-store query many since:1h --count) $(stance-store query many since:2099-01-01 --count)" '5 0' \
    'segments that are too old are passed over, no others'

is "$(status stance-store query s --zone Europe/Nowhere)" 2 'an unknown zone is refused'
plan=$(stance-store query --explain-plan many label:easing since:1h --count)
has "$plan" 'segments   5: 0 too old, 4 with an index, 1 read in full' 'the plan counts segments'
has "$plan" 'rows       2 of 4 in the indexes pass' 'and rows'
has "$plan" 'holds back by label arrival' 'and what holds back'

article f easing 0.7 trade en 'Minus' 'x' | jq -c '.stance.score = -0.25 | .title = "-1+1" | .fetched = {at: "2026-01-01T00:00:00Z",
    url: "http://f/a", sha256: "ab"}' | stance-store add exported
is "$(stance-store export exported -f csv --fields score,title,fetched,fetched_url,sha256 | tail -1)" \
    "-0.250,'-1+1,2026-01-01T00:00:00Z,http://f/a,ab" 'export keeps where it is in the archive; a number is no formula'
is "$(stance-store export exported -f csv --csv-raw --fields title | tail -1)" '-1+1' 'raw, when asked'
is "$(stance-store export exported | jq -c 'has("x"), .fetched.sha256, .seq' | paste -sd' ')" 'false "ab" 1' 'as records: no seal'
is "$(stance-store export exported -f tsv | head -1 | tr '\t' '\n' | grep -c .)" 24 'all columns'

# 2 stories ease, one of them told twice; 1 tightens; 1 mixed; 1 neutral
vote() {
	jq -cn --arg id "$1" --arg l "$2" --arg s "$3" '{id: ("http://v/" + $id), title: $id,
	    content_text: "The customs office of \($s)land and \($s)burg decided on \($s)day about duties for \($s)wool products.",
	    date_published: "2026-02-10T00:00:00Z", stance: {label: $l, domains: ["trade"]}}'
}
{ vote 1 easing A; vote 2 easing A; vote 3 easing B; vote 4 tightening C; vote 5 mixed D; vote 6 neutral E; } | stance-store add votes
is "$(stance-store balance votes --by month -f csv | cut -d, -f1-7)" 'month,group,easing,tightening,mixed,neutral,net
2026-02,all,2,1,1,1,0.250' 'a story votes once; the net share'
is "$(stance-store balance votes --by day --group domain -f jsonl label:easing | jq -c '[.period,.group,.net,.low,.high]')" \
    '["2026-02-10","trade",1,1,1]' 'by day and domain, with its interval'
is "$(stance-store balance votes)" "$(stance-store balance votes)" 'the same figures each time'
is "$(stance-store balance votes --seed 2 -f jsonl | jq -c '.net, .low != .high' | paste -sd' ')" '0.25 true' \
    'another seed, the same share'
{ for m in 1 3 6; do vote "m$m" easing "M$m" | jq -c --arg d "2025-0$m-05T00:00:00Z" '.date_published = $d | .stance.domains = ["a<b"]'; done; } |
    stance-store add votes
plot=$(stance-store balance votes --by month -f plot)
has "$plot" '^\+1.00 \|o o  o' 'a plot over time, months without votes stay empty'
has "$plot" '^ +2025-01 +2026-02$' 'with its ends'
stance-store balance votes --by month -g domain -f svg >balance.svg
ok 'SVG is well-formed' python3 -c 'import xml.etree.ElementTree as e; r = e.parse("balance.svg").getroot()
assert len([x for x in r.iter() if x.tag.endswith("polyline")]) == 2, "a line for each domain"
assert "a<b" in [x.text for x in r.iter()]'
is "$(status stance-store balance votes --by year)" 2 'years are not offered'
done_testing
