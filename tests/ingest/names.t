#!/usr/bin/env python3
"""Names: the question whether an address may be asked is put to the address, at
each connection, whatever the name was a moment ago."""
import os, subprocess, sys
sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from room import Room, VARIANT, done, eq, full, link, ok, page, rss

if VARIANT != "release":        # a sanitizer wants to be first among the preloaded
    print("1..0 # SKIP the resolver cannot be preloaded here")
    sys.exit(0)

with Room() as room:
    names = os.path.join(room.tmp, "names.so")
    subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", names, HERE + "/names.c", "-ldl"], check=True)
    room.write("feed.xml", rss(full("one")))
    room.write("robots.txt", "")

    def ingest(addresses, *urls):
        """Addresses of the look-ups to come; only 127.0.0.1 may be asked."""
        urls = ["http://%s:%d%s" % (*u.split("/")[:1], room.port, u[u.index("/"):]) for u in urls]
        articles, _, err, _ = room.ingest("--allow-net", "127.0.0.1/32", *urls, net=False, state=False,
                                          env={"LD_PRELOAD": names, "NAMES_ADDRESS": addresses})
        return articles, err, [(p, h["host"].split(":")[0]) for p, _, h in room.requests()]

    articles, err, asked = ingest("127.0.0.1", "desk.example/feed.xml")
    eq(([a["id"] for a in articles], asked), (["id-one"], [("/feed.xml", "desk.example")]), "a name that may be asked")
    for address in ("127.0.0.2", "169.254.169.254", "10.1.2.3", "::1", "::ffff:127.0.0.2", "fe80::1"):
        articles, err, asked = ingest(address, "desk.example/feed.xml")
        eq((articles, asked, "not public" in err), ([], [], True), "the same name, now " + address)

    port = room.port
    room.script(**{"/away.xml": {"redirect": "http://other.example:%d/feed.xml" % port}})
    articles, err, asked = ingest("127.0.0.1,127.0.0.2", "desk.example/away.xml")
    eq((articles, asked, "not public" in err), ([], [("/away.xml", "desk.example")], True),
       "a name that has changed when a redirect leads to it")
    articles, err, asked = ingest("127.0.0.1,127.0.0.1", "desk.example/away.xml")
    eq(asked, [("/away.xml", "desk.example"), ("/feed.xml", "other.example")], "and one that has not")
    room.write("pages.xml", rss(link("two").replace("@BASE@", "http://other.example:%d" % port)))
    room.write("two.html", page("two"))
    articles, err, asked = ingest("127.0.0.1,169.254.169.254", "desk.example/pages.xml")
    eq(([a["id"] for a in articles], asked, "content_text" in articles[0]),
       (["id-two"], [("/pages.xml", "desk.example")], False),
       "a name that has changed before the page is fetched costs the page")
    for both in ("127.0.0.2+127.0.0.1", "169.254.169.254+127.0.0.1", "127.0.0.1+::1"):
        articles, err, asked = ingest(both, "desk.example/feed.xml")
        eq((len(articles), asked), (1, [("/feed.xml", "desk.example")]), "two addresses: only the public one is tried")
    articles, err, asked = ingest("127.0.0.2+169.254.169.254", "desk.example/feed.xml")
    eq((articles, asked, "not public" in err), ([], [], True), "two addresses, both refused")
done()
