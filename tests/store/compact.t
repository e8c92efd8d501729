#!/usr/bin/env python3
"""Compaction and retention: no line, seq or cursor is lost by merging, beside a
writer and readers; what is dropped is named first; other tools can follow it."""
import fcntl, glob, hashlib, json, os, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import STORE, done, lines_of, ok, sealed, store, stored_line


def article(n, text="body"):
    return json.dumps({"id": "http://a.example/%d" % n, "title": "Story %d" % n, "content_text": text,
                       "stance": {"label": ("easing", "tightening")[n % 2], "confidence": n % 10 / 10,
                                  "domains": [("trade", "energy", "money")[n % 3]]}}) + "\n"


def add(path, lines, *more):
    r = store("add", "--ack", "--segment-size", "2000", *more, path, input="".join(lines).encode())
    return r, [json.loads(x) for x in r.stdout.splitlines()]


def seqs(path, *args):
    return [x["seq"] for x in lines_of(path, *args)]


QUERIES = ["label:easing", "label:tightening domain:trade", "confidence>0.7", "domain:energy,money since:1d",
           "confidence<0.3 label:easing", "published>2020-01-01 label:easing", "label:easing until:1d",
           "not label:easing", "label:easing or domain:trade", "label:mixed", "label:odd", "type:feed"]


def answers(path):
    return [(q, store("query", path, q).stdout, store("query", "--count", path, q).stdout) for q in QUERIES]


def test_index(tmp):
    path = tmp + "/index"
    add(path, [article(n) for n in range(90)] + ['{"type":"feed","id":"f"}\n'] +
        [article(n, "other") for n in range(0, 90, 7)] + [article(n) for n in range(100, 130)])
    with_index = answers(path)
    stats = store("stats", path).stdout
    table = glob.glob(path + "/articles/*/*/*/*.idx")
    size = [(os.path.getsize(t) - 96) % 40 for t in table]
    shown = [json.loads(x) for x in store("show", sorted(table)[0]).stdout.splitlines()]
    ok(len(table) > 9 and not any(size), "40 bytes a line", size)
    ok([x["seq"] for x in shown] == list(range(1, len(shown) + 1)) and shown[1]["label"] == "tightening",
       "show prints an index", shown[:3])
    for t in table:
        os.unlink(t)
    without = answers(path)
    ok(with_index == without and with_index[0][1], "an index changes no answer",
       [(a, b) for a, b in zip(with_index, without) if a != b][:1])
    ok(stats == store("stats", path).stdout, "and no count")
    newest = [store("query", path, "--order", "newest", "--limit", "7", q).stdout.splitlines() for q in QUERIES]
    ok(newest == [a.splitlines()[:-8:-1] for _, a, _ in with_index], "the newest are found from the end", newest[0])
    ok([c for _, a, c in with_index] == [b"%d\n" % a.count(b"\n") for _, a, c in with_index],
       "what is counted is what is printed")
    r = store("check", path)
    ok(r.returncode == 1 and b".idx" in r.stdout, "check misses them", r)
    r = store("check", "--rebuild-index", path)
    ok(r.returncode == 0 and answers(path) == with_index and store("check", path).returncode == 0,
       "--rebuild-index makes them anew", r)
    data = bytearray(open(sorted(table)[1], "rb").read())
    n = (len(data) - 96) // 40
    data[64 + 16 * n + 4 * data.index(1, 64 + 38 * n) - 4 * (64 + 38 * n)] ^= 4     # where the first easing stands
    open(sorted(table)[1], "wb").write(data)
    r = store("query", path, "label:easing")
    ok(r.returncode == 3 and b"--rebuild-index" in r.stderr and
       {json.loads(x)["id"] for x in r.stdout.splitlines()} ==
       {json.loads(x)["id"] for x in with_index[0][1].splitlines()}, "a false index is named and passed over", r)


def test_compact(tmp):
    path = tmp + "/compact"
    add(path, [article(n) for n in range(120)])
    cursors = [json.loads(x)["cursor"] for x in store("follow", "--once", "--cursors", path).stdout.splitlines()
               if b'"cursor"' in x]
    before, said = lines_of(path), answers(path)
    # a cursor behind every line
    at = []
    for seg in sorted(glob.glob(path + "/articles/*/*/*/*.jsonl*")):
        offset = 0
        for line in store("show", seg).stdout.splitlines(True):
            d = json.loads(line)
            at.append(("%s:%d:%d:%s" % (os.path.basename(seg)[:6], offset, d["seq"], d["x"]), d["seq"]))
            offset += len(line)
    old = sealed(path)
    r = store("compact", "--size", "12000", path)
    merged = sealed(path)
    ok(r.returncode == 0 and 1 < len(merged) < len(old) / 2, "compact merges %d files to %d" %
       (len(old), len(merged)), r)
    ok(lines_of(path) == before, "the lines are the same")
    ok(answers(path) == said, "and so is what is found")
    r = store("check", path)
    ok(r.returncode == 0, "the store is sound", r)
    wrong = [c for c, n in at if seqs(path, "--from", c) != list(range(n + 1, 121))]
    ok(not wrong and len(at) == 120, "cursors into merged segments stay good", wrong[:3])
    notes = [json.loads(x) for x in store("note", "--list", path).stdout.splitlines()]
    named = {f["file"]: f["sha256"] for n in notes for f in n["old"]}
    new = {n["new"]["file"]: n["new"]["sha256"] for n in notes}
    short = [f[len(path + "/articles/"):-len(".jsonl.zst")] for f in old if f not in merged]
    ok(sorted(named) == short and all(hashlib.sha256(open("%s/articles/%s.jsonl.zst" % (path, f), "rb").read())
       .hexdigest() == h for f, h in new.items()), "notes name what became of what", notes[:1])
    _, acks = add(path, [article(n) for n in range(118, 160)])
    ok([a["status"] for a in acks] == ["duplicate"] * 2 + ["new"] * 40, "duplicates are known, new ones follow", acks[:3])
    store("compact", path)
    again = sealed(path)
    ok(len(again) == 1 and seqs(path) == list(range(1, 161)), "merged files are merged again", again)
    ok(store("check", path).returncode == 0 and store("compact", path).returncode == 0 and sealed(path) == again,
       "and then there is nothing to do")
    wrong = [c for c, n in at if seqs(path, "--from", c) != list(range(n + 1, 161))]
    ok(not wrong, "old cursors are still good", wrong[:3])
    left = glob.glob(path + "/articles/*/*/*/*.new") + cursors[:0]
    ok(not left and len(glob.glob(path + "/articles/*/*/*/*.meta.json")) == 1, "nothing is left over", left)


def test_beside(tmp):
    """A writer and a follower that live through compactions."""
    path = tmp + "/beside"
    add(path, [article(0)])
    w = subprocess.Popen([STORE, "add", "--ack", "--segment-size", "2000", path], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    f = subprocess.Popen([STORE, "follow", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    got = [json.loads(f.stdout.readline())["seq"]]
    statuses, failed = [], []
    for n in range(1, 81):
        w.stdin.write(article(n).encode() + article(n // 2).encode())
        w.stdin.flush()
        statuses += [json.loads(w.stdout.readline())["status"] for _ in range(2)]
        if n % 9 == 0:
            r = store("compact", path)
            failed += [r] if r.returncode else []
        if n % 5 == 0:
            got += [json.loads(f.stdout.readline())["seq"] for _ in range(5)]
    w.stdin.close()
    w.wait()
    while got[-1] < 81:
        got.append(json.loads(f.stdout.readline())["seq"])
    f.kill()
    f.wait()
    ok(statuses == ["new", "duplicate"] * 80 and not failed and w.returncode == 0,
       "a writer goes on while others compact", (statuses[:9], failed, w.stderr.read()))
    ok(got == list(range(1, 82)), "a follower sees each line once", got)
    ok(store("check", path).returncode == 0 and len(sealed(path)) > 1, "and the store is sound", store("check", path))


def make_old(path, days):
    """A store with a segment of three lines for each day."""
    os.makedirs(path)
    open(path + "/FORMAT", "w").write("stance-store 1\n")
    seq = 0
    for i, day in enumerate(days):
        folder = "%s/articles/%s" % (path, day.replace("-", "/"))
        os.makedirs(folder, exist_ok=True)
        with open("%s/%06d.jsonl" % (folder, i + 1), "w") as f:
            for _ in range(3):
                seq += 1
                f.write(stored_line(article(seq), seq, day))


def day(ago):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400 * ago))


def test_keep(tmp):
    path = tmp + "/keep"
    make_old(path, [day(n) for n in (400, 300, 200, 40, 20)])
    r, acks = add(path, [article(n) for n in (1, 14, 99)])
    ok([a["status"] for a in acks] == ["revision", "revision", "new"] and len(sealed(path)) == 5 and
       seqs(path) == list(range(1, 19)), "a store of old lines, without a limit", (r, acks))
    cursor = "000002:0:4:" + lines_of(path)[3]["x"]
    r, acks = add(path, [article(200)], "--keep", "100")
    first = lines_of(path)[0]
    ok(r.returncode == 0 and first["seq"] == 10 and len(sealed(path)) == 2, "--keep drops whole segments", (r, first))
    manifest = [x for x in lines_of(path) if x.get("action") == "drop"]
    ok(len(manifest) == 1 and manifest[0]["lost"] == [[1, 9]] and len(manifest[0]["segments"]) == 3,
       "a manifest record names them", manifest)
    ok(not glob.glob("%s/articles/%s" % (path, day(400).replace("-", "/"))), "their folders are gone")
    r = store("check", path)
    ok(r.returncode == 0, "check knows what is gone", r)
    ok(seqs(path, "--from", cursor) == seqs(path), "a cursor into what is gone begins with what is left")
    _, acks = add(path, [article(1), article(1, "x")])
    ok([a["status"] for a in acks] == ["duplicate", "revision"], "what is left is still known", acks)
    r, _ = add(path, [article(300)], "--keep", "10")
    ok(lines_of(path)[0]["seq"] >= 16 and store("check", path).returncode == 0 and seqs(path)[-1] == 23,
       "and again, with the earlier manifest in what stays or goes", (seqs(path), store("check", path)))
    words = " ".join("w%d" % n for n in range(90))
    make_old(tmp + "/window", [day(2)])
    told = [json.dumps({"id": "http://b.example/%d" % n, "title": "t", "content_text": words + " x%d" % n}) + "\n"
            for n in range(2)]
    folder = "%s/articles/%s/" % (tmp + "/window", day(2).replace("-", "/"))
    with open(folder + "000001.jsonl", "a") as f:
        f.write(stored_line(told[0], 4, day(2)))
    r, acks = add(tmp + "/window", [article(60)])
    r, more = add(tmp + "/window", [told[1]] + [article(n) for n in range(61, 90)], "--keep", "1")
    ok(r.returncode == 0 and len(more) == 30 and store("check", tmp + "/window").returncode == 0,
       "a story whose first article was dropped", r)
    make_old(tmp + "/future", [day(30), day(20), day(-300)])
    r, _ = add(tmp + "/future", [article(50)], "--keep", "1000")
    stored = [x["stored"] for x in lines_of(tmp + "/future")]
    ok(r.returncode == 0 and stored == sorted(stored) and len(stored) == 10,
       "a clock that was set back: times do not fall, nothing is dropped", (r, stored))


def test_held(tmp):
    path = tmp + "/held"
    add(path, [article(n) for n in range(40)])
    with open(path + "/articles/COMPACT", "w") as f:
        f.write("4711\n")
        f.flush()
        fcntl.flock(f, fcntl.LOCK_EX)
        r = store("compact", path)
        ok(r.returncode == 3 and b"process 4711" in r.stderr, "two do not compact at once", r)
        r, acks = add(path, [article(n) for n in range(40, 60)], "--keep", "1")
        ok(r.returncode == 0 and len(acks) == 20, "the writer does not mind", r)
    r = store("compact", path)
    ok(r.returncode == 0 and store("check", path).returncode == 0, "afterwards it goes on", r)


with tempfile.TemporaryDirectory() as folder:
    test_index(folder)
    test_compact(folder)
    test_beside(folder)
    test_keep(folder)
    test_held(folder)
done()
