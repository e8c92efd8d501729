#!/usr/bin/env python3
"""What publishers ask for in time, each in its own way, and when they are asked
again.  The builds for tests take the time from a file, so hours pass in seconds."""
import email.utils, os, signal, subprocess, sys, time
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from room import Clock, Room, VARIANT, done, full, ok, rss

if VARIANT != "asan":
    print("1..0 # SKIP this build has no clock for tests")
    sys.exit(0)
START, STEP, STEPS = 1795478340, 180, 70        # Monday, 23 November 2026, 23:59
MINUTE, HOUR = 60, 3600


def date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


def syn(period, frequency):
    return ('<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">%s</sy:updatePeriod>'
            '<sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">%d</sy:updateFrequency>'
            % (period, frequency))


# name: (head of the feed, script, seconds from the first request to the second: at least, at most)
CASES = {
    "plain": ("", {}, 9 * MINUTE, 12 * MINUTE),
    "ttl": ("<ttl>60</ttl>", {}, HOUR, 1.2 * HOUR),
    "hourly": (syn("hourly", 2), {}, 30 * MINUTE, 37 * MINUTE),
    "skipped": ("<skipHours><hour>0</hour><hour>1</hour></skipHours>", {}, 2 * HOUR, 2 * HOUR + 10 * MINUTE),
    "fresh": ("", {"headers": {"Cache-Control": "public, max-age=3600"}}, HOUR, 1.2 * HOUR),
    "aged": ("", {"headers": {"Cache-Control": "max-age=3600", "Age": "1800"}}, 30 * MINUTE, 37 * MINUTE),
    "expires": ("", {"headers": {"Expires": date(START + 2700), "Date": date(START)}}, 45 * MINUTE, 55 * MINUTE),
    "seconds": ("", {"status": 429, "headers": {"Retry-After": "3000"}}, 50 * MINUTE, 54 * MINUTE),
    "dated": ("", {"status": 503, "headers": {"Retry-After": date(START + 3000)}}, 50 * MINUTE, 54 * MINUTE),
    "failing": ("", {"status": 500}, 50, 6 * MINUTE),
    "gone": ("", {"status": 410}, None, None),
}

RESTING = ("seconds", "dated")         # on a host of their own, for it is left alone as a whole

with Room() as room:
    os.mkdir(room.state)
    clock = Clock(os.path.join(room.state, "clock"))
    for name, (head, script, _, _) in CASES.items():
        room.write(name + ".xml", rss(full(name), head=head))
    room.script(**{name: script for name, (_, script, _, _) in CASES.items()})
    clock.set(START)
    p = subprocess.Popen(room.command("--follow", "--per-host", "20", *("%s/%s.xml" % (
                             room.base.replace("127.0.0.1", "localhost") if name in RESTING else room.base, name)
                             for name in CASES)),
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                         env={**os.environ, "STANCE_TEST_CLOCK": clock.path})
    asked = {name: [] for name in CASES}
    for step in range(STEPS):
        clock.set(START + step * STEP)
        clock.settle()
        for path, _, _ in room.requests():
            asked[path[1:-4]].append(START + step * STEP)
    p.send_signal(signal.SIGTERM)
    ok(p.wait() == 0, "it ends in order")
    for name, (_, _, least, most) in CASES.items():
        if least is None:
            ok(len(asked[name]) == 1, "%s: never again" % name, asked[name])
            continue
        gap = asked[name][1] - asked[name][0] if len(asked[name]) > 1 else -1
        # a step is seen as a whole
        ok(least <= gap <= most + STEP, "%s: again after %d minutes and no sooner" % (name, least / 60), gap, asked[name])
done()
