#!/usr/bin/env python3
"""What a person sees: --status while weeks pass, and progress on a terminal."""
import os, pty, re, subprocess, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Room, VARIANT, done, eq, full, link, ok, page, rss

START, DAY = 1795471200, 86400

with Room() as room:            # progress
    room.write("robots.txt", "")
    room.write("feed.xml", rss(link("a"), full("b")))
    room.write("a.html", page("a"))
    ours, theirs = pty.openpty()
    p = subprocess.Popen(room.command("--once", "@BASE@/feed.xml", "@BASE@/none.xml"), stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:             # the other end is closed
        pass
    os.close(ours)
    eq(p.wait(), 0, "with a terminal it ends as without")
    lines = re.findall(rb"feeds (\d+)/(\d+), in flight (\d+), articles (\d+), ([\d.]+) MB, \d+ kB/s", shown)
    eq(lines[-1][:4], (b"2", b"2", b"0", b"2"), "progress says what was done")
    complaints = [line for line in shown.split(b"\r\n") if b"HTTP status 404" in line]
    ok(len(complaints) == 1 and complaints[0].rpartition(b"\x1b[K")[2].startswith(b"stance-ingest: "),
       "complaints have a line of their own", shown)
    _, _, err, _ = room.ingest("@BASE@/feed.xml", state=False)
    eq(err, "", "in a pipe it is quiet")

if VARIANT in ("asan", "tiny"):
    with Room() as room:
        os.mkdir(room.state)
        clock = os.path.join(room.state, "clock")
        env = {"STANCE_TEST_CLOCK": clock}
        names = ("busy", "silent", "stale", "failing", "gone", "still")

        def at(day):
            with open(clock, "w") as f:
                f.write("%d\n" % (START + day * DAY))

        def status():
            out = subprocess.run(room.command("--status"), stdout=subprocess.PIPE, env={**os.environ, **env})
            head, *rows = out.stdout.decode().splitlines()
            starts = [head.index(word) for word in ("STATE", "LAST SUCC", "NEXT POLL", "LAST NEWS", "ERRORS", "FEED")]
            cells = [[row[a:b].strip() for a, b in zip(starts, starts[1:] + [None])] for row in rows]
            return {re.search(r"/(\w+)\.xml", c[-1]).group(1): c for c in cells}

        for day in range(16):
            at(day)
            for name in names:
                if name == "busy" or (name == "silent" and day < 4) or day == 0:
                    room.write(name + ".xml", rss(*[full("%s%d" % (name, d)) for d in range(2 * day + 1)]))
            room.script(**({"stale": {"status": 500}} if day > 10 else {}),
                        **({"failing": {"status": 404}, "gone": {"status": 410}} if day == 15 else {}))
            records = room.ingest(*("@BASE@/%s.xml" % n for n in names), env=env)[1]
            if day == 2:
                early = status()
        now = status()
        eq({n: c[0] for n, c in early.items()}, dict.fromkeys(names, "ok"), "at first all are well")
        eq({n: c[0] for n, c in now.items()}, {"busy": "ok", "silent": "silent", "stale": "stale", "failing": "failing",
                                               "gone": "gone", "still": "ok"}, "then each is what it became")
        eq([now["busy"][i] for i in (1, 3)], ["2026-12-08 22:00Z"] * 2, "last success and last news are told")
        eq((now["stale"][1], now["silent"][3]), ("2026-12-03 22:00Z", "2026-11-26 22:00Z"), "of each feed")
        ok("2026-12-08" <= now["busy"][2][:10] <= "2026-12-09" and now["gone"][2] == "-", "and the next poll", now)
        eq([now[n][4].split() for n in ("busy", "silent", "still", "stale")],
           [["0", "2.0"], ["0", "0.4"], ["0", "0.0"], ["5", "0.0"]], "failures in a row, articles a day")
        ok("HTTP status 500" in now["stale"][5] and "HTTP status" not in now["busy"][5], "and the error", now)
        eq({r["url"].rpartition("/")[2]: (r["status"], r["stale"]) for r in records if r["status"] != "ok"},
           {"silent.xml": ("silent", True), "stale.xml": ("stale", True), "failing.xml": ("failing", False),
            "gone.xml": ("gone", True)}, "records of the feeds say the same")
done()
