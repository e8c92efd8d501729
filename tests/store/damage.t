#!/usr/bin/env python3
"""Damage is found and mended: bit flips anywhere, kills while writing, torn
tails.  No acknowledged record is lost, and mending twice changes nothing."""
import glob, json, os, random, select, shutil, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import LONG, STORE, done, files, ids, lines_of, ok, store


def article(n):
    return json.dumps({"id": "http://a.example/%d" % n, "title": "Story %d" % n,
                       "content_text": "word %d " % (n * 7919) * (n % 13)}) + "\n"


def build(path, n):
    r = store("add", "--segment-size", "4096", path, input="".join(map(article, range(n))).encode())
    assert r.returncode == 0, r
    return path


def test_flips(tmp):
    rng = random.Random(11)
    good = build(tmp + "/flips", 60)
    store("compact", "--size", "8192", good)
    store("note", good, input=b'{"type":"note","id":"n","text":"seen"}\n')
    build(good, 120)
    before = ids(good)
    whole = {f: open(f, "rb").read() for f in files(good)}
    store("check", "--repair", good)
    ok({f: open(f, "rb").read() for f in files(good)} == whole, "mending leaves alone what is sound",
       [f for f in files(good) if whole.get(f) != open(f, "rb").read()])
    ok(len(before) == 120 and glob.glob(good + "/articles/*/*/*/*.zst"), "a store with sealed segments")
    rounds, unseen, unmended, lost = 3000 if LONG else 24, [], [], []
    for i in range(rounds):
        bad = tmp + "/bad"
        shutil.rmtree(bad, ignore_errors=True)
        shutil.copytree(good, bad)
        path = rng.choice([f for f in files(bad) if os.path.getsize(f)])
        data = bytearray(open(path, "rb").read())
        bit = rng.randrange(8 * len(data))
        if i < 2:                       # the last newline of a log
            path = [f for f in files(bad) if f.endswith(".jsonl")][-1 - i]
            data = bytearray(open(path, "rb").read())
            bit = 8 * len(data) - 8 + i
        data[bit // 8] ^= 1 << bit % 8
        open(path, "wb").write(data)
        what = "%s bit %d" % (path[len(bad):], bit)
        if store("check", bad).returncode == 0:
            unseen.append(what)
            continue
        if path.endswith("FORMAT"):
            continue
        r = store("check", "--repair", bad)
        again = store("check", "--repair", bad)
        if r.returncode or again.returncode or store("check", bad).returncode:
            unmended.append((what, r, again))
        kept = ids(bad)
        if [x for x in before if x in set(kept)] != kept:
            lost.append(what)
    ok(not unseen, "%d flipped bits are all found" % rounds, unseen)
    ok(not unmended, "and mended", unmended[:3])
    ok(not lost, "what is left is sound, in order", lost)


def test_kills(tmp):
    rng = random.Random(5)
    path, acked, rounds = tmp + "/kills", set(), 1000 if LONG else 20
    n = 0
    for _ in range(rounds):
        p = subprocess.Popen([STORE, "add", "--ack", "--group", "7", "--segment-size", "8192", path],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if os.fork() == 0:
            try:
                p.stdout.close()
                for i in range(n, n + 400):
                    p.stdin.write(article(i).encode())
                    p.stdin.flush()
            except OSError:
                pass
            os._exit(0)
        p.stdin.close()
        if rng.random() < .8:           # a slow machine has not begun by then
            select.select([p.stdout], [], [], 5)
        time.sleep(rng.random() * 0.05)
        p.kill()
        for line in p.stdout.read().splitlines():
            try:
                acked.add(json.loads(line)["id"])
            except ValueError:
                pass
        p.wait()
        os.wait()
        n += rng.randrange(100)
    store("add", path, input=b"")
    kept = ids(path) if acked else []
    ok(acked <= set(kept), "%d kills lose none of %d acknowledged records" % (rounds, len(acked)),
       sorted(acked - set(kept))[:5])
    ok(len(kept) == len(set(kept)), "each is there once")
    r = store("check", path)
    ok(r.returncode == 0, "and the store is sound", r)


def test_tails(tmp):
    """A torn tail of every kind: cut, zeros, garbage, an old line."""
    good = build(tmp + "/tails", 20)
    active = [f for f in files(good) if f.endswith(".jsonl")][0]
    data = open(active, "rb").read()
    whole = ids(good)
    first = data.split(b"\n")[0] + b"\n"
    tails = [data + t for t in (b"{", b"\0" * 512, b"\0" * 600 + b"\n", b"x" * 99 + b"\n", first,
                                first[:50] + b"\n" + first)]
    tails += [data[:-k] for k in range(1, len(data), 7 if LONG else 211)]
    wrong = []
    for i, torn in enumerate(tails):
        with open(active, "wb") as f:
            f.write(torn)
        with open(good + "/articles/LOCK", "w") as f:
            f.write("1\n")              # as an unclean stop leaves it
        r = store("add", good, input=b"")
        kept = ids(good)
        if r.returncode or whole[:len(kept)] != kept or store("check", good).returncode or \
                (len(torn) >= len(data) and len(kept) != len(whole)):
            wrong.append((i, r, len(kept)))
    ok(not wrong, "%d torn tails are cut at their last sound line" % len(tails), wrong[:2])


def test_reading_while_mending(tmp):
    """Readers beside repairs see sound lines in order, and in the end all."""
    path = build(tmp + "/beside", 120)
    whole, wrong, seen = ids(path), [], 0
    for i in range(20 if LONG else 6):
        rng = random.Random(i)
        bad = rng.choice([f for f in files(path) if f.endswith(".zst")])
        data = bytearray(open(bad, "rb").read())
        data[len(data) // 2] ^= 1 << i % 8
        open(bad, "wb").write(data)
        p = subprocess.Popen([STORE, "check", "--repair", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while p.poll() is None or seen % 3 == 0:
            r = store("query", path)
            got = [json.loads(x)["id"] for x in r.stdout.splitlines()]
            seen += 1
            if r.returncode not in (0, 3) or (r.returncode == 3) != bool(r.stderr) or \
                    [x for x in whole if x in set(got)] != got:
                wrong.append((i, r.returncode, r.stderr, len(got)))
        said = p.communicate()
        if p.returncode or store("query", path).returncode:
            wrong.append((i, said, store("query", path).stderr))
        whole = ids(path)
    ok(not wrong and seen > 3, "%d readers beside repairs" % seen, wrong[:3])


def test_passed(tmp):
    """Who reads past damage says so, and in the exit status."""
    path = build(tmp + "/passed", 60)
    whole = [x["seq"] for x in lines_of(path)]
    bad = [f for f in files(path) if f.endswith(".zst")][1]
    data = bytearray(open(bad, "rb").read())
    data[len(data) // 2] ^= 16
    open(bad, "wb").write(data)
    rcs = {name: store(name, *more, path).returncode for name, *more in
           (("follow", "--once"), ("query",), ("export",), ("balance",))}
    got = [x["seq"] for x in lines_of(path)]
    ok(rcs == dict.fromkeys(rcs, 3) and got == sorted(set(got)) and got[-1] == whole[-1] and len(got) < len(whole),
       "reading past damage is in the exit status", rcs)


def test_moved(tmp):
    """What mending takes out moves the lines behind it: cursors find them."""
    path = build(tmp + "/moved", 20)
    active = [f for f in files(path) if f.endswith(".jsonl")][0]
    data = open(active, "rb").read()
    lines = [json.loads(x) for x in data.splitlines()]
    number, start, cursors = os.path.basename(active)[:6], 0, {}
    for line, text in zip(lines, data.splitlines(keepends=True)):
        cursors[line["seq"]] = "%s:%d:%d:%s" % (number, start, line["seq"], line["x"])
        start += len(text)
    open(active, "wb").write(data.replace(b'"content_text"', b'"content_tExt"', 1))
    open(path + "/articles/LOCK", "w").write("1\n")
    store("add", path, input=b"")
    kept = [x["seq"] for x in lines_of(path)]
    last = kept[-1]                     # the manifest says what is gone
    wrong = [(seq, got) for seq, cursor in cursors.items() if seq in kept
             for got in [[x["seq"] for x in lines_of(path, "--from", cursor)]] if got != list(range(seq + 1, last + 1))]
    gone = [x["seq"] for x in lines_of(path, "--from", cursors[lines[0]["seq"]])]
    ok(not wrong and len(cursors) > 2 and lines[0]["seq"] not in kept, "cursors behind mended damage stay good", wrong[:2])
    ok(gone == list(range(lines[1]["seq"], last + 1)), "one whose line is gone begins with its segment", gone)


with tempfile.TemporaryDirectory() as folder:
    test_passed(folder)
    test_moved(folder)
    test_flips(folder)
    test_reading_while_mending(folder)
    test_kills(folder)
    test_tails(folder)
done()
