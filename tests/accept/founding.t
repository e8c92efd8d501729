#!/bin/sh
# The founding example: licences are issued again, in an article that speaks of
# controls and restrictions all the way down.
. "$(dirname "$0")/../lib/tap.sh"
seed=$TOP/../shared/seed/article.txt
[ -f "$seed" ] || skip_all "the founding article is not here"

page=$TMP/page.html
{
	echo '<!DOCTYPE html><html><head><meta charset="utf-8"><title>News</title></head><body>'
	echo '<nav><a href="/">Home</a> <a href="/world">World</a></nav><article>'
	sed -e 's/&/\&amp;/g; s/</\&lt;/g' -e '1s|.*|<h1>&</h1>|' -e '2,$s|.*|<p>&</p>|' "$seed"
	echo '</article><footer>All rights reserved. <a href="/p">Privacy</a></footer></body></html>'
} >"$page"

printf 'https://a.example/1\t%s\n' "$page" | stance-extract --list >"$TMP/article"
stance-classify <"$TMP/article" >"$TMP/tagged"
is "$(jq -r .stance.label "$TMP/tagged")" easing 'it is easing'
is "$(jq -r '.stance.confidence > 0.7 and .stance.score < -0.5' "$TMP/tagged")" \
    true 'and surely so'
has "$(jq -r '.stance.domains[]' "$TMP/tagged")" '^trade$' 'of trade'
has "$(jq -r '.stance.evidence[].exact' "$TMP/tagged")" \
    'general export licen[cs]es' 'proved by the licences'
has "$(jq -r '.stance.evidence[0].exact' "$TMP/tagged")" \
    'general export licen[cs]es' 'and by them first'
is "$(jq -r .title "$TMP/article")" "$(head -n 1 "$seed")" 'the headline is the title'
is "$(jq -r .content_text "$TMP/article" | grep -c .)" \
    "$(tail -n +2 "$seed" | grep -c .)" 'and each paragraph is there'
stance-store add "$TMP/news" <"$TMP/tagged"
is "$(stance-store query "$TMP/news" --label easing | jq -r .url)" \
    https://a.example/1 'and comes back by its label'
done_testing
