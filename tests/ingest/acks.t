#!/usr/bin/env python3
"""Acknowledgements, readers that go away, and kill -9 at any moment."""
import json, os, random, select, signal, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Room, done, eq, full, link, ok, page, rss


class Run:
    """An ingest with --acks whose reader we play."""

    def __init__(self, room, *args):
        self.fifo = os.path.join(room.tmp, "fifo")
        if not os.path.exists(self.fifo):
            os.mkfifo(self.fifo)
        self.p = subprocess.Popen(room.command("--acks", self.fifo, *args), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.acks = open(self.fifo, "w")

    def records(self, seconds=60.0):
        """The articles that come in that time, or till the end."""
        end, rest = time.monotonic() + seconds, b""
        while select.select([self.p.stdout], [], [], max(0, end - time.monotonic()))[0]:
            got = os.read(self.p.stdout.fileno(), 1 << 16)
            if not got:
                return
            *lines, rest = (rest + got).split(b"\n")
            yield from (r for r in map(json.loads, lines) if "type" not in r)

    def ack(self, record, status="new"):
        self.acks.write(json.dumps({"seq": 1, "id": record["id"], "key": record["key"],
                                    "rev": record["rev"], "status": status}) + "\n")
        self.acks.flush()

    def kill(self):
        self.p.send_signal(signal.SIGKILL)
        self.end()

    def end(self):
        try:
            self.acks.close()
        except BrokenPipeError:
            pass
        self.p.stdout.close()
        return self.p.wait()


with Room() as room:
    room.write("feed.xml", rss(full("one"), full("two"), full("three")))
    run = Run(room, "--once", "@BASE@/feed.xml")
    got = list(run.records())
    run.ack(got[0])
    eq((len(got), run.end()), (3, 3), "what was not acknowledged makes the exit status 3")
    alone = subprocess.Popen(room.command("--once", "--acks", run.fifo, "@BASE@/feed.xml"),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = alone.communicate(timeout=60)
    eq((len(out.splitlines()) >= 2, alone.returncode), (True, 3), "a store that died before it opened the FIFO is not waited for")
    run = Run(room, "--once", "@BASE@/feed.xml")
    again = list(run.records())
    eq([r["id"] for r in again], [r["id"] for r in got[1:]], "and is printed again, the other not")
    eq([p[1] for p in room.requests()], [200, 200, 200], "for its validators were not kept")
    for record in again:
        run.ack(record, "duplicate")
    eq(run.end(), 0, "a duplicate is safe, too")
    articles, _, _, _ = room.ingest("@BASE@/feed.xml")
    eq((articles, room.requests()[-1][1]), ([], 304), "then the validators are kept")

    room.write("feed.xml", rss(*[full("n%d" % i, "x" * 3000) for i in range(200)]))
    p = subprocess.Popen(room.command("--once", "@BASE@/feed.xml"), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    first = json.loads(p.stdout.readline())
    p.stdout.close()
    err = p.stderr.read().decode()
    p.stderr.close()
    ok(p.wait() == 3 and "cannot write to standard output" in err, "a reader that goes away is told", err)
    p = subprocess.Popen(room.command("--follow", "@BASE@/feed.xml", state=False), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE)
    p.stdout.read(100)
    p.send_signal(signal.SIGTERM)
    rest = p.stdout.read()
    p.stdout.close()
    ok(p.wait() == 0 and rest.endswith(b"}\n"), "SIGTERM leaves no torn record", rest[-100:])
    articles, _, _, _ = room.ingest("@BASE@/feed.xml")
    ok(0 < len(articles) < 200, "the next run prints what was not taken: %d" % len(articles))

with Room() as room:
    names = ["p%d" % i for i in range(12)]
    room.write("feed.xml", rss(*[link(n) for n in names[:6]], *[full(n) for n in names[6:]]))
    room.script(**{"/p%d.html" % i: {"body": page("p%d" % i), "delay": 0.02 * (i % 4)} for i in range(6)})
    roll = random.Random(7)
    printed, kills = set(), 60 if os.environ.get("STANCE_LONG") else 12
    for _ in range(kills):
        run = Run(room, "--follow", "@BASE@/feed.xml")
        budget = roll.randrange(3)
        for record in run.records(roll.random() * 0.4):
            printed.add(record["id"])
            if budget > 0:
                run.ack(record)
            budget -= 1
        run.kill()
    run = Run(room, "--once", "@BASE@/feed.xml")
    for record in run.records():
        printed.add(record["id"])
        run.ack(record)
    eq((len(printed), run.end()), (12, 0), "after %d times kill -9 every article was printed" % kills)
    articles, _, _, rc = room.ingest("@BASE@/feed.xml")
    eq((articles, rc), ([], 0), "and none is left")
    with open(os.path.join(room.state, "state.jsonl"), "a") as f:
        f.write('{"article":"00112233')
    articles, _, err, rc = room.ingest("@BASE@/feed.xml")
    ok(rc == 0 and not articles and "dropped" in err, "a torn line of the state is dropped", err)
    articles, _, err, rc = room.ingest("@BASE@/feed.xml")
    eq(err, "", "and mended")

    run = Run(room, "--follow", "@BASE@/feed.xml")
    next(run.records(1.0), None)
    run.acks.close()
    run.p.stdout.read()
    eq(run.end(), 3, "a store that goes away ends the run as a failure")

with Room() as room:      # a second owner
    room.write("feed.xml", rss(full("one")))
    first = subprocess.Popen(room.command("--follow", "@BASE@/feed.xml"), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE)
    first.stdout.readline()
    _, _, err, rc = room.ingest("@BASE@/feed.xml")
    ok(rc == 3 and "in use" in err, "a second owner of the state is refused", err)
    room.write("list.txt", "@BASE@/feed.xml\n".replace("@BASE@", room.base))
    first.send_signal(signal.SIGTERM)
    first.stdout.read()
    first.stdout.close()
    eq(first.wait(), 0, "SIGTERM ends it in order")

    room.write("more.xml", rss(full("more")))
    p = subprocess.Popen(room.command("--follow", os.path.join(room.web, "list.txt"), state=False),
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    first = next(r for r in map(json.loads, p.stdout) if "type" not in r)
    room.write("list.txt", "%s/feed.xml\n%s/more.xml\n" % (room.base, room.base))
    p.send_signal(signal.SIGHUP)
    more = next(r for r in map(json.loads, p.stdout) if "type" not in r)
    eq((first["id"], more["id"]), ("id-one", "id-more"), "SIGHUP reads the list again")
    for n in range(300):                # lists come and go, articles on their way or not
        room.write("n%d.xml" % (n % 2), rss(full("n%d" % n)))
        room.write("list.new", "%s/n%d.xml tag=t%d\n" % (room.base, n % 2, n))
        os.rename(os.path.join(room.web, "list.new"), os.path.join(room.web, "list.txt"))
        p.send_signal(signal.SIGHUP)
        if n % 50 == 49:
            room.write("last%d.xml" % n, rss(full("last%d" % n)))
            room.write("list.txt", "%s/last%d.xml tag=t%d\n" % (room.base, n, n))
            p.send_signal(signal.SIGHUP)
            more = next(r for r in map(json.loads, p.stdout) if r["id"] == "id-last%d" % n)
    eq(more["feed"]["tags"], ["t299"], "as often as it is asked to")
    p.send_signal(signal.SIGTERM)
    p.stdout.close()
    eq(p.wait(), 0, "and SIGTERM ends it")
done()
