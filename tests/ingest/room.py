"""What the tests of ingest share: TAP, a folder, the scripted server, a run."""
import json, os, shutil, subprocess, sys, tempfile, time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STANCE_BUILD", os.path.join(TOP, "build/release"))
VARIANT = os.environ.get("STANCE_VARIANT", "release")
count = failed = 0


def ok(good, name, *details):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name))
    for line in [] if good else details:
        print("# " + str(line).replace("\n", "\n# "))
    sys.stdout.flush()
    return good


def eq(got, wanted, name):
    return ok(got == wanted, name, "got:    %r" % (got,), "wanted: %r" % (wanted,))


def done():
    print("1..%d" % count)
    sys.exit(failed > 0)


class Clock:
    """What a test build takes for the time, and the word that all is done that was due."""

    def __init__(self, path):
        self.path = path

    def set(self, now):
        self.now = now
        with open(self.path + ".new", "w") as f:
            f.write("%d\n" % now)
        os.rename(self.path + ".new", self.path)

    def settle(self, patience=10.0):
        """Wait for ingest to be done with what was due; a dead one never is."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                with open(self.path + ".settled") as f:
                    if f.read() == "%d\n" % self.now:
                        return
            except FileNotFoundError:
                pass
            time.sleep(0.005)


class Room:
    """A folder served by tests/newsroom/server, and an ingest that may ask it."""

    def __init__(self, *server_args):
        self.tmp = tempfile.mkdtemp()
        self.web = os.path.join(self.tmp, "web")
        self.log = os.path.join(self.tmp, "log")
        self.state = os.path.join(self.tmp, "state")
        os.mkdir(self.web)
        self.server = subprocess.Popen(
            [os.path.join(TOP, "tests/newsroom/server"), "--log", self.log,
             *server_args, self.web], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.server.stdout.readline())
        host = server_args[server_args.index("--host") + 1] if "--host" in server_args else "127.0.0.1"
        self.base = "%s://%s:%d" % ("https" if "--cert" in server_args else "http", host, self.port)
        self.read = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stdin.close()
        self.server.wait()
        self.server.stdout.close()
        shutil.rmtree(self.tmp)

    def write(self, name, text):
        path = os.path.join(self.web, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    def script(self, **paths):
        """script(feed=[...]) scripts /feed.xml; other names go by their own."""
        self.write("script.json", json.dumps(
            {p if p.startswith("/") else "/%s.xml" % p: s for p, s in paths.items()}))

    def requests(self):
        """The requests since the last call, as (path, status, headers)."""
        try:
            with open(self.log) as f:
                lines = f.read().splitlines()
        except FileNotFoundError:
            lines = []
        fresh, self.read = lines[self.read:], len(lines)
        return [(r["path"], r["status"], {k.lower(): v for k, v in r["headers"].items()})
                for r in map(json.loads, fresh)]

    def command(self, *args, net=True, state=True):
        return ([os.path.join(BUILD, "stance-ingest")] +
                (["--allow-net", "127.0.0.0/8"] if net else []) +
                (["--state", self.state] if state else []) + ["--host-delay", "0"] +
                [a.replace("@BASE@", self.base) for a in args])

    def ingest(self, *args, **kw):
        """Run it once: (articles, feed reports, stderr, exit status)."""
        env = kw.pop("env", None)
        p = subprocess.run(self.command("--once", *args, **kw), stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                           env={**os.environ, **env} if env else None)
        records = [json.loads(line) for line in p.stdout.decode().splitlines()]
        return ([r for r in records if "type" not in r],
                [r for r in records if r.get("type") == "feed"],
                p.stderr.decode(), p.returncode)


def rss(*items, head=""):
    return ('<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            "<title>The Desk</title><link>@BASE@/</link>" + head +
            "".join("<item>%s</item>" % i for i in items) + "</channel></rss>")


def full(name, text="The ministry lifts the ban on exports of tin from Monday."):
    """An entry that carries its whole text."""
    return ("<title>Headline %s</title><link>@BASE@/%s.html</link><guid isPermaLink="
            '"false">id-%s</guid><content:encoded>&lt;p&gt;%s&lt;/p&gt;</content:encoded>'
            % (name, name, name, text))


def link(name, where="/"):
    """An entry that has its text on its page only."""
    return ('<title>Headline %s</title><link>@BASE@%s%s.html</link><guid isPermaLink='
            '"false">id-%s</guid>' % (name, where, name, name))


def page(name, text="The central bank cut its policy rate by a quarter of a point on "
         "Monday, the first cut in two years, and said that more could follow."):
    return ("<!DOCTYPE html><html lang=en><head><title>Headline %s</title></head><body>"
            "<nav><a href=/>Home</a> <a href=/x>Markets</a></nav><article><h1>Headline %s"
            "</h1><p>%s</p><p>The governor said that inflation had come down towards the "
            "target and that the economy needed support over the coming months.</p>"
            "</article><footer>All rights reserved</footer></body></html>"
            % (name, name, text))
