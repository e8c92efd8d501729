#!/usr/bin/env python3
"""Each system call of add with sealing and retention, of a merge, a repair and a
note fails once in turn: the program says so and exits 3, or goes on unharmed;
nothing acknowledged is lost, and the next run goes on.  What reads prints all, or
says that it did not; what alerts tells all in the next run.  Every call with
STANCE_LONG, else some."""
import errno, hashlib, json, os, shutil, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import BUILD, LONG, MEMORY, TOP, VARIANT, done, ids, ok, store

if VARIANT != "release":
    print("1..0 # SKIP a sanitizer and a preloaded library do not mix")
    sys.exit(0)


def article(n):
    return json.dumps({"id": "http://a.example/%d" % n, "title": "Story %d" % n,
                       "content_text": "text of %d" % n}) + "\n"


LINES = [article(n) for n in range(40)]
OLD = ["http://a.example/old%d" % n for n in (1, 2)]
ADD = ["add", "--ack", "--group", "5", "--segment-size", "2000"]


def make(path, before):
    """A store with an old segment, some sealed ones and one in work."""
    shutil.rmtree(path, ignore_errors=True)
    day = time.gmtime(time.time() - 400 * 86400)
    folder = path + time.strftime("/articles/%Y/%m/%d", day)
    os.makedirs(folder)
    open(path + "/FORMAT", "w").write("stance-store 1\n")
    with open(folder + "/000001.jsonl", "w") as f:
        for n, name in enumerate(OLD, 1):
            d = '{"id":"%s","title":"old","key":"%s","rev":"1","revision":1,"seq":%d,"stored":"%s"' % (
                name, name, n, time.strftime("%Y-%m-%dT00:00:00Z", day))
            f.write(d + ',"x":"%s"}\n' % hashlib.sha256(d.encode()).hexdigest()[:16])
    store(*ADD, path, input="".join(LINES[:before]).encode())


def fault(shim, kind, code, n, mark):
    return dict(os.environ, LD_PRELOAD=shim, FAULT_KIND=kind, FAULT_NTH=str(n), FAULT_ERRNO=str(code),
                FAULT_MARK=str(mark.fileno()))


def run(shim, kind, code, n, args, given):
    """What came of it, and whether the fault came."""
    with tempfile.TemporaryFile() as mark:
        r = store(*args, env=fault(shim, kind, code, n, mark), pass_fds=[mark.fileno()], input=given)
        return r, os.fstat(mark.fileno()).st_size > 0


def acked(r):
    return {json.loads(x)["id"] for x in r.stdout.split(b"\n")[:-1] if x.startswith(b"{")}


def sealed_damaged(path):
    """Flip a byte in the middle of a sealed segment, and tear the active one."""
    for folder, _, names in os.walk(path + "/articles"):
        for name in sorted(names):
            if name.startswith("000003") and name.endswith(".zst"):
                data = bytearray(open(folder + "/" + name, "rb").read())
                data[len(data) // 2] ^= 16
                open(folder + "/" + name, "wb").write(data)
    open(path + "/articles/LOCK", "w").write("1\n")


CASES = {
    "add": (7, ADD, "".join(LINES[:30]).encode(), None),
    "add with retention": (7, ADD + ["--keep", "100"], "".join(LINES[:20]).encode(), None),
    "compact": (30, ["compact"], None, None),
    "repair": (30, ["check", "--repair"], None, sealed_damaged),
    "note": (7, ["note"], b'{"type":"note","text":"a"}\n{"type":"note","text":"b"}\n', None),
}


def loop(tmp, shim, case, kind, code, name):
    before, args, given, spoil = CASES[case]
    path, wrong, n, came = tmp + "/s", [], 0, True
    while came and len(wrong) < 5:
        n += 1 if LONG else 1 + n // 2
        make(path, before)
        had = set(ids(path))
        if spoil:
            spoil(path)
            had = set(ids(path))
        r, came = run(shim, kind, code, n, [*args, path], given)
        fine = (0, 1, 3) if kind == "call" and case == "repair" else (0, 3) if kind == "call" else (0,)
        had |= acked(r) if case.startswith("add") else set()
        if "--keep" in args:
            had -= set(OLD)
        if spoil:
            store("check", "--repair", path)
        again = store(*ADD, path, input="".join(LINES[20:]).encode())
        kept = ids(path)
        check = store("check", path)
        notes = store("note", "--list", path)
        word = os.strerror(code).encode() if code == errno.ENOSPC else b""
        if r.returncode not in fine or (r.returncode == 3 and (not r.stderr or word not in r.stderr)) or again.returncode or \
                not (had | acked(again)) <= set(kept) or len(kept) != len(set(kept)) or check.returncode or \
                (case == "note" and r.stdout.count(b'"new"') > notes.stdout.count(b'"note"')):
            wrong.append((n, r, again, sorted((had | acked(again)) - set(kept)), check))
        if case == "compact":
            r = store("compact", path)
            if r.returncode or sorted(ids(path)) != sorted(kept) or store("check", path).returncode:
                wrong.append((n, "compacting again", r, store("check", path)))
    ok(not wrong and n > 3, "%s: %s at any of %d calls" % (case, name, n), "\n".join(map(str, wrong[:2])))


def read_loop(tmp, shim, args, code, name):
    """What was printed has no gap, and is all where nothing was said."""
    path, wrong, n, came = tmp + "/r", [], 0, True
    make(path, 30)
    whole = store(*args, path).stdout
    while came and len(wrong) < 5:
        n += 1
        r, came = run(shim, "call", code, n, [*args, path], None)
        if r.returncode not in (0, 3) or not whole.startswith(r.stdout) or (r.returncode == 3 and not r.stderr) or \
                (r.returncode == 0 and r.stdout != whole):
            wrong.append((n, r.returncode, r.stderr, len(r.stdout), len(whole)))
    ok(not wrong and n > 3, "%s: %s at any of %d calls" % (args[0], name, n), wrong)


def alert_loop(tmp, shim, code, name):
    """A1: whatever failed, the next run makes good."""
    path, told, wrong, n, came = tmp + "/a", tmp + "/told", [], 0, True
    alert = [BUILD + "/stance-alert", "run", path, "--match", "label:easing", "--once", "--exec",
             "LD_PRELOAD= cat >>'%s'; echo >>'%s'" % (told, told)]
    judged = [x.strip()[:-1] + ',"stance":{"label":"easing"}}\n' for x in LINES[:20]]
    while came and len(wrong) < 5:
        n += 1 if LONG else 1 + n // 3
        shutil.rmtree(path, ignore_errors=True)
        store(*ADD, "--no-stories", path, input="".join(judged).encode())
        open(told, "w").close()
        with tempfile.TemporaryFile() as mark:
            r = subprocess.run(alert, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                               env=fault(shim, "call", code, n, mark), pass_fds=[mark.fileno()])
            came = os.fstat(mark.fileno()).st_size > 0
        again = subprocess.run(alert, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        with open(told) as f:           # cut lines are of commands that failed
            bodies = [x for x in f if x.endswith("}\n")]
        missed = [x for x in range(20) if not any('"http://a.example/%d"' % x in b for b in bodies)]
        if r.returncode not in (0, 3) or again.returncode or missed:
            wrong.append((n, missed, r, again))
    ok(not wrong and n > 3, "alert: %s at any of %d calls" % (name, n), "\n".join(map(str, wrong[:2])))


with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
    shim = folder + "/fault.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, TOP + "/tests/faults/shim.c", "-ldl"], check=True)
    for case in CASES:
        loop(folder, shim, case, "call", errno.EIO, "an input/output error")
        loop(folder, shim, case, "call", errno.ENOSPC, "a full disk")
        loop(folder, shim, case, "call", errno.EINTR, "an interrupt")
        loop(folder, shim, case, "short", 0, "half of a read or write")
    for args in (["follow", "--once"], ["query"]):
        read_loop(folder, shim, args, errno.EIO, "an input/output error")
        read_loop(folder, shim, args, errno.EINTR, "an interrupt")
    alert_loop(folder, shim, errno.EIO, "an input/output error")
done()
