#!/usr/bin/env python3
"""The n-th system call, then the n-th allocation fails, for n from 1 until
nothing is left to fail.  A program may then say so and end, but it never
crashes; what the store acknowledged stays; and the next run puts all right.
n takes ever longer steps, shorter ones with STANCE_LONG."""
import json, os, shutil, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STANCE_BUILD", TOP + "/build/release")
if os.environ.get("STANCE_VARIANT", "release") != "release":
    print("1..0 # SKIP sanitizers have allocators of their own")
    sys.exit(0)

folder = tempfile.mkdtemp()
tests = failed = 0
PAGE = TOP + "/tests/newsroom/www/export-licences.html"
ARTICLES = "".join(json.dumps({"id": f"https://a.example/{n}", "content_text": "x" * n,
                               "title": "Ministry lifts ban on exports of grain"}) + "\n"
                   for n in range(3))


def ok(good, name, details=()):
    global tests, failed
    tests += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {tests} - {name}", flush=True)
    for d in [] if good else list(details)[:20]:
        print("# " + str(d).strip().replace("\n", "\n# "))


def steps():
    n = 1
    while True:
        yield n
        n += 1 + n // (500 if os.environ.get("STANCE_LONG") else 20)


def run(argv, given, kind=None, n=0):
    """Status, stdout, stderr, and whether the fault came."""
    mark, env = None, dict(os.environ)
    if kind:
        mark = open(folder + "/mark", "w+b")
        env.update(LD_PRELOAD=folder + "/shim.so", FAULT_KIND=kind, FAULT_NTH=str(n),
                   FAULT_MARK=str(mark.fileno()))
    p = subprocess.run([BUILD + "/stance-" + argv[0], *argv[1:]], input=given, text=True,
                       capture_output=True, env=env, timeout=120, errors="replace",
                       pass_fds=[mark.fileno()] if mark else [])
    return p.returncode, p.stdout, p.stderr, mark and os.fstat(mark.fileno()).st_size > 0


def loop(name, kind, once):
    """once(n): complaint or None, and whether the fault came."""
    complaints, n = [], 0
    for n in steps():
        complaint, came = once(kind, n)
        if complaint:
            complaints.append(f"{kind} {n}: {complaint}")
        if not came or len(complaints) > 9:
            break
    ok(not complaints, f"{name}: each {kind} of {n} fails", complaints)


def sane(argv, given):
    def once(kind, n):
        status, _, err, came = run(argv, given, kind, n)
        crashed = status < 0 or status not in (0, 1, 2, 3, 4)
        return (f"status {status}: {err}" if crashed else
                "failed and said nothing" if status == 3 and not err else None), came
    return once


def add(kind, n):
    store = f"{folder}/store"
    shutil.rmtree(store, ignore_errors=True)
    status, out, err, came = run(["store", "add", "--ack", store], ARTICLES, kind, n)
    if status < 0:
        return f"status {status}: {err}", came
    # a cut line at the end is what a failed write leaves
    acknowledged = [json.loads(line)["id"] for line in out.split("\n")[:-1]]
    again, _, err, _ = run(["store", "add", store], ARTICLES)
    if again != 0:
        return f"the next run ends with {again}: {err}", came
    check, said, err, _ = run(["store", "check", store], "")
    if check != 0:
        return f"check: {said}{err}", came
    _, out, _, _ = run(["store", "query", "--all-revisions", store], "")
    stored = sorted(json.loads(line)["id"] for line in out.splitlines())
    if stored != [f"https://a.example/{n}" for n in range(3)]:
        return f"stored {stored}, acknowledged {acknowledged}", came
    return None, came


try:
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", folder + "/shim.so",
                    TOP + "/tests/faults/shim.c", "-ldl"], check=True)
    for kind in ("call", "alloc"):
        loop("store add", kind, add)
        loop("classify", kind, sane(["classify"], ARTICLES))
        loop("extract", kind, sane(["extract", "--url", "https://a.example/", PAGE], ""))
        shutil.rmtree(folder + "/store", ignore_errors=True)
        run(["store", "add", folder + "/store"], ARTICLES)
        loop("store query", kind, sane(["store", "query", folder + "/store"], ""))
        loop("store check", kind, sane(["store", "check", folder + "/store"], ""))
finally:
    shutil.rmtree(folder)
print(f"1..{tests}")
sys.exit(failed > 0)
