#!/usr/bin/env python3
"""follow gives each line once, to any number of readers, across sealing, merging,
retention, a new day, restarts and a killed writer; with inotify and without."""
import datetime, glob, json, os, random, shutil, signal, subprocess, sys, tempfile, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import LONG, STORE, VARIANT, done, lines_of, ok, sealed, store

ROUNDS = 60 if LONG else 12


def article(n):
    return (json.dumps({"id": "http://a.example/%d" % n, "title": "Story %d" % n, "content_text": "text %d " % n * 9}) +
            "\n").encode()


def add(path, numbers, *options):
    subprocess.run([STORE, "add", "--no-stories", *options, path], input=b"".join(map(article, numbers)), check=True)


class Reader(threading.Thread):
    """A follower and what it has printed."""

    def __init__(self, path, *options, **more):
        super().__init__(daemon=True)
        self.seqs, self.cursors, self.times = [], [], []
        self.program = subprocess.Popen([STORE, "follow", *options, path], stdout=subprocess.PIPE, **more)
        self.start()

    def run(self):
        for line in self.program.stdout:
            record = json.loads(line)
            if "cursor" in record:
                self.cursors.append((self.seqs[-1], record["cursor"]))
            else:
                self.times.append(time.monotonic())
                self.seqs.append(record["seq"])

    def wait_for(self, seq, seconds=30):
        end = time.monotonic() + seconds
        while (not self.seqs or self.seqs[-1] < seq) and time.monotonic() < end:
            time.sleep(.005)

    def wait_for_cursor(self, seq, seconds=30):
        """All is read up to there, and the program sleeps or is about to."""
        end = time.monotonic() + seconds
        while (not self.cursors or self.cursors[-1][0] < seq) and time.monotonic() < end:
            time.sleep(.005)

    def stop(self):
        self.program.kill()
        self.program.wait()
        self.join()


def test_many(tmp):
    path, count = tmp + "/many", 300
    add(path, [0])
    writer = subprocess.Popen([STORE, "add", "--no-stories", "--group", "7", "--segment-size", "3000", path],
                              stdin=subprocess.PIPE)
    readers, late = [Reader(path, "--cursors") for _ in range(6)], []
    for n in range(1, count):
        writer.stdin.write(article(n))
        if n % 50 == 0:
            writer.stdin.flush()
            late.append(Reader(path))
            store("compact", path)
    writer.stdin.close()
    writer.wait()
    for r in readers + late:
        r.wait_for(count)
        r.stop()
    wrong = [r.seqs for r in readers + late if r.seqs != list(range(1, count + 1))]
    ok(not wrong and len(sealed(path)) > 1, "11 readers beside a writer that seals and merges: each line once", wrong[:1])
    cursors = [c for r in readers for c in r.cursors]
    wrong = [c for c in random.Random(1).sample(cursors, min(20, len(cursors)))
             if [r["seq"] for r in lines_of(path, "--from", c[1])] != list(range(c[0] + 1, count + 1))]
    ok(cursors and not wrong, "their cursors go on where they were", wrong[:3])


def test_restarts(tmp):
    """A reader that is killed at random and goes on from its last cursor."""
    path, rng = tmp + "/restarts", random.Random(2)
    add(path, range(5))
    got, cursor, n = [], "0", 5
    for turn in range(ROUNDS):
        r = Reader(path, "--cursors", "--from", cursor)
        writer = subprocess.Popen([STORE, "add", "--no-stories", "--group", "3", "--segment-size", "2500", path],
                                  stdin=subprocess.PIPE)
        for _ in range(rng.randrange(1, 9)):
            writer.stdin.write(article(n))
            writer.stdin.flush()
            n += 1
        if turn % 3 == 2:           # what came last may be lost, or seen and then lost
            time.sleep(rng.random() * .02)
            writer.kill()
        else:
            writer.stdin.close()
        writer.wait()
        if turn % 4 == 3:
            store("compact", path)
        time.sleep(rng.random() * .05)
        r.stop()
        if r.cursors:               # what came behind the last cursor is asked for again
            seen, cursor = r.cursors[-1]
            got += [s for s in r.seqs if s <= seen]
    got += [r["seq"] for r in lines_of(path, "--from", cursor)]
    stored = [r["seq"] for r in lines_of(path)]
    ok(got == stored and len(stored) > ROUNDS, "killed readers that go on from cursors, killed writers: each line once",
       [x for x in set(got) ^ set(stored)])


def leave_lines(path):
    """A writer is killed behind its last line."""
    writer = subprocess.Popen([STORE, "add", "--no-stories", "--group", "1", path], stdin=subprocess.PIPE)
    writer.stdin.write(article(3))
    writer.stdin.flush()
    end = time.monotonic() + 30
    while len(lines_of(path)) < 4 and time.monotonic() < end:
        time.sleep(.005)
    writer.kill()
    writer.communicate()


def leave_new_file(path):
    """As a writer that is killed when it has made the next segment's file."""
    add(path, [3])
    active, = glob.glob(path + "/articles/*/*/*/*.jsonl")
    with open(os.path.dirname(active) + "/000002.jsonl", "w"), open(path + "/articles/LOCK", "w") as lock:
        lock.write("1\n")


def test_mended(tmp):
    """A follower sleeps while the next writer mends what a killed one left, goes on in that, and seals it."""
    for name, leave, size, merged in (("filled", leave_lines, 2500, False), ("left", leave_lines, 500, False),
                                      ("merged", leave_lines, 2500, True), ("begun", leave_new_file, 2500, False)):
        path = tmp + "/mended-" + name
        add(path, range(3))
        leave(path)
        r = Reader(path, "--cursors")
        r.wait_for_cursor(4)
        r.program.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, r.program.pid, os.WSTOPPED)
        add(path, range(4, 20), "--segment-size", str(size))
        if merged:
            store("compact", path)
        r.program.send_signal(signal.SIGCONT)
        r.wait_for(20)
        r.stop()
        ok(r.seqs == list(range(1, 21)) and sealed(path), "a segment is mended, %s and sealed in one sleep" % name, r.seqs)


def test_day(tmp):
    """The active segment is one of yesterday: the next line stands in another folder."""
    path = tmp + "/day"
    add(path, range(3))
    old = glob.glob(path + "/articles/*/*/*/*.jsonl")[0]
    day = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=40)
    new = day.strftime(path + "/articles/%Y/%m/%d/") + os.path.basename(old)
    os.makedirs(os.path.dirname(new))
    os.rename(old, new)
    r = Reader(path, "--cursors")
    r.wait_for(3)
    add(path, range(3, 6))
    r.wait_for(6)
    add(path, range(6, 9))
    r.wait_for(9)
    r.stop()
    ok(r.seqs == list(range(1, 10)) and len(sealed(path)) == 1, "a new day: reading goes on in its folder", r.seqs)


def test_retention(tmp):
    """What a reader stands in is dropped: it goes on with what is left."""
    path = tmp + "/retention"
    add(path, range(40), "--segment-size", "1000")
    cursors = [json.loads(x)["cursor"] for x in store("follow", "--once", "--cursors", path).stdout.splitlines()[-1:]]
    at = {r["seq"]: "%06d:0:%d:%s" % (i + 1, r["seq"], r["x"]) for i, f in enumerate(sealed(path))
          for r in [json.loads(subprocess.run(["zstdcat", f], stdout=subprocess.PIPE).stdout.splitlines()[0])]}
    r = Reader(path)
    r.wait_for(40)
    for f in sealed(path)[:3]:      # as retention does, the oldest first
        for name in glob.glob(f[:-len(".jsonl.zst")] + ".*"):
            os.unlink(name)
    first = json.loads(subprocess.run(["zstdcat", sealed(path)[0]], stdout=subprocess.PIPE).stdout.splitlines()[0])["seq"]
    add(path, range(40, 43))
    r.wait_for(43)
    r.stop()
    ok(r.seqs == list(range(1, 44)), "a reader at the end does not notice", r.seqs)
    wrong = [(s, c) for s, c in at.items() if [x["seq"] for x in lines_of(path, "--from", c)] !=
             list(range(max(first, s + 1), 44))]
    ok(not wrong and first > 1, "cursors into what is gone begin with what is left", wrong[:2])
    ok([x["seq"] for x in lines_of(path, "--from", cursors[0])] == [41, 42, 43], "the last cursor is still the last")


def test_waking(tmp):
    path = tmp + "/waking"
    add(path, range(3))
    env = dict(os.environ)
    if VARIANT == "release":
        shim = tmp + "/no-inotify"
        with open(shim + ".c", "w") as f:
            f.write("#include <errno.h>\nint inotify_init1(int flags) { (void)flags; errno = EMFILE; return -1; }\n")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", shim + ".so", shim + ".c"], check=True)
        env["LD_PRELOAD"] = shim + ".so"
    woken, polling = Reader(path), Reader(path, env=env)
    for r in (woken, polling):
        r.wait_for(3)
    add(path, range(3, 6), "--segment-size", "1")
    for r in (woken, polling):
        r.wait_for(6)
    add(path, range(6, 9))
    for r in (woken, polling):
        r.wait_for(9)
        r.stop()
    ok(woken.seqs == list(range(1, 10)), "woken by inotify", woken.seqs)
    ok(polling.seqs == list(range(1, 10)), "and without inotify, by looking", polling.seqs)


def test_unreadable(tmp):
    """A folder cannot be read for a while: said at each look, and nothing is missed."""
    path = tmp + "/unreadable"
    add(path, range(3))
    with open(tmp + "/said", "wb") as said:
        r = Reader(path, stderr=said)
    r.wait_for(3)
    loop = path + "/articles/2027"
    os.symlink("2027", loop)
    end = time.monotonic() + 30
    while not os.path.getsize(tmp + "/said") and time.monotonic() < end:
        time.sleep(.005)
    time.sleep(.1)                      # for what would say it without end
    os.unlink(loop)
    add(path, range(3, 20), "--segment-size", "2500")
    r.wait_for(20)
    r.stop()
    with open(tmp + "/said") as said:
        said = said.readlines()
    ok(r.seqs == list(range(1, 21)) and 0 < len(said) < 100 and loop in said[0], "a folder that cannot be read for a while",
       (r.seqs, len(said), said[:2]))


with tempfile.TemporaryDirectory() as folder:
    test_many(folder)
    test_restarts(folder)
    test_mended(folder)
    test_day(folder)
    test_retention(folder)
    test_waking(folder)
    test_unreadable(folder)
done()
