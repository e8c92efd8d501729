#!/bin/sh
# Rules for sites, and what --explain says of a page.
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

cat >"$TMP/page.html" <<'END'
<html lang=en><head><title>Sand</title></head><body>
<h1>The Tideline</h1><nav>Home</nav>
<div class=head>Quota on sand lifted</div>
<div class=when data-x=1 title="2026-11-23 09:30">this morning</div>
<div class=who>By Ada Marsh and Ben Quill</div>
<div class=box><p>The ministry lifted the quota on glass sand on Monday, and traders, who had asked for it, were glad.</p></div>
<div class=offer><p>Hats of all sizes, which are cheap this week only, and gloves, which are not, are to be had at our shop in the old town, and socks, too.</p></div>
<div class=box><p>Prices fell by a tenth at once, said the chamber, and more may follow before the year is out.</p>
<aside class=letter>The letter of the ministry in full.</aside>
<div class=notice>We changed a word.</div></div>
<p>Nothing else was said by anyone in the ministry, the chamber or the port, and nobody was asked about it.</p>
<script>"\033[31m"</script></body></html>
END

cat >"$TMP/own.site" <<'END'
# ours
site tideline.example other.example/archive

body .box
keep .letter
strip .notice
title .head
date .when@title
author .who
END

extract() {
	"$STANCE_BUILD/stance-extract" "$@" "$TMP/page.html"
}

extract --sites "$TMP/own.site" --url https://www.tideline.example/a >"$TMP/got"
is "$(jq -r .title "$TMP/got")" 'Quota on sand lifted' 'the title is where the rule says'
is "$(jq -r .date_published "$TMP/got")" '2026-11-23T09:30:00Z' 'so is the date, in an attribute'
is "$(jq -r '[.authors[].name] | join(";")' "$TMP/got")" 'Ada Marsh;Ben Quill' 'and the authors'
is "$(jq -r .content_text "$TMP/got")" 'The ministry lifted the quota on glass sand on Monday, and traders, who had asked for it, were glad.

Prices fell by a tenth at once, said the chamber, and more may follow before the year is out.

The letter of the ministry in full.' 'the body is its parts, less what is stripped, with what is kept'

plain=$(extract --url https://tideline.test/a | jq -r .content_text)
has "$plain" '^Nothing else was said' 'without the rule the page is read in the general way'
for url in https://nottideline.example/a https://other.example/a https://other.example/news/archive; do
	is "$(extract --sites "$TMP/own.site" --url $url | jq -r .content_text)" \
	    "$plain" "the rule is not for $url"
done
has "$(extract --sites "$TMP/own.site" --url http://other.example:8080/archive/9)" '"Quota on sand lifted"' \
    'a host with a path, and a port'

mkdir "$TMP/rules"
printf 'site tideline.example\nbody .none\ntitle .none\n' >"$TMP/rules/a.site"
is "$(extract --sites "$TMP/rules" --url https://tideline.example/a | jq -r .content_text)" \
    "$plain" 'a rule that finds nothing changes nothing'
echo 'not a rule' >"$TMP/rules/notes.txt"
printf 'site www.tideline.example\ntitle .who\n' >"$TMP/rules/b.site"
is "$(extract --sites "$TMP/rules" --url https://www.tideline.example/a | jq -r .title)" \
    'By Ada Marsh and Ben Quill' 'the longest host counts; only .site files of a folder are read'

mistake() {
	printf '%s\n' "$1" >"$TMP/bad.site"
	is "$(status extract --sites "$TMP/bad.site")" 2 "refused: $2"
	has "$(cat "$TMP/err")" "bad.site:$3: .*$2" "  with its place"
}
mistake 'body p' "expected 'site'" 1:1
mistake 'site a.example
tilte h1' "'tilte' is no statement" 2:1
mistake 'site a.example
body .x, p[onclick]' "'onclick' is no attribute" 2:12
mistake 'site a.example
date time@when' "'when' is no attribute" 2:11
mistake 'site a.example
body p
body div' 'said twice' 3:1
mistake 'site https://a.example' 'a host is expected' 1:6
mistake 'site a.example
strip' "followed by nothing" 2:1
is "$(status extract --sites "$TMP/none")" 2 'a path that is not there'

text=$(extract --explain --sites "$TMP/own.site" --url https://tideline.example/a)
has "$text" '^rule  .*own.site:2$' '--explain names the rule'
has "$text" '^title +Quota on sand lifted$' 'and what the page gives'
has "$text" '^\+ p +The ministry lifted' 'and what is kept'
has "$text" '^- div.offer .*\[the rule for its site\]' 'and what a rule drops'
has "$(extract --explain)" '^- nav .*\[an element that holds' 'and what is dropped in the general way'
has "$(extract --explain)" '^- div.who .*\[before the first paragraph' 'and what stands beside the text'
has "$(printf '<p>a<nav>b' | "$STANCE_BUILD/stance-extract" --explain)" '^- nav +b' 'a page with little is shown'
has "$(printf '<nav>b' | "$STANCE_BUILD/stance-extract" --explain)" '^refused +no text' 'one without a text, too'
is "$(printf '<p>a\033]0;x\007b \342\200\256c</p>' | "$STANCE_BUILD/stance-extract" --explain |
    grep -c "$(printf '\033\|\007\|\342\200\256')")" 0 'nothing of the page can command the terminal'
html=$(printf '<title>a</title><p class="x&quot;><b>">a &lt;script&gt; b</p>' | "$STANCE_BUILD/stance-extract" --explain=html)
has "$html" 'a &lt;script&gt; b' 'the HTML view holds text only'
is "$(echo "$html" | grep -c '<script\|<b>')" 0 'of names, too'
has "$html" 'class=k' 'and colours'
is "$(status extract --explain --list)" 2 '--explain takes one page'
is "$(status extract --explain=pdf)" 2 'as text or html'
is "$(echo '<rss version="2.0"><channel/></rss>' | "$STANCE_BUILD/stance-extract" --explain 2>/dev/null | jq -r .error)" \
    'a feed, not a page' 'and no feed'

# An installed program finds the rules beside it.
mkdir -p "$TMP/bin" "$TMP/share/stance/rules/sites"
cp "$STANCE_BUILD/stance-extract" "$TMP/bin/"
cp "$TMP/own.site" "$TMP/share/stance/rules/sites/"
is "$("$TMP/bin/stance-extract" --url https://tideline.example/a "$TMP/page.html" | jq -r .title)" \
    'Quota on sand lifted' 'rules/sites is found by an installed program'
ok 'and by one in its tree' grep -q 'rules/sites/example.site' <<END
$(extract --explain --url https://news.example/a)
END
done_testing
