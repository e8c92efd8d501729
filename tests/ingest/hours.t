#!/usr/bin/env python3
"""Hours of polling in seconds: the builds for tests take the time from a file.
Feeds change, break, move and recover, ingest is killed again and again, and
every article is printed and acknowledged once."""
import json, os, random, select, signal, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Room, VARIANT, done, eq, full, ok, rss

if VARIANT not in ("asan", "tiny"):
    print("1..0 # SKIP this build has no clock for tests")
    sys.exit(0)
START, STEP = 1795471200, 60
HOURS = 10 if os.environ.get("STANCE_LONG") else 2
KILLS = 40 if os.environ.get("STANCE_LONG") else 4


class Ingest:
    def __init__(self, room, clock):
        self.room, self.clock, self.rest = room, clock, b""
        self.fifo = os.path.join(room.tmp, "fifo")
        if not os.path.exists(self.fifo):
            os.mkfifo(self.fifo)
        self.start()

    def start(self):
        self.p = subprocess.Popen(
            self.room.command("--acks", self.fifo, "@BASE@/busy.xml", "@BASE@/quiet.xml",
                              "@BASE@/broken.xml", "@BASE@/moved.xml"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "STANCE_TEST_CLOCK": self.clock})
        self.acks, self.rest = open(self.fifo, "w"), b""

    def take(self, seconds):
        """Read what comes for so long, acknowledge it, return it."""
        end, records = time.monotonic() + seconds, []
        while select.select([self.p.stdout], [], [], max(0, end - time.monotonic()))[0]:
            got = os.read(self.p.stdout.fileno(), 1 << 16)
            if not got:
                break
            *lines, self.rest = (self.rest + got).split(b"\n")
            for record in (r for r in map(json.loads, lines) if "type" not in r):
                records.append(record)
                self.acks.write(json.dumps({"id": record["id"], "key": record["key"], "status": "new"}) + "\n")
                self.acks.flush()
        return records

    def kill(self, how=signal.SIGKILL):
        self.p.send_signal(how)
        self.p.wait()
        self.p.stdout.close()
        self.acks.close()


def set_clock(path, now):
    with open(path + ".new", "w") as f:
        f.write("%d\n" % now)
    os.rename(path + ".new", path)


with Room() as room:
    os.mkdir(room.state)
    clock = os.path.join(room.state, "clock")
    roll = random.Random(11)
    published = {"busy": 1, "quiet": 1, "broken": 1, "moved": 1}

    def publish(name):
        n = published[name] = published[name] + 1
        room.write(name + ".xml", rss(*[full("%s-%d" % (name, i)) for i in range(n, max(0, n - 30), -1)]))

    for name in published:
        publish(name)
    set_clock(clock, START)
    ingest, printed, steps = Ingest(room, clock), {}, HOURS * 3600 // STEP
    kill_at = {roll.randrange(5, steps) for _ in range(KILLS)}
    polls = {name: [] for name in published}
    for step in range(steps):
        now = START + step * STEP
        set_clock(clock, now)
        if step % 4 == 0:
            publish("busy")
        if step == steps // 2:
            publish("quiet")
            publish("broken")
        if step == steps // 4:
            room.script(broken={"status": 503}, moved={"redirect": "/new.xml", "status": 301})
            published["new"] = published["moved"]
            room.write("new.xml", open(os.path.join(room.web, "moved.xml")).read().replace("moved.xml", "new.xml"))
        if step == 3 * steps // 4:
            room.script(moved={"redirect": "/new.xml", "status": 301})
        for record in ingest.take(0.06):
            printed.setdefault(record["id"], []).append(now)
        for path, status, _ in room.requests():
            polls.setdefault(path[1:-4], []).append((now, status))
        if step in kill_at:
            ingest.kill()
            ingest.start()
    for hour in range(12):          # let what failed come round again
        set_clock(clock, START + steps * STEP + hour * 3600)
        for record in ingest.take(0.3):
            printed.setdefault(record["id"], []).append(now)
    ingest.kill(signal.SIGTERM)
    wanted = {"id-%s-%d" % (name, i) for name, n in published.items() if name != "new" for i in range(1, n + 1)}
    eq(sorted(wanted - set(printed)), [], "every article of %d hours was printed" % HOURS)
    twice = [i for i, at in printed.items() if len(at) > 1]
    ok(len(twice) <= KILLS * 4, "and only kill -9 repeated some", twice)
    gaps = [b[0] - a[0] for a, b in zip(polls["busy"], polls["busy"][1:])]
    ok(len(polls["busy"]) > 2 * len(polls["quiet"]), "a busy feed is asked more often than a quiet one",
       {name: len(p) for name, p in polls.items()})
    ok(min(gaps[5:]) <= 2 * 240, "about as often as it changes", gaps)
    bad = [at for at, status in polls["broken"] if status == 503]
    gaps = [b - a for a, b in zip(bad, bad[1:])]
    # on a busy machine a single poll is seen late: compare the halves
    half = len(gaps) // 2
    ok(half > 0 and sum(gaps[-half:]) > sum(gaps[:half]), "a broken feed is asked ever more rarely", gaps)
    eq([s for _, s in polls["moved"][-1:]], [301], "a feed that moved was asked at its old address")
    later = [at for at, _ in polls["moved"] if at > [a for a, s in polls["moved"] if s == 301][0]]
    ok(len(later) <= 2 + KILLS, "for three polls only", polls["moved"])
done()
