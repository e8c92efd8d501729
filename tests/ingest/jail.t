#!/usr/bin/env python3
"""What the processes of ingest may do, and what a page that kills one costs."""
import json, os, signal, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Room, VARIANT, done, eq, full, link, ok, page, rss


def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(c) for c in f.read().split()]


def status(pid, name):
    with open("/proc/%d/status" % pid) as f:
        return next(line.split()[1] for line in f if line.startswith(name + ":"))


def wait_for(test, seconds=30):
    end = time.monotonic() + seconds
    while not test() and time.monotonic() < end:
        time.sleep(0.02)
    return test()


with Room() as room:
    room.write("feed.xml", rss(full("calm")))
    room.write("robots.txt", "")
    room.write("bad.html", page("bad"))
    room.write("good.html", page("good"))
    p = subprocess.Popen(room.command("--follow", "@BASE@/feed.xml"), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    records = map(json.loads, p.stdout)
    first = next(r for r in records if "type" not in r)
    eq(first["id"], "id-calm", "a feed is followed")
    fetcher, parser = children(p.pid)
    if VARIANT == "release":
        eq([status(pid, "Seccomp") for pid in (p.pid, fetcher, parser)], ["2"] * 3, "each process filters its calls")
    eq([status(pid, "NoNewPrivs") for pid in (p.pid, fetcher, parser)], ["1"] * 3, "none can gain rights")
    fds = {name: os.readlink("/proc/%d/fd/%s" % (parser, name)) for name in os.listdir("/proc/%d/fd" % parser)}
    ok(set(fds) == {"0", "1", "2"} and fds["0"].startswith("socket:"), "the parser has its socket and stderr", fds)
    ok(not any("state" in os.readlink("/proc/%d/fd/%s" % (fetcher, n)) for n in os.listdir("/proc/%d/fd" % fetcher)),
       "the fetcher has no part of the state")

    p.send_signal(signal.SIGTERM)
    p.communicate()

    room.write("killer.xml", rss(link("bad"), link("good")))
    room.script(**{"/good.html": {"file": "good.html", "delay": 1}, "/bad.html": {"file": "bad.html", "delay": 0.5}})
    p = subprocess.Popen(room.command("--once", "@BASE@/killer.xml"), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    room.requests()
    asked = []
    wait_for(lambda: asked.extend(r[0] for r in room.requests()) or "/bad.html" in asked)
    parser = children(p.pid)[1]
    os.kill(parser, signal.SIGSTOP)     # the page arrives and lies in its socket
    time.sleep(0.8)
    os.kill(parser, signal.SIGKILL)
    out, err = p.communicate()
    texts = {r["id"]: "content_text" in r for r in map(json.loads, out.decode().splitlines()) if "type" not in r}
    ok("/bad.html: crashed the parser with signal 9" in err.decode(), "a page that kills the parser is named", err.decode())
    eq(texts.get("id-good"), True, "and the next goes on")
    kept = os.listdir(os.path.join(room.state, "quarantine"))
    eq(len(kept), 1, "and it is kept")
    with open(os.path.join(room.state, "quarantine", kept[0])) as f:
        about, bytes_ = json.loads(f.readline()), f.read()
    eq((about["url"], bytes_), (room.base + "/bad.html", page("bad")), "with its address and its bytes")
done()
