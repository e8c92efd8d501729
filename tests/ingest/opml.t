#!/bin/sh
# A plain list becomes OPML and OPML becomes the same again: nothing is lost.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

cat >"$TMP/list" <<'END'
# three of the kinds
https://bank.example/rss?a=1&b=2 tag=official tag="rates, prices" interval=5m
https://desk.example/atom title="The \ <Desk>" content=page id=link
https://news.example/feed agent="reader (+mail@news.example)" header="X-A: b" header="X-C: d"
END
stance-ingest --opml "$TMP/list" >"$TMP/one.opml"
ok 'it is XML' stance-extract --feed-info "$TMP/one.opml"
is "$(stance-extract --feed-info "$TMP/one.opml" | grep -c subscription)" 3 \
    'with a subscription for each feed'
has "$(cat "$TMP/one.opml")" 'text="The \\ &lt;Desk&gt;"' 'markup is escaped'
has "$(cat "$TMP/one.opml")" 'category="official"' 'tags are categories'
stance-ingest --opml "$TMP/one.opml" >"$TMP/two.opml"
ok 'read again it is the same' cmp "$TMP/one.opml" "$TMP/two.opml"
has "$(tail -n 3 "$TMP/two.opml" | head -n 1)" \
    'agent=&quot;reader .* header=&quot;X-A: b&quot; header=&quot;X-C: d&quot;' \
    'options with it'
ok 'the list of sources is read' stance-ingest --opml "$TOP/rules/feeds.opml"

cat >"$TMP/bad.opml" <<'END'
<opml version="2.0" xmlns:stance="urn:stance:opml"><body>
<outline text="x" xmlUrl="https://x.example/" stance:options="interval=soon"/>
</body></opml>
END
is "$(status stance-ingest --opml "$TMP/bad.opml")" 2 'a wrong option is refused'
has "$(cat "$TMP/err")" 'an interval is a number' 'and named'
done_testing
