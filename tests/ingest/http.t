#!/usr/bin/env python3
"""What servers do, and what ingest asks, keeps and refuses."""
import email.utils, os, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Room, done, eq, full, link, ok, page, rss

FEED = "@BASE@/feed.xml"


def error_of(room, *args, **kw):
    articles, reports, err, rc = room.ingest(*args, **kw)
    return err if not articles else "articles: %r" % articles


with Room() as room:      # validators
    etag, date = '"a\'b;c==" ', "Mon, 23 Nov 2026 09:30:01 +0000 (odd)"
    room.write("feed.xml", rss(full("one")))
    room.script(feed=[{"etag": etag.strip(), "modified": date}, {"etag": etag.strip(), "modified": date},
                      {"status": 304, "headers": {"ETag": "W/\"new\""}}, {}])
    for _ in range(4):
        room.ingest(FEED)
    got = [(s, h.get("if-none-match"), h.get("if-modified-since")) for _, s, h in room.requests()]
    eq(got, [(200, None, None), (304, etag.strip(), date), (304, etag.strip(), date),
             (200, 'W/"new"', date)], "validators are echoed byte for byte, a 304 renews them")
    headers = None
with Room() as room:
    room.write("feed.xml", rss(full("one")))
    room.ingest("--contact", "mailto:desk@example.org", FEED, env={"http_proxy": "http://127.0.0.1:9"})
    (_, status, headers), = room.requests()
    eq(status, 200, "proxies of the environment are ignored")
    ok(headers["user-agent"].startswith("stance/") and "mailto:desk@example.org" in headers["user-agent"],
       "the User-Agent has a contact", headers)
    ok(not {"cookie", "referer"} & set(headers), "no cookie, no referrer", headers)

with Room() as room:      # addresses
    room.write("feed.xml", rss(full("one")))
    forms = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "0", "[::1]",
             "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "10.0.0.1", "[fe80::1]", "[fd00::1]"]
    urls = ["http://%s:%d/feed.xml" % (f, room.port) for f in forms]
    err = error_of(room, "--timeout", "5", *urls, net=False, state=False)
    eq(err.count("the address is not public"), len(forms), "addresses that are not public are refused")
    eq(room.requests(), [], "and never asked")
    for name, where in (("loop", "/loop.xml"), ("meta", "http://169.254.169.254/latest/"),
                        ("ten", "http://10.1.2.3/"), ("file", "file:///etc/passwd"),
                        ("gopher", "gopher://127.0.0.1/")):
        room.script(**{name: {"redirect": where}})
        err = error_of(room, "--timeout", "5", "@BASE@/%s.xml" % name, state=False)
        wanted = {"loop": "more than 10 redirects", "file": "not an http or https address",
                  "gopher": "not an http or https address"}.get(name, "the address is not public")
        ok(wanted in err, "a redirect: %s" % name, err)

with Room() as inner, Room("--host", "127.0.0.2") as outer:
    inner.write("feed.xml", rss(full("one")))
    ways = {"": "%s/feed.xml", "port": "http://localhost:%d/feed.xml" % inner.port,
            "mapped": "http://[::ffff:127.0.0.1]:%d/feed.xml" % inner.port,
            "number": "http://2130706433:%d/feed.xml" % inner.port}
    for name, where in ways.items():
        outer.script(feed={"redirect": where % inner.base if not name else where, "status": 301})
        articles, _, err, _ = outer.ingest("--allow-net", "127.0.0.2/32", FEED, net=False, state=False)
        eq((articles, "not public" in err, [p for p, _, _ in outer.requests()], inner.requests()),
           ([], True, ["/feed.xml"], []), "a redirect to 127.0.0.1 is not followed: " + (name or "plain"))

with Room() as room:      # bodies
    room.write("feed.xml", rss(full("one")))
    room.script(bomb={"bomb": 100}, cut={"file": "feed.xml", "cut": 100},
                long={"file": "feed.xml", "length": 100000, "cut": 50},
                short={"file": "feed.xml", "length": 60},
                gone={"hang": 30}, drip={"file": "feed.xml", "drip": [1, 1]},
                raw={"raw": "HTTP/1.1 200 OK\r\nX: " + "a" * 200000 + "\r\n\r\n"},
                junk={"raw": "\x00\x01 no http at all"},
                zip={"file": "feed.xml", "gzip": True, "chunked": True})
    for name, wanted in (("bomb", "longer than"), ("cut", "transfer closed"), ("long", "transfer closed"),
                         ("gone", "timed out"), ("drip", "timed out"), ("raw", ""), ("junk", "")):
        articles, reports, err, rc = room.ingest("--timeout", "1" if "timed" in wanted else "60",
                                                "@BASE@/%s.xml" % name)
        ok(not articles and wanted in err and reports[0]["status"] == "failing", "a body: %s" % name, err)
        eq([p for p, _, _ in room.requests()], ["/%s.xml" % name], "asked for once: %s" % name)
    articles, _, err, _ = room.ingest("@BASE@/short.xml")
    ok(rc == 0, "a length that is too short is no disaster", err)
    articles, _, err, _ = room.ingest("@BASE@/zip.xml")
    eq([a["id"] for a in articles], ["id-one"], "gzip'd chunks are unpacked")

with Room() as room:      # statuses
    room.write("feed.xml", rss(full("one")))
    later = email.utils.formatdate(time.time() + 3600, usegmt=True)
    room.script(feed=[{"status": 429, "headers": {"Retry-After": "3600"}}, {}],
                dated=[{"status": 503, "headers": {"Retry-After": later}}, {}],
                gone={"status": 410}, broken={"status": 500})
    for name in ("feed", "dated", "gone", "broken"):
        _, reports, err, _ = room.ingest("@BASE@/%s.xml" % name)
        ok(reports[0]["errors"] == 1, "a failure is counted: %s" % name, reports)
    eq(reports[0]["status"], "failing", "a server error is a failing feed")
    room.requests()
    room.ingest("@BASE@/feed.xml", "@BASE@/dated.xml", "@BASE@/gone.xml")
    eq(room.requests(), [], "Retry-After in seconds and as a date is kept to, and 410 ends it")
    out = subprocess.run(room.command("--status"), stdout=subprocess.PIPE).stdout.decode()
    ok("gone" in out and "failing" in out and "HTTP status 500" in out, "--status tells", out)

with Room() as room, Room() as other:      # a host that has enough of us
    room.script(**{"/h*": {"status": 429, "headers": {"Retry-After": "3600"}}})
    other.write("feed.xml", rss(full("one")))
    many = ["@BASE@/h%d.xml" % i for i in range(20)]
    articles, reports, err, _ = room.ingest("--per-host", "1", *many, other.base + "/feed.xml")
    eq((len(room.requests()), len(other.requests()), len(articles)), (1, 1, 1),
       "after 429 a host is left alone, others are not")
    eq([r["errors"] for r in reports if "/h" in r["url"]], [1], "its other feeds come later, which is no failure")
    room.ingest("--per-host", "1", *many)
    eq(room.requests(), [], "not in a moment")
    room.script(**{"/robots.txt": {"status": 429}})
    room.write("page.xml", rss(link("a")))
    room.write("a.html", page("a"))
    _, _, err, _ = room.ingest("@BASE@/page.xml", state=False)
    eq([p for p, _, _ in room.requests()], ["/page.xml", "/robots.txt"], "a robots.txt that has enough forbids")

with Room() as room:      # moves
    room.write("new.xml", rss(full("one")))
    room.write("robots.txt", "")
    room.script(feed={"redirect": "/mid.xml", "status": 301}, mid={"redirect": "/new.xml", "status": 308})
    for _ in range(3):
        articles, _, err, _ = room.ingest(FEED)
    ok("moved for good" in err, "a permanent redirect is taken over once it has held", err)
    room.requests()
    articles, _, _, _ = room.ingest(FEED)
    eq(([p for p, _, _ in room.requests()], articles), (["/new.xml"], []),
       "then the new address is asked, and nothing is printed twice")
    room.write("new.xml", rss(full("two")))
    articles, _, _, _ = room.ingest(FEED)
    eq(articles[0]["feed"]["feed_url"], room.base + "/new.xml", "articles name the new address")
    room.write("own.xml", rss(full("own")))
    room.script(temp={"redirect": "/own.xml", "status": 302})
    for _ in range(4):
        room.ingest("@BASE@/temp.xml")
    ok("/temp.xml" in room.requests()[-2][0], "a temporary one never")

with Room() as room:      # pages
    room.write("feed.xml", rss(link("a"), link("b"), link("c"), link("d")))
    for name in "abcd":
        room.write(name + ".html", page(name))
    room.script(**{"/robots.txt": {"status": 404}, "/a.html": [{"status": 503}, {}], "/b.html": {"status": 404},
                   "/c.html": {"redirect": "http://169.254.169.254/"}})
    articles, _, err, _ = room.ingest(FEED)
    texts = {a["id"]: "content_text" in a for a in articles}
    eq(texts, {"id-a": True, "id-b": False, "id-c": False, "id-d": True},
       "a page that fails for a moment is asked again, another leaves the headline")
    eq({a["id"]: a["fetched"].get("status") for a in articles}["id-b"], 404, "and its status")
    room.write("robots.txt", "")
    room.script(**{"/robots.txt": {"status": 503}})
    room.write("feed.xml", rss(link("e")))
    room.requests()
    articles, _, err, _ = room.ingest(FEED)
    ok("robots.txt cannot be read" in err and "/e.html" not in [p for p, _, _ in room.requests()],
       "a robots.txt that cannot be had forbids", err)
    articles, _, err, _ = room.ingest("--no-robots", FEED, state=False)
    ok("/robots.txt" not in [p for p, _, _ in room.requests()], "--no-robots does not ask")

with Room() as room:      # credentials
    secrets = os.path.join(room.tmp, "secrets")
    with open(secrets, "w") as f:
        f.write("# ours\n%s basic reader:open sesame\nhttp://127.0.0.1:1 bearer no\n" % room.base)
    room.write("feed.xml", rss(full("one")))
    room.script(away={"redirect": "http://localhost:%d/feed.xml" % room.port})
    _, _, err, rc = room.ingest("--credentials", secrets, FEED)
    ok(rc == 2 and "0600" in err, "credentials that others may read are refused", err)
    os.chmod(secrets, 0o600)
    _, _, err, rc = room.ingest("--credentials", secrets, FEED, "@BASE@/away.xml")
    sent = {(p, h["host"].split(":")[0]): h.get("authorization") for p, _, h in room.requests()}
    eq(sent[("/feed.xml", "127.0.0.1")], "Basic cmVhZGVyOm9wZW4gc2VzYW1l", "credentials go to their site")
    ok(sent.get(("/feed.xml", "localhost"), "?") is None, "and to no other", sent)
    ok("sesame" not in err, "and are not printed", err)

done()
