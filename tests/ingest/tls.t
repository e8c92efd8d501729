#!/usr/bin/env python3
"""TLS and HTTP/2: certificates that prove nothing are refused before anything is
asked; HTTP/2 is spoken with who speaks it, validators and all."""
import os, re, shutil, socket, subprocess, sys, tempfile, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Room, done, eq, full, ok, rss

NGHTTPD = shutil.which("nghttpd") or "/usr/sbin/nghttpd"
tmp = tempfile.mkdtemp()
os.chdir(tmp)


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def authority(name):
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".crt",
            "-subj", "/CN=" + name, "-days", "2")


def certificate(name, ca, who, start, end):
    """name.pem: a key and what `ca` says of `who`; times as YYMMDD."""
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=x")
    for path in ("index", "index.attr"):
        open(path, "w").close()
    with open("ca.cnf", "w") as f:
        f.write("[ca]\ndefault_ca=c\n[c]\nnew_certs_dir=.\ndatabase=index\nrand_serial=yes\npolicy=p\n"
                "default_md=sha256\nx509_extensions=e\n[p]\ncommonName=supplied\n[e]\nsubjectAltName=%s\n" % who)
    openssl("ca", "-batch", "-config", "ca.cnf", "-cert", ca + ".crt", "-keyfile", ca + ".key", "-in", name + ".csr",
            "-out", name + ".crt", "-startdate", start + "000000Z", "-enddate", end + "000000Z", "-notext")
    with open(name + ".pem", "w") as f:
        f.write(open(name + ".key").read() + open(name + ".crt").read())


authority("ours")
authority("theirs")
OLD, NOW, LATE, NEVER = "200101", "210101", "491231", "480101"
certificate("good", "ours", "IP:127.0.0.1", NOW, LATE)
certificate("expired", "ours", "IP:127.0.0.1", OLD, NOW)
certificate("future", "ours", "IP:127.0.0.1", NEVER, LATE)
certificate("other", "ours", "DNS:other.example", NOW, LATE)
certificate("foreign", "theirs", "IP:127.0.0.1", NOW, LATE)
openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "self.key", "-out", "self.crt", "-subj", "/CN=x",
        "-addext", "subjectAltName=IP:127.0.0.1")
with open("self.pem", "w") as f:
    f.write(open("self.key").read() + open("self.crt").read())

for name, trusted in (("expired", "ours"), ("future", "ours"), ("other", "ours"), ("foreign", "ours"),
                      ("self", "ours"), ("good", None)):
    with Room("--cert", os.path.join(tmp, name + ".pem")) as room:
        room.write("feed.xml", rss(full("one")))
        trust = ["--ca-file", os.path.join(tmp, trusted + ".crt")] if trusted else []
        articles, reports, err, _ = room.ingest(*trust, "@BASE@/feed.xml")
        eq((articles, room.requests(), reports[0]["status"]), ([], [], "failing"),
           "a certificate that is %s: nothing is asked" % (name if trusted else "good, but of an unknown authority"))
        ok("certificate" in err or "subject name" in err, "and why is said", err)
for name, trusted in (("good", "ours"), ("self", "self")):
    with Room("--cert", os.path.join(tmp, name + ".pem")) as room:
        room.write("feed.xml", rss(full("one")))
        articles, _, err, _ = room.ingest("--ca-file", os.path.join(tmp, trusted + ".crt"), "@BASE@/feed.xml")
        eq([(a["id"], p) for a in articles for p, _, _ in room.requests()], [("id-one", "/feed.xml")],
           "a certificate that the user trusts: " + name)
        room.script(away={"redirect": "http://169.254.169.254/"})
        articles, _, err, _ = room.ingest("--ca-file", os.path.join(tmp, trusted + ".crt"), "@BASE@/away.xml")
        ok("not public" in err, "and redirects from there are guarded, too", err)


class Http2:
    """nghttpd on a folder; what it saw, from its own words."""

    def __init__(self, folder):
        while not self.start(folder):           # the port may be somebody's by now
            self.p.wait()

    def start(self, folder):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        log = open("h2.log", "w")       # a line at once, for we read along
        self.p = subprocess.Popen(["stdbuf", "-oL", NGHTTPD, "-v", "--address=127.0.0.1", "-d", folder, str(self.port),
                                   "good.key", "good.crt"], stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=subprocess.DEVNULL)
        log.close()
        while self.p.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.02)
                continue
            time.sleep(0.1)             # was it our server that answered?
            if self.p.poll() is None:
                self.log = open("h2.log")
                return True
        return False

    def requests(self):
        """(path, If-Modified-Since, connection) of each request since the last call."""
        seen = {}
        for line in self.log.read().split("\n"):
            found = re.search(r"\[id=(\d+)\].* recv \(stream_id=(\d+)\) (:path|if-modified-since): (.*)", line)
            if found:
                seen.setdefault(found.groups()[:2], {})[found.group(3)] = found.group(4)
        return [(r[":path"], r.get("if-modified-since"), connection) for (connection, _), r in seen.items()]

    def end(self):
        self.p.terminate()
        self.p.wait()
        self.log.close()


with Room() as room:
    web = os.path.join(room.tmp, "h2")
    os.mkdir(web)
    server = Http2(web)
    base = "https://127.0.0.1:%d" % server.port
    for name in ("one", "two"):
        with open(os.path.join(web, name + ".xml"), "w") as f:
            f.write(rss(full(name)).replace("@BASE@", base))
    args = ["--ca-file", os.path.join(tmp, "ours.crt"), base + "/one.xml", base + "/two.xml"]
    articles, _, err, _ = room.ingest(*args)
    seen = server.requests()
    eq((sorted(a["id"] for a in articles), sorted((p, s) for p, s, _ in seen)),
       (["id-one", "id-two"], [("/one.xml", None), ("/two.xml", None)]), "HTTP/2 is spoken with who speaks it")
    articles, _, err, _ = room.ingest(*args)
    seen = server.requests()
    ok(not articles and not err and len(seen) == 2 and all(s and s.endswith("GMT") for _, s, _ in seen),
       "validators are sent there, too", seen, err)
    articles, _, err, _ = room.ingest("--per-host", "1", *args, state=False)
    eq((len(articles), len({c for _, _, c in server.requests()})), (2, 1), "one connection serves both")
    articles, reports, err, _ = room.ingest(*args[:2], base + "/none.xml")
    ok("HTTP status 404" in err and [p for p, _, _ in server.requests()] == ["/none.xml"], "and failures are told", err)
    server.end()
os.chdir("/")
shutil.rmtree(tmp)
done()
