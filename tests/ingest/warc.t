#!/usr/bin/env python3
"""stance ingest --warc: each answer as it came, in records that ISO 28500 (WARC
1.1) would have, and an archive that gives the same articles again."""
import base64, gzip, hashlib, json, os, re, subprocess, sys, zlib
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import BUILD, Room, done, eq, link, ok, page, rss


def members(data):
    """The gzip members of a file, each inflated."""
    while data:
        z = zlib.decompressobj(31)
        yield z.decompress(data) + z.flush()
        data = z.unused_data


def fields(head):
    return [(n.lower(), v.strip()) for n, _, v in
            (line.partition(":") for line in head.split("\r\n")[1:] if line)]


def record(member):
    head, _, rest = member.partition(b"\r\n\r\n")
    named = fields(head.decode())
    block = rest[:int(dict(named)["content-length"])]
    return head.decode().split("\r\n")[0], dict(named), block, rest[len(block):], len(named) == len(dict(named))


def digest(data):
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


with Room() as room:
    for name in ("old", "zip", "chunks", "cut"):
        room.write(name + ".html", page(name))
    room.write("feed.xml", rss(link("old"), link("zip"), link("chunks"), link("cut"), link("gone"), link("slow")))
    room.script(**{"/old.html": {"redirect": "/two.html", "status": 301}, "/two.html": {"redirect": "/new.html"},
                   "/new.html": {"file": "old.html"}, "/zip.html": {"file": "zip.html", "gzip": True},
                   "/chunks.html": {"file": "chunks.html", "chunked": True, "gzip": True},
                   "/cut.html": [{"file": "cut.html", "cut": 200}, {"status": 410}],
                   "/slow.html": [{"file": "old.html", "drip": [200, 60]}, {"status": 410}]})
    path = os.path.join(room.tmp, "all.warc.gz")
    articles, _, err, rc = room.ingest("--warc", path, "--timeout", "6", "@BASE@/feed.xml", state=False)
    eq(rc, 0, "all is fetched")
    with open(path, "rb") as f:
        records = [record(m) for m in members(f.read())]
    ok(all(version == "WARC/1.1" for version, *_ in records), "a member a record, of version 1.1")
    ok(all(tail == b"\r\n\r\n" for _, _, _, tail, _ in records), "each ended by two line ends, as long as it says")
    ok(all(once for *_, once in records), "no field is there twice")
    ok(all(re.fullmatch(r"<urn:uuid:[0-9a-f-]{36}>", h["warc-record-id"]) for _, h, *_ in records) and
       len({h["warc-record-id"] for _, h, *_ in records}) == len(records), "with an id of its own")
    ok(all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", h["warc-date"]) for _, h, *_ in records), "and a date")
    eq([h["warc-type"] for _, h, *_ in records[:1]], ["warcinfo"], "it begins with warcinfo")
    ok(all(h["warc-block-digest"] == digest(block) for _, h, block, *_ in records), "block digests fit")

    answers = {}
    for _, h, block, _, _ in records[1:]:
        head, _, body = block.partition(b"\r\n\r\n")
        status, headers = head.decode().split("\r\n")[0], dict(fields(head.decode()))
        answers.setdefault(h["warc-target-uri"].replace(room.base, ""), (status, headers, body, h))
    ok(all(h["warc-payload-digest"] == digest(body) for _, _, body, h in answers.values()), "payload digests, too")
    ok(all(h["warc-ip-address"] == "127.0.0.1" for *_, h in answers.values()), "the address asked is there")
    ok(all(s.startswith("HTTP/1.1 ") for s, *_ in answers.values()), "status lines are HTTP/1.1's")
    ok(all(int(headers["content-length"]) == len(body) and "transfer-encoding" not in headers
           for _, headers, body, _ in answers.values()), "transfer coding is gone, lengths are those of the bodies")
    eq({p: s.split()[1] for p, (s, *_) in answers.items() if p != "/robots.txt"},
       {"/feed.xml": "200", "/old.html": "301", "/two.html": "302", "/new.html": "200", "/zip.html": "200",
        "/chunks.html": "200", "/cut.html": "200", "/gone.html": "404", "/slow.html": "200"},
       "each answer is kept, those on the way to a redirect's end, too")
    eq([answers[p][1]["location"] for p in ("/old.html", "/two.html")],
       ["/two.html", "/new.html"], "with where they led")
    for p in "/zip.html", "/chunks.html":
        _, headers, body, _ = answers[p]
        eq((headers["content-encoding"], gzip.decompress(body).decode()), ("gzip", page(p[1:-5])),
           p + " is kept in its content coding")
    eq({p: h.get("warc-truncated") for p, (*_, h) in answers.items() if "warc-truncated" in h},
       {"/cut.html": "disconnect", "/slow.html": "time"}, "what was cut says so, and why")
    eq(answers["/cut.html"][2].decode(), page("cut")[:200], "and is kept up to there")

    p = subprocess.run([os.path.join(BUILD, "stance-extract"), "--warc", path], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE)
    again = {r["url"]: r.get("content_text") for r in map(json.loads, p.stdout.decode().splitlines())}
    got = {a["fetched"]["url"]: a["content_text"] for a in articles if a.get("content_text")}
    ok(len(got) >= 3 and all(again.get(url) == text for url, text in got.items()),
       "the archive gives the same texts again", got, again)
done()
