#!/bin/sh
# A plain list becomes OPML and OPML becomes the same again: nothing is lost.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

cat >"$TMP/list" <<'END'
# three of the kinds
https://bank.example/rss?a=1&b=2 tag=official tag="rates, prices" interval=5m
https://desk.example/atom title="The \ <Desk>" content=page id=link
https://news.example/feed agent="reader (+mail@news.example)" header="X-A: b" header="X-C: d"
https://odd.example/?q="a"",b" title="The ""Odd"" 'Desk' &amp;" tag=x tag="y ""z""" zone=Asia/Shanghai home=https://odd.example/ source="https://list.example/a b"
https://cold.example/feed zone=-0330 interval=2h content=feed
END
stance-ingest --opml "$TMP/list" >"$TMP/one.opml"
ok 'it is XML' stance-extract --feed-info "$TMP/one.opml"
is "$(stance-extract --feed-info "$TMP/one.opml" | grep -c subscription)" 5 \
    'with a subscription for each feed'
has "$(cat "$TMP/one.opml")" 'text="The \\ &lt;Desk&gt;"' 'markup is escaped'
has "$(cat "$TMP/one.opml")" 'category="official"' 'tags are categories'
stance-ingest --opml "$TMP/one.opml" >"$TMP/two.opml"
ok 'read again it is the same' cmp "$TMP/one.opml" "$TMP/two.opml"
has "$(grep news.example "$TMP/two.opml")" \
    'agent=&quot;reader .* header=&quot;X-A: b&quot; header=&quot;X-C: d&quot;' \
    'options with it'
stance-ingest --plain "$TMP/list" >"$TMP/one.txt"
stance-ingest --plain "$TMP/one.opml" >"$TMP/two.txt"
is "$(grep -vc '^https://desk' "$TMP/one.txt")" 4 'a plain list has a line for each feed'
ok 'it is the same by way of OPML' cmp "$TMP/one.txt" "$TMP/two.txt"
stance-ingest --opml "$TMP/two.txt" >"$TMP/three.opml"
ok 'and back' cmp "$TMP/one.opml" "$TMP/three.opml"
has "$(cat "$TMP/two.txt")" 'title="The ""Odd"" .Desk. &amp;" tag=x tag="y ""z""" zone=Asia/Shanghai' \
    'quotes and zones survive'
has "$(cat "$TMP/one.opml")" 'htmlUrl="https://odd.example/".*stance:source="https://list.example/a b"' \
    'so do its page and its source'
stance-ingest --opml "$TOP/rules/feeds.opml" >"$TMP/all.opml"
is "$(grep -o 'stance:source="[^"]*"' "$TOP/rules/feeds.opml" | sort | uniq -c)" \
    "$(grep -o 'stance:source="[^"]*"' "$TMP/all.opml" | sort | uniq -c)" 'no source of the list is lost'
for bad in zone=Nowhere/Atoll zone=../../etc/passwd zone=; do
	echo "https://x.example/ $bad" >"$TMP/bad"
	is "$(status stance-ingest --plain "$TMP/bad")" 2 "not a zone: $bad"
done
ok 'the list of sources is read' stance-ingest --opml "$TOP/rules/feeds.opml"

cat >"$TMP/bad.opml" <<'END'
<opml version="2.0" xmlns:stance="urn:stance:opml"><body>
<outline text="x" xmlUrl="https://x.example/" stance:options="interval=soon"/>
</body></opml>
END
is "$(status stance-ingest --opml "$TMP/bad.opml")" 2 'a wrong option is refused'
has "$(cat "$TMP/err")" 'an interval is a number' 'and named'
done_testing
