#!/bin/sh
# The main job over the newsroom: every article once, and nothing new when
# there is nothing new.
. "$(dirname "$0")/../lib/tap.sh"
. "$TOP/tests/lib/newsroom.sh"

open_newsroom
poll_newsroom
is "$(stored | cut -d' ' -f1 | grep -v '^tag:')" "battery-deadline.html
border-reopens.html
fuel-tax.html
platform-rules.html
rate-cut.html
rate-hold.html
regatta.html
sanctions-relief.html
shipping-sanctions.html
visa-rules.html" 'each page of the first poll is there once'
is "$(stored | grep -c '^tag:wire')" 4 'so is each entry with full content'
poll_newsroom
is "$(stored | wc -l)" 16 'the second poll brings the two new pages'
is "$(stance-store query "$TMP/news" --all-revisions | wc -l)" 16 \
    'and nothing a second time'
poll_newsroom
is "$(stance-store query "$TMP/news" --all-revisions | wc -l)" 16 \
    'the third brings nothing'
ok 'the store is whole' stance-store check "$TMP/news"
has "$(stored)" '^rate-cut.html easing$' 'a cut of the key rate is easing'
has "$(stored)" '^shipping-sanctions.html tightening$' 'a listing is tightening'
has "$(stored)" '^rate-hold.html neutral$' 'a hold is neutral'
has "$(stored)" '^tag:.*:2 easing$' 'a hold that leans to cuts is easing'
has "$(stored)" '^tag:.*:3 neutral$' 'a lobby that calls for it is neutral'
is "$(stance-store query "$TMP/news" --text 'gallium' | jq -r .fetched.backfill)" \
    null 'what a later poll brings is no backfill'
is "$(stance-store query "$TMP/news" --text 'regatta' | jq -r .fetched.backfill)" \
    true 'what the first poll brings is'
is "$(cat "$TMP"/*.err)" '' 'nobody complained'
done_testing
