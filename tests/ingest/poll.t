#!/usr/bin/env python3
"""One poll after another: what is printed, what is asked, what is remembered."""
import json, os, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import BUILD, Room, done, eq, full, link, ok, page, rss

with Room() as room:
    room.write("feed.xml", rss(link("one"), full("two"), link("three", "/secret/"),
                               head="<ttl>5</ttl>"))
    room.write("one.html", page("one"))
    room.write("secret/three.html", page("three"))
    room.write("robots.txt", "User-agent: *\nDisallow: /secret/\n")

    articles, reports, err, rc = room.ingest("@BASE@/feed.xml")
    by_id = {a["id"]: a for a in articles}
    eq(rc, 0, "a poll ends with 0")
    eq(sorted(by_id), ["id-one", "id-three", "id-two"], "each entry is an article")
    asked = [path for path, _, _ in room.requests()]
    eq(sorted(asked), ["/feed.xml", "/one.html", "/robots.txt"],
       "full content needs no page, robots.txt is asked and obeyed")
    one = by_id["id-one"]
    ok("quarter of a point" in one.get("content_text", ""), "the page's text is there", one)
    ok("Markets" not in one.get("content_text", ""), "and its navigation is not", one)
    eq(one["title"], "Headline one", "the feed names its article")
    eq(one["v"], 1, "the record has its version")
    ok(len(one["key"]) == 32 and len(one["rev"]) == 32, "key and rev are hashes", one)
    eq(one["fetched"]["status"], 200, "how it was fetched is told")
    eq(one["fetched"]["url"], room.base + "/one.html", "and from where")
    eq(len(one["fetched"]["sha256"]), 64, "and a digest of the bytes")
    eq(one["fetched"]["backfill"], True, "a first poll is backfill")
    eq(one["feed"], {"title": "The Desk", "feed_url": room.base + "/feed.xml",
                     "home_page_url": room.base + "/"}, "the feed is told")
    ok("content_text" not in by_id["id-three"] and "robots.txt forbids" in err,
       "a forbidden page leaves the headline", err)
    eq([(r["status"], r["errors"]) for r in reports], [("ok", 0)], "the feed's health is told")

    articles, reports, err, rc = room.ingest("@BASE@/feed.xml")
    eq((articles, reports, err, rc), ([], [], "", 0), "a second run has nothing new")
    (path, status, headers), = room.requests()
    eq((path, status), ("/feed.xml", 304), "and the server has nothing to send")

    room.write("feed.xml", rss(full("four"), link("one"), full("two", "It was put back.")))
    articles, _, _, _ = room.ingest("@BASE@/feed.xml")
    eq(sorted(a["id"] for a in articles), ["id-four", "id-two"],
       "a new entry and a changed one are printed, others not")
    ok(all("backfill" not in a["fetched"] for a in articles), "which is no backfill")

    room.write("feed.xml", rss(full("a"), full("b")).replace("id-a", "same").replace("id-b", "same"))
    articles, _, _, _ = room.ingest("@BASE@/feed.xml")
    eq(len({a["key"] for a in articles}), 2, "an id given twice does not hide an article")
    articles, _, _, _ = room.ingest("@BASE@/feed.xml")
    eq(articles, [], "nor flips from poll to poll")

    room.write("plain.txt", "# desks\n\n%s/one.xml tag=official tag=\"trade press\" "
               "title=\"My Desk\" agent=\"reader/1\" header=\"X-Key: secret\"\n" % room.base)
    room.write("one.xml", rss(full("listed")))
    room.requests()
    articles, _, err, rc = room.ingest(os.path.join(room.web, "plain.txt"))
    eq(articles[0]["feed"]["tags"], ["official", "trade press"], "a list gives tags")
    eq(articles[0]["feed"]["title"], "My Desk", "and a title")
    headers = room.requests()[0][2]
    eq((headers["user-agent"], headers["x-key"]), ("reader/1", "secret"), "and headers")
    room.write("bad.txt", "%s/one.xml colour=red\n" % room.base)
    _, _, err, rc = room.ingest(os.path.join(room.web, "bad.txt"))
    ok(rc == 2 and "bad.txt:1:" in err and "colour=red" in err, "a bad option has its place", err)
    room.write("list.opml", '<opml version="2.0"><body><outline text="x"><outline type="rss" '
               'text="T" xmlUrl="%s/one.xml"/></outline></body></opml>' % room.base)
    articles, _, err, rc = room.ingest(os.path.join(room.web, "list.opml"), state=False)
    eq([a["id"] for a in articles], ["id-listed"], "OPML is a list, too")
    eq(articles[0]["feed"]["tags"], ["x"], "its outlines are tags")

    dates = ("Mon, 23 Nov 2026 09:30:00 GMT", "2026-07-01 09:30", "Mon, 23 Nov 2026 09:30:00 +0100")
    room.write("dates.xml", rss(*[full("z%d" % n) + "<pubDate>%s</pubDate>" % date for n, date in enumerate(dates, 1)],
                                full("z4")))
    for zone, wanted in ((None, ["2026-11-23T09:30:00Z", "2026-07-01T09:30:00Z", "2026-11-23T09:30:00+01:00"]),
                         ("+0800", ["2026-11-23T09:30:00+08:00", "2026-07-01T09:30:00+08:00"]),
                         ("Europe/London", ["2026-11-23T09:30:00Z", "2026-07-01T09:30:00+01:00"]),
                         ("America/New_York", ["2026-11-23T09:30:00-05:00", "2026-07-01T09:30:00-04:00"])):
        room.write("zones.txt", "%s/dates.xml%s\n" % (room.base, " zone=" + zone if zone else ""))
        articles, _, err, _ = room.ingest(os.path.join(room.web, "zones.txt"), state=False)
        got = {a["id"]: a.get("date_published") for a in articles}
        eq([got["id-z1"], got["id-z2"], got["id-z3"], got["id-z4"]],
           (wanted if zone is None else wanted + [wanted[0]]) + [None], "dates by the clock of: %s" % zone)

    room.write("home.html", '<html><head><title>Desk</title><link rel="alternate" '
               'type="application/rss+xml" href="/one.xml"></head><body><p>Welcome.</p></body></html>')
    articles, _, err, rc = room.ingest("@BASE@/home.html", state=False)
    eq([a["id"] for a in articles], ["id-listed"], "a page leads to the feed it names")
    ok("its feed is " + room.base + "/one.xml" in err, "which is said", err)
    articles, _, err, rc = room.ingest("@BASE@/list.opml", state=False)
    ok(not articles and "a list of feeds" in err, "a list of feeds is no feed", err)

    room.write("feeds.txt", "".join("%s/n%d.xml\n" % (room.base, i) for i in range(200)))
    room.script(**{"/n*": {"body": rss(full("same"))}})
    p = subprocess.run(room.command("--once", "--per-host", "200", os.path.join(room.web, "feeds.txt"), state=False),
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=50)
    eq(p.stdout.count(b'"id":"id-same"'), 200, "replies that come faster than they are parsed are not slept on")
    os.unlink(os.path.join(room.web, "script.json"))

    room.write("flood.xml", rss(*[full("f%d" % i) for i in range(1500)]))
    eq([len(room.ingest("@BASE@/flood.xml")[0]) for _ in range(3)], [1000, 500, 0],
       "a feed cannot set any number of fetches going, and nothing is lost")

    room.write("both.xml", rss(link("one"), full("two")))
    room.script(**{"/one.html": {"file": "one.html", "gzip": True}, "/bomb.html": {"bomb": 100}})
    warc = os.path.join(room.tmp, "all.warc.gz")
    kept, _, err, rc = room.ingest("--warc", warc, "@BASE@/both.xml", state=False)
    ok(rc == 0 and "quarter of a point" in [a for a in kept if a["id"] == "id-one"][0]["content_text"],
       "with --warc pages are read all the same", err)
    p = subprocess.run([os.path.join(BUILD, "stance-extract"), "--warc", warc], stdout=subprocess.PIPE)
    again = {r["url"]: r.get("content_text") for r in map(json.loads, p.stdout.decode().splitlines())}
    eq([again.get(a["url"]) for a in kept], [a["content_text"] for a in kept], "and extracted again from the archive")
    room.write("bomb.xml", rss(link("bomb")))
    kept, _, err, rc = room.ingest("--warc", warc, "@BASE@/bomb.xml", state=False)
    ok(rc == 0 and "longer than" in err and "content_text" not in kept[0], "where a bomb stays small", err)

    room.write("probe.txt", "".join("%s/%s\n" % (room.base, n) for n in
               ("one.xml", "none.xml", "home.html", "feed.xml")))
    p = subprocess.run(room.command("--probe", os.path.join(room.web, "probe.txt")),
                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    rows = [line.split()[:4] for line in p.stdout.decode().splitlines()[1:]]
    eq(rows, [["200", "1", "1", "-"], ["404", "0", "0", "-"], ["200", "0", "0", "-"],
              ["200", "2", "2", "-"]], "--probe prints a table in the order of the list")
    eq(p.returncode, 1, "and says no when a feed gives nothing")

NEWS = ('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">%s</urlset>')
STORY = ('<url><loc>@BASE@/%s.html</loc><news:news><news:publication_date>2026-11-23T06:00:00Z'
         '</news:publication_date><news:title>Headline %s</news:title></news:news></url>')


def index(*parts):
    return ('<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">%s</sitemapindex>' % "".join(
        "<sitemap><loc>@BASE@/%s</loc>%s</sitemap>" % (name, "<lastmod>%s</lastmod>" % day if day else "")
        for name, day in parts))


with Room() as room:            # entries without a title
    room.write("robots.txt", "")
    room.write("a.html", page("a"))
    room.write("map.xml", NEWS % "<url><loc>@BASE@/a.html</loc></url><url><loc>@BASE@/none.html</loc></url>")
    room.write("note.json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [
        {"id": "1", "content_text": "The ministry lifts the ban on tin."}, {"id": "2", "title": "Named",
                                                                          "content_text": "Text."}]}))
    articles, _, _, _ = room.ingest("@BASE@/map.xml", "@BASE@/note.json")
    eq(sorted(a["title"] for a in articles), sorted(["Headline a", room.base + "/none.html", "Named",
                                                     "The ministry lifts the ban on tin."]),
       "a title is the page's where the feed has none, else what can be had")
    eq(room.ingest("@BASE@/map.xml", "@BASE@/note.json")[0], [], "and stays")
    ok(not any("untitled" in a for a in articles), "drafts keep to themselves", articles)

with Room() as room:            # sitemap indexes, and what nobody listed
    today = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    parts = [("new.xml", today), ("old.xml", "2020-01-01"), ("undated.xml", None), ("secret/no.xml", today)]
    room.write("index.xml", index(*parts))
    room.write("new.xml", NEWS % (STORY % ("a", "a") + STORY % ("b", "b")))
    room.write("undated.xml", NEWS % (STORY % ("c", "c")))
    for name in "abcd":
        room.write(name + ".html", page(name))
    room.write("robots.txt", "User-agent: *\nDisallow: /secret/\n")
    room.write("index.txt", room.base + "/index.xml tag=official title=Desk\n")
    articles, reports, err, rc = room.ingest(os.path.join(room.web, "index.txt"))
    eq(sorted(p for p, _, _ in room.requests()), ["/a.html", "/b.html", "/c.html", "/index.xml", "/new.xml",
                                                  "/robots.txt", "/undated.xml"],
       "the sitemaps of an index are asked, but for archives and what robots.txt forbids")
    ok("secret/no.xml: not fetched: robots.txt forbids it" in err, "which is said", err)
    eq(sorted((a["title"], a["feed"]["tags"][0], a["feed"]["title"], a["fetched"]["backfill"]) for a in articles),
       [("Headline %s" % n, "official", "Desk", True) for n in "abc"], "their articles are the index's")
    articles, _, err, rc = room.ingest(os.path.join(room.web, "index.txt"))
    eq((articles, sorted((p, s) for p, s, _ in room.requests())),
       ([], [("/index.xml", 304), ("/new.xml", 304), ("/robots.txt", 200), ("/undated.xml", 304)]),
       "an index that has not changed leads to the same")
    room.write("fresh.xml", NEWS % (STORY % ("d", "d")))
    room.write("index.xml", index(("fresh.xml", today), *parts[:2]))
    articles, _, err, rc = room.ingest(os.path.join(room.web, "index.txt"))
    eq([(a["title"], a["fetched"].get("backfill")) for a in articles], [("Headline d", None)],
       "a sitemap that joins a known index is news, not backfill")
    # what the index drops is asked only where robots.txt was heard before the index
    eq(sorted((p, s) for p, s, _ in room.requests() if p != "/undated.xml"),
       [("/d.html", 200), ("/fresh.xml", 200), ("/index.xml", 200), ("/new.xml", 304), ("/robots.txt", 200)],
       "what it named before and still names is asked with it")
    articles, _, err, rc = room.ingest(os.path.join(room.web, "index.txt"))
    eq(sorted((p, s) for p, s, _ in room.requests()),
       [("/fresh.xml", 304), ("/index.xml", 304), ("/new.xml", 304), ("/robots.txt", 200)],
       "and one that left it no more")
    out = subprocess.run(room.command("--status"), stdout=subprocess.PIPE).stdout.decode()
    ok("/fresh.xml" in out and "/undated.xml" not in out, "--status has what is watched", out)
    room.script(**{"/x*": {"body": NEWS % (STORY % ("d", "d"))}})
    for n in range(4):
        room.write("many.xml", index(*[("x%d-%d.xml" % (n, i), today) for i in range(200)]))
        room.ingest("--no-robots", "--per-host", "50", "@BASE@/many.xml")
    asked = {p for p, _, _ in room.requests() if p.startswith("/x")}
    eq(len(asked), 200, "an index has its 50 newest sitemaps watched")
    room.write("deep.xml", index(("index.xml", today)))
    _, _, err, _ = room.ingest("@BASE@/deep.xml", state=False)
    ok("index.xml: an index in an index" in err, "indexes do not nest", err)
    room.write("home.html", '<html><head><link rel="alternate" type="application/rss+xml" href="/secret/feed.xml">'
               "</head><body><p>Welcome.</p></body></html>")
    room.write("secret/feed.xml", rss(full("hidden")))
    room.requests()
    articles, _, err, _ = room.ingest("@BASE@/home.html", state=False)
    eq((articles, [p for p, _, _ in room.requests()]), ([], ["/home.html", "/robots.txt"]),
       "a feed that a page names is asked as robots.txt allows")
    articles, _, err, _ = room.ingest("@BASE@/secret/feed.xml", state=False)
    eq(len(articles), 1, "one that the user names, regardless")
done()
