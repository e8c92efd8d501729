#!/usr/bin/env python3
"""stance extract: one document, a list, an archive; what fails and what it costs."""
import gzip, json, os, shutil, subprocess, sys, tempfile
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import BUILD, done, eq, full, link, ok, page, rss

tmp = tempfile.mkdtemp()


def extract(*args, data=b""):
    p = subprocess.run([os.path.join(BUILD, "stance-extract"), *args], input=data,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    return [json.loads(line) for line in p.stdout.decode().splitlines()], p.stderr.decode(), p.returncode


def save(name, data):
    path = os.path.join(tmp, name)
    with (gzip.open if name.endswith(".gz") else open)(path, "wb") as f:
        f.write(data)
    return path


html = page("one").encode()
(record,), err, rc = extract("--url", "http://a.example/one", data=html)
eq((rc, err), (0, ""), "a page on standard input")
ok(record["id"] == record["key"] == record["url"] == "http://a.example/one", "its address is its id", record)
ok("quarter of a point" in record["content_text"] and "Home" not in record["content_text"], "its text is there", record)
(record,), _, _ = extract(data=html)
ok(record["id"].startswith("urn:sha256:"), "a page without an address has an id, too", record)
(again,), _, _ = extract(save("one.html.gz", html))
eq(again, record, "a file, unpacked by its name")

koi = "<title>t</title><article><p>%s</p></article>" % ("Центральный банк снизил ставку. " * 8)
for how in (["--content-type", "text/html; charset=koi8-r"], ["--header", "Content-Type: text/html; charset=koi8-r"]):
    (record,), _, _ = extract(*how, data=koi.encode("koi8-r"))
    ok("банк снизил" in record["content_text"], "the encoding by %s" % how[0], record)

feed = rss(full("a"), link("b")).replace("@BASE@", "http://a.example").encode()
records, _, rc = extract("--url", "http://a.example/feed.xml", data=feed)
eq([r["id"] for r in records], ["id-a", "id-b"], "a feed gives its articles")
eq(records[0]["feed"]["title"], "The Desk", "with their feed")
ok(len(records[0]["key"]) == 32, "and keys that do not clash", records[0])
GEO = ("<georss:point>45.2 -71.9</georss:point><geo:lat>45.2</geo:lat><slash:comments>12</slash:comments>"
       "<slash:comments>13</slash:comments><slash:section>trade</slash:section><georss:where><gml:Point><gml:pos>"
       "45 -71</gml:pos></gml:Point></georss:where>")
for declared in (' xmlns:georss="http://www.georss.org/georss" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
                 'xmlns:gml="http://www.opengis.net/gml" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"', ""):
    (record,), _, rc = extract(data=rss(full("a") + GEO).replace("<rss", "<rss" + declared).encode())
    eq((record["_georss"], record["_slash"]), ({"point": "45.2 -71.9", "lat": "45.2", "pos": "45 -71"},
                                               {"comments": "12", "section": "trade"}),
       "modules without a place of their own pass through" + ("" if declared else ", undeclared"))
records, _, _ = extract("--url", "http://a.example/map.xml", data=b"<urlset><url><loc>http://a.example/1</loc></url></urlset>")
eq([r["url"] for r in records], ["http://a.example/1"], "a sitemap that forgot its namespace")
records, _, rc = extract("--feed-info", data=feed)
eq([r["type"] for r in records], ["feed", "entry", "entry"], "--feed-info tells all")

nasty = b"<p>" + b"<b a=1 " * 200000 + b"><i>" * 100000
lines = "".join("http://a.example/%d\t%s\n" % (i, p) for i, p in enumerate([
    save("0.html", html), os.path.join(tmp, "none"), save("2.html.gz", html), save("3.html", b""),
    save("4.html", b"%PDF-1.4\n\x00\x01\x02"), save("5.html", nasty), save("6.html", html)])) + "no tab\n"
for jobs in ("1", "3"):
    records, err, rc = extract("--list", "-j", jobs, data=lines.encode())
    eq([r["url"] for r in records][:7], ["http://a.example/%d" % i for i in range(7)], "a list keeps its order, -j " + jobs)
    eq([i for i, r in enumerate(records) if "error" not in r and i != 5], [0, 2, 6], "and each line costs itself only")
    eq((rc, len(records)), (4, 8), "refused documents are counted")
ok("/none" in err and "no tab" in err, "and named", err)
eq(extract("--list", save("list", b""))[2], 0, "an empty list is done at once")

head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
def warc(url, block, kind="response"):
    return ("WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:%s>\r\nWARC-Date: 2026-11-23T09:00:00Z\r\n"
            "WARC-Target-URI: %s\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n"
            % (kind, "0" * 8, url, len(block))).encode() + block + b"\r\n\r\n"
records = [warc("http://a.example/1", head + html), warc("http://a.example/r", b"GET / HTTP/1.1\r\n\r\n", "request"),
           warc("http://a.example/2", head.replace(b"200 OK", b"404 Not Found") + html),
           warc("http://a.example/3", head.replace(b"text/html", b"image/png") + b"\x89PNG"),
           warc("http://a.example/4", head + html)]
for name, data in (("a.warc", b"".join(records)), ("a.warc.gz", b"".join(map(gzip.compress, records)))):
    with open(os.path.join(tmp, name), "wb") as f:
        f.write(data)
    got, err, rc = extract("--warc", os.path.join(tmp, name))
    eq(([r["url"] for r in got], rc), (["http://a.example/1", "http://a.example/4"], 0), "an archive: " + name, )
eq(extract("--warc", os.path.join(tmp, "nothing"))[2], 3, "one that is not there")
eq(extract("--header", "nonsense")[2], 2, "a header without a colon is asked wrongly")
with open("/dev/full", "w") as full_disk:
    p = subprocess.run([os.path.join(BUILD, "stance-extract")], input=html, stdout=full_disk, stderr=subprocess.PIPE)
eq(p.returncode, 3, "a full disk is told")
shutil.rmtree(tmp)
done()
