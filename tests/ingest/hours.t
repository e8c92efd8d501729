#!/usr/bin/env python3
"""Hours of polling in seconds: the builds for tests take the time from a file.
Feeds change, break, move, recover and go; ingest, its fetch child, classify and
store add are killed again and again; and the store has every article in each of
its revisions exactly once.  2 hours and 12 kills, 10 hours and 500 with
STANCE_LONG; STANCE_KILLS sets another number."""
import collections, json, os, random, signal, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import BUILD, Clock, Room, VARIANT, done, eq, full, link, ok, page, rss

if VARIANT not in ("asan", "tiny"):
    print("1..0 # SKIP this build has no clock for tests")
    sys.exit(0)
LONG = "STANCE_LONG" in os.environ and VARIANT == "asan"
START, STEP, GRACE, PATIENCE = 1795471200, 60, 10, 120
HOURS = 10 if LONG else 2
KILLS = int(os.environ.get("STANCE_KILLS", 500 if LONG else 12))
FEEDS = ("busy", "quiet", "broken", "moved", "edited", "paged", "flood", "gone", "map")
VICTIMS = ("ingest", "fetch", "classify", "store")
RULES = "language en english\noperator ends -: VERBS\nobject limit -: ban\n"


class Chain:
    """ingest | classify | store add, with acknowledgements; `stages` by name."""

    def __init__(self, room, clock):
        self.room, self.clock = room, clock
        self.store, self.fifo = os.path.join(room.tmp, "news"), os.path.join(room.tmp, "fifo")
        self.rules, self.log = os.path.join(room.tmp, "few.rules"), open(os.path.join(room.tmp, "err"), "a")
        with open(self.rules, "w") as f:
            f.write(RULES)
        os.mkfifo(self.fifo)
        self.seen, self.stored, self.nudged = {}, collections.Counter(), 0
        self.start()

    def program(self, command, **pipes):
        return subprocess.Popen(command, stderr=self.log, **pipes)

    def start(self):
        ingest = self.program(
            self.room.command("--follow", "--acks", self.fifo, *(
                # broken has a host of its own, for one that answers 429 is left alone as a whole
                "%s/%s.xml" % (self.room.base.replace("127.0.0.1", "localhost") if f == "broken" else self.room.base, f)
                for f in FEEDS)),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env={**os.environ, "STANCE_TEST_CLOCK": self.clock})
        classify = self.program([BUILD + "/stance-classify", "-r", self.rules], stdin=ingest.stdout,
                                stdout=subprocess.PIPE)
        # as in a shell's pipe: the store opens the FIFO itself, and waits for ingest there
        store = self.program(["sh", "-c", 'exec "$0" add --ack "$1" >"$2"', BUILD + "/stance-store", self.store,
                              self.fifo], stdin=classify.stdout)
        ingest.stdout.close()
        classify.stdout.close()
        self.stages = {"ingest": ingest, "classify": classify, "store": store}

    def kill(self, victim):
        """False when the victim was not there yet."""
        if victim == "fetch":
            parent = self.stages["ingest"].pid
            with open("/proc/%d/task/%d/children" % (parent, parent)) as f:
                children = f.read().split()
            if not children:
                return False
            os.kill(int(children[0]), signal.SIGKILL)
        else:
            self.stages[victim].send_signal(signal.SIGKILL)
        try:
            self.stages["ingest"].wait(GRACE)
        except subprocess.TimeoutExpired:           # the store died before it had opened the FIFO,
            self.stages["ingest"].terminate()       # so the rest would notice with the next article
            self.nudged += 1
        self.wait(victim)
        self.start()
        return True

    def wait(self, why):
        """Every stage ends by itself, but for a store that waits for an ingest to open the FIFO."""
        for name, p in self.stages.items():
            if name == "store":
                try:
                    p.wait(GRACE)
                except subprocess.TimeoutExpired:
                    with open("/proc/%d/comm" % p.pid) as f:
                        if f.read() == "sh\n":
                            p.kill()
            try:
                p.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                ok(False, "%s ends after %s" % (name, why))
                p.kill()
                p.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.stages.values():          # whatever went wrong, nothing stays
            p.kill()
            p.wait()

    def end(self):
        self.stages["ingest"].send_signal(signal.SIGTERM)
        self.wait("SIGTERM")
        self.log.close()

    def look(self):
        """What is new in the store: its files are text and only grow."""
        for folder, _, names in os.walk(os.path.join(self.store, "articles")):
            for path in (os.path.join(folder, n) for n in names if n.endswith(".jsonl")):
                with open(path, "rb") as f:
                    whole = f.read().rpartition(b"\n")[0]
                lines = whole.split(b"\n") if whole else []
                # mending copies a segment, so lines are counted, not bytes
                for line in lines[self.seen.get(path, 0):]:
                    record = json.loads(line)
                    if "type" not in record:
                        self.stored[record["id"], record["title"]] += 1
                self.seen[path] = max(len(lines), self.seen.get(path, 0))


class Web:
    """The feeds: name -> [(entry, revision)], the newest first."""

    def __init__(self, room):
        self.room, self.published, self.entries = room, set(), {name: [] for name in FEEDS}

    def write(self, name):
        self.room.write(name + ".xml", rss(*[self.item(name, n, rev) for n, rev in self.entries[name]]))

    def item(self, name, n, rev):
        entry = "%s-%d" % (name, n)
        self.published.add(("id-" + entry, "Headline %s of revision %d" % (entry, rev)))
        if name == "paged":
            self.room.write(entry + ".html", page(entry))
        return (link if name == "paged" else full)(entry).replace(
            "Headline " + entry, "Headline %s of revision %d" % (entry, rev))

    def publish_map(self, now):
        """A sitemap index with one more sitemap, of two stories."""
        n = len(self.entries["map"]) + 1
        self.entries["map"].append((n, 0))
        stories = ["story-%d-%d" % (n, i) for i in (1, 2)]
        for story in stories:
            self.room.write(story + ".html", page(story))
            self.published.add(("%s/%s.html" % (self.room.base, story), "Headline " + story))
        self.room.write("part-%d.xml" % n, "<urlset>%s</urlset>" % "".join(
            "<url><loc>@BASE@/%s.html</loc></url>" % story for story in stories))
        self.room.write("map.xml", "<sitemapindex>%s</sitemapindex>" % "".join(
            "<sitemap><loc>@BASE@/part-%d.xml</loc><lastmod>%s</lastmod></sitemap>" % (
                part, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))) for part, _ in self.entries["map"]))

    def publish(self, name, count=1, window=40):
        entries = self.entries[name]
        newest = entries[0][0] if entries else 0
        self.entries[name] = [(newest + i, 0) for i in range(count, 0, -1)] + entries[:max(window - count, 0)]
        self.write(name)

    def revise(self, name, stored):
        """Change an entry of which what stands there now was stored."""
        for at, (n, rev) in enumerate(self.entries[name]):
            if ("id-%s-%d" % (name, n), "Headline %s-%d of revision %d" % (name, n, rev)) in stored:
                self.entries[name][at] = (n, rev + 1)
                self.write(name)
                return


with Room() as room:
    os.mkdir(room.state)
    room.write("robots.txt", "")
    clock, web = Clock(os.path.join(room.state, "clock")), Web(room)
    for name in FEEDS[:-1]:
        web.publish(name)
    web.publish_map(START)
    clock.set(START)
    roll, steps = random.Random(11), HOURS * 3600 // STEP
    kills = collections.Counter(roll.randrange(2, steps) for _ in range(KILLS))
    killed, polls = collections.Counter(), collections.defaultdict(list)
    quarter = steps // 4
    wrong = [{"status": 503}, {"file": "broken.xml", "cut": 200}, {"hang": 0.01}, {"body": "<html><p>Sorry"},
             {"status": 429, "headers": {"Retry-After": "600"}}]
    script = {}

    def rescript(**more):
        script.update(more)
        room.script(**script)

    with Chain(room, clock.path) as chain:
        for step in range(steps):
            now = START + step * STEP
            clock.set(now)
            if step % 4 == 0:
                web.publish("busy")
            if step % 7 == 0:
                web.publish("paged")
            if step % 30 == 20:
                web.publish_map(now)
            if step % 10 == 0:
                web.publish("edited")
            if step % 10 == 5:
                web.revise("edited", chain.stored)
            if step % (2 * quarter) == quarter:
                web.publish("quiet")
                web.publish("flood", 300, 400)
            if step == quarter:
                rescript(broken=wrong, moved={"redirect": "/new.xml", "status": 301})
                room.write("new.xml", open(os.path.join(room.web, "moved.xml")).read())
            if step == 2 * quarter:
                web.publish("broken")
            if step == 3 * quarter:
                rescript(broken={}, gone={"status": 410})
            clock.settle()
            for _ in range(kills[step]):
                time.sleep(roll.random() * 0.6)
                victim = VICTIMS[sum(killed.values()) % len(VICTIMS)]
                while not chain.kill(victim):
                    time.sleep(0.05)
                killed[victim] += 1
            for path, status, _ in room.requests():
                polls[path[1:-4]].append((now, status))
            chain.look()
        deadline, hour = time.monotonic() + PATIENCE, 0
        while web.published - set(chain.stored) and time.monotonic() < deadline:
            hour += 1                   # let what failed come round again
            clock.set(START + steps * STEP + hour * 3600)
            clock.settle()
            chain.look()
        chain.end()

    print("# killed: %s, nudged: %d" % (dict(killed), chain.nudged))
    out = subprocess.run([BUILD + "/stance-store", "query", "--all-revisions", chain.store],
                         stdout=subprocess.PIPE).stdout.decode()
    records = [json.loads(line) for line in out.splitlines()]
    versions = collections.Counter((r["key"], r["rev"]) for r in records)
    eq(sum(killed.values()), KILLS, "%d times kill -9 in %d hours" % (KILLS, HOURS))
    eq(sorted(web.published - {(r["id"], r["title"]) for r in records}), [], "every article and revision is stored")
    eq([v for v, n in versions.items() if n > 1], [], "each key and rev once")
    eq(len(versions), len(web.published), "and nothing else")
    ok(all("quarter of a point" in r["content_text"] for r in records if r["id"].startswith(("id-paged", "http"))),
       "pages have their text")
    ok(any(rev > 0 for _, rev in web.entries["edited"]), "some were revised", web.entries["edited"])
    check = subprocess.run([BUILD + "/stance-store", "check", chain.store], capture_output=True, text=True)
    eq(check.returncode, 0, "the store is whole")

    ok(len(polls["busy"]) > 2 * len(polls["quiet"]), "a busy feed is asked more often than a quiet one",
       {name: len(p) for name, p in polls.items()})
    gaps = [b[0] - a[0] for a, b in zip(polls["busy"], polls["busy"][1:])]
    ok(min(gaps[5:]) <= 240, "about as often as it changes", gaps)
    bad = [p for p in polls["broken"] if START + quarter * STEP <= p[0] < START + 3 * quarter * STEP]
    # "not modified" is no failure, and the pause behind it is that of a feed that is well
    gaps = [b[0] - a[0] for a, b in zip(bad, bad[1:]) if a[1] != 304]
    half = len(gaps) // 2       # a single poll may be seen late: compare the halves
    ok(half > 0 and sum(gaps[-half:]) > sum(gaps[:half]), "a broken feed is asked ever more rarely", gaps)
    later = [s for _, s in polls["moved"] if s == 301]
    ok(0 < len(later) <= 3 + KILLS, "a feed that moved is asked at its old address for three polls only", later)
    eq({s for at, s in polls["new"]} <= {200, 304}, True, "and then at its new one")
    gone = [s for _, s in polls["gone"] if s == 410]
    ok(len(gone) <= 1 + KILLS, "a feed that is gone is asked no more", gone)
done()
