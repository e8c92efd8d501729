#!/usr/bin/env python3
"""Each file call of add, seal and repair fails once in turn: the program says so
and exits 3, or goes on unharmed; nothing acknowledged is lost, and the next run
goes on."""
import errno, json, os, shutil, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STANCE_BUILD", TOP + "/build/release")
STORE = BUILD + "/stance-store"
LONG = bool(os.environ.get("STANCE_LONG"))
if os.environ.get("STANCE_VARIANT", "release") != "release":
    print("1..0 # SKIP a sanitizer and a preloaded library do not mix")
    sys.exit(0)
count = 0


def ok(good, name, note=""):
    global count
    count += 1
    print(("ok" if good else "not ok"), count, "-", name, flush=True)
    if not good:
        print("#", str(note)[:2000].replace("\n", "\n# "))


def article(n):
    return json.dumps({"id": "http://a.example/%d" % n, "title": "Story %d" % n,
                       "content_text": "text of %d" % n}) + "\n"


LINES = [article(n) for n in range(40)]
ADD = ["add", "--ack", "--group", "5", "--segment-size", "2000"]


def add(path, lines, env=None):
    r = subprocess.run([STORE, *ADD, path], input="".join(lines).encode(),
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, timeout=60)
    return r, {json.loads(x)["id"] for x in r.stdout.splitlines()}


def ids(path):
    r = subprocess.run([STORE, "query", path], stdout=subprocess.PIPE, timeout=60)
    return [json.loads(x)["id"] for x in r.stdout.splitlines()]


def sound(path):
    return subprocess.run([STORE, "check", path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)


def loop(tmp, shim, code, name):
    wrong, n, step = [], 0, 1 if LONG else 11
    done = False
    while not done:
        n += step
        path = tmp + "/s"
        mark = path + "/mark"           # in the store: the jail allows no other place
        shutil.rmtree(path, ignore_errors=True)
        _, acked = add(path, LINES[:7])
        env = dict(os.environ, LD_PRELOAD=shim, FAULT_AT=str(n), FAULT_ERRNO=str(code),
                   FAULT_MARK=mark)
        r, more = add(path, LINES[:30], env)
        done = not os.path.exists(mark)
        acked |= more
        again, more = add(path, LINES[20:])
        kept = ids(path)
        if r.returncode not in ((0, 3) if code else (0,)) or again.returncode != 0 or \
                not (acked | more) <= set(kept) or len(kept) != len(set(kept)) or \
                sound(path).returncode:
            wrong.append((n, r, again, sorted((acked | more) - set(kept)), sound(path)))
    ok(not wrong and n > step, "%s at any of %d calls" % (name, n), wrong[:2])


with tempfile.TemporaryDirectory() as folder:
    shim = folder + "/fault.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", shim, TOP + "/tests/faults/fault.c", "-ldl"],
                   check=True)
    loop(folder, shim, errno.EIO, "an input/output error")
    loop(folder, shim, errno.ENOSPC, "a full disk")
    loop(folder, shim, errno.EINTR, "an interrupt")
    loop(folder, shim, 0, "half of a read or write")
print("1..%d" % count)
