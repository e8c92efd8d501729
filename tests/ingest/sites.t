#!/usr/bin/env python3
"""stance ingest --sites: rules for single sites reach the parse child, and a
mistake in one ends the program before it asks anybody."""
import os, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Room, done, eq, link, ok, page, rss

with Room() as room:
    room.write("one.html", page("one").replace("</article>", "<p class=offer>Hats, of all sizes, are cheap this week, and "
                                               "gloves are not.</p></article>"))
    room.write("feed.xml", rss(link("one")))
    rules = os.path.join(room.tmp, "own.site")
    texts = []
    for rule in "strip .offer", "keep .offer":
        with open(rules, "w") as f:
            f.write("site 127.0.0.1\n%s\n" % rule)
        articles, _, err, rc = room.ingest("--sites", rules, "@BASE@/feed.xml", state=False)
        eq((rc, len(articles)), (0, 1), "an article with: " + rule)
        texts.append(articles[0]["content_text"])
    ok("quarter of a point" in texts[0] and "Hats" not in texts[0], "what a rule strips is not there", texts[0])
    ok("Hats" in texts[1], "what it keeps is", texts[1])
    room.requests()
    with open(rules, "w") as f:
        f.write("site 127.0.0.1\nstirp .offer\n")
    _, _, err, rc = room.ingest("--sites", rules, "@BASE@/feed.xml", state=False)
    eq((rc, room.requests()), (2, []), "a mistake ends it at once")
    ok("own.site:2:1" in err and "^" in err, "with its place", err)
done()
