#!/usr/bin/env python3
"""stance-alert: what matches is delivered at least once, under one key, over
failures, kills and restarts; a feed's first poll is not."""
import datetime, http.server, json, os, random, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import BUILD, LONG, STORE, done, ok, store as tool, stored_line

ALERT = BUILD + "/stance-alert"


def article(n, label="easing", **more):
    # short, so that no text joins another's story
    text = "The ministry said on Monday it will lift the ban on exports. Nobody knew."
    start = text.index("lift the ban")
    return json.dumps({
        "id": "http://a.example/%s" % n, "url": "http://a.example/%s" % n,
        "title": "Story %s" % n, "content_text": text,
        "stance": {"label": label, "confidence": 0.9, "domains": ["trade"], "evidence": [
            {"rule": "r", "effect": label, "weight": 1, "field": "content_text",
             "start": start, "end": start + 12, "exact": "lift the ban"}]}, **more}) + "\n"


def add(store, *lines):
    subprocess.run([STORE, "add", store], input="".join(lines).encode(), check=True)


def run(store, *args):
    return subprocess.run([ALERT, "run", store, "--match", "label:easing", *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


class Receiver:
    """A webhook whose answers are scripted: a list of (status, headers)."""

    def __init__(self, script=()):
        self.got, script = [], list(script)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, headers = script.pop(0) if script else (204, {})
                if status in range(200, 300):
                    outer.got.append((self.headers["Idempotency-Key"], json.loads(body)))
                if status == 0:
                    return              # close without an answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_exec(tmp):
    s = tmp + "/s"
    add(s, article(1), article(2, "tightening"), article(3, fetched={"backfill": True}), article(4))
    r = run(s, "--exec", "cat", "--once")
    lines = [json.loads(x) for x in r.stdout.splitlines()]
    ok([x["article"]["id"][-1] for x in lines] == ["1", "4"],
       "matches are delivered, not other labels, not a first poll's", r)
    ok(lines and lines[0]["sentence"].endswith("lift the ban on exports.") and
       "content_text" not in lines[0]["article"], "with the sentence, without the text")
    ok(run(s, "--exec", "cat", "--once").stdout == b"", "and only once")
    changed = json.loads(article(1))
    changed["title"] = "Story 1, corrected"
    add(s, json.dumps(changed) + "\n")
    ok(run(s, "--exec", "cat", "--once").stdout == b"", "a revision is the same story")
    flag = tmp + "/flag"
    r = run(s, "--exec", "test -e %s && cat" % flag, "--once")
    listed = [json.loads(x) for x in subprocess.run([ALERT, "list", s], stdout=subprocess.PIPE).stdout.splitlines()]
    ok([x["state"] for x in listed] == ["owed"] * 2, "what is owed is listed", listed)
    ok(r.returncode == 3 and b"still owed" in r.stderr, "a failing command leaves it owed", r)
    open(flag, "w").close()
    r = run(s, "--exec", "test -e %s && cat" % flag, "--once")
    ok(r.returncode == 0 and len(r.stdout.splitlines()) == 2, "the next run delivers", r)
    r = run(s, "--exec", "sleep 30", "--once", "--timeout", "1", "--name", "slow")
    ok(b"no end after 1 s" in r.stderr, "a hanging command is ended", r)
    ok(subprocess.run([STORE, "check", s]).returncode == 0, "the store is sound")


def test_stories(tmp):
    s = tmp + "/stories"
    words = " ".join("word%d" % i for i in range(120))
    add(s, article("a", content_text=words), article("b", content_text=words + " and more"),
        article("c", "tightening", content_text="Now " + words))
    r = subprocess.run([ALERT, "run", s, "--match", "label:easing,tightening", "--exec", "cat", "--once"],
                       stdout=subprocess.PIPE)
    got = [(x["kind"], x["article"]["id"][-1]) for x in map(json.loads, r.stdout.splitlines())]
    ok(got == [("new", "a"), ("flip", "c")], "one alert a story, and one when its label flips", got)


def told(s):
    """Kinds and articles of the alerts that one more run delivers."""
    r = run(s, "--exec", "cat", "--once")
    return [(x["kind"], x["article"]["id"][-1]) for x in map(json.loads, r.stdout.splitlines())]


def story(s, n):
    return next(x["story"]["id"] for x in map(json.loads, tool("query", s).stdout.splitlines()) if x["id"].endswith(n))


def test_edits(tmp):
    s = tmp + "/edits"
    words = " ".join("word%d" % i for i in range(120))
    add(s, article("a"), article("b", content_text=words))
    ok(told(s) == [("new", "a"), ("new", "b")], "two stories")
    a = story(s, "a")
    add(s, article("c"))
    tool("join-story", s, story(s, "c"), story(s, "a"))
    ok(told(s) == [], "a story that is part of one that was told is not told again")
    add(s, article("d"))
    tool("join-story", s, story(s, "a"), story(s, "d"))
    ok(told(s) == [], "nor the one of which a told one is part")
    add(s, article("e", "tightening"))
    tool("join-story", s, story(s, "e"), story(s, "d"))
    r = subprocess.run([ALERT, "run", s, "--match", "label:tightening", "--exec", "cat", "--once"],
                       stdout=subprocess.PIPE)
    ok(json.loads(r.stdout)["story"]["id"] == story(s, "d"), "an alert names the story as it is now", r)
    add(s, article("f", content_text=words + " and more"))
    ok(story(s, "f") == story(s, "b") and told(s) == [], "f joined b")
    tool("split-story", s, "http://a.example/f")
    add(s, article("f", content_text=words + " and still more"))
    ok(told(s) == [("new", "f")], "what was split is told when there is news of it")
    tool("join-story", s, a, a)
    add(s, *(article(x, title="again") for x in "ac"))
    ok(told(s) == [], "taken apart again, nothing is told twice")

    hook = Receiver()
    p = subprocess.Popen([ALERT, "run", s, "--match", "label:easing", "--webhook", hook.url], stderr=subprocess.DEVNULL)
    wait_until(lambda: len(hook.got) == 4)
    seen = {x["article"]["id"][-1] for _, x in hook.got}
    ok(seen == {"a", "b", "d", "f"}, "another channel hears of each story once", seen)
    add(s, article("h", content_text=words.replace("word", "wort")), article("i"))
    wait_until(lambda: len(hook.got) == 6)
    tool("join-story", s, story(s, "i"), story(s, "h"))
    changed = json.loads(article("i"))
    changed["stance"]["label"] = "tightening"
    add(s, json.dumps({**changed, "title": "changed"}) + "\n", article("j"))
    wait_until(lambda: len(hook.got) == 7)
    ok([x["article"]["id"][-1] for _, x in hook.got[4:]] == ["h", "i", "j"], "while it runs, too", hook.got[4:])
    p.terminate()
    p.wait()


def test_webhook(tmp):
    s = tmp + "/w"
    add(s, article(1))
    hook = Receiver([(503, {"Retry-After": "1"}), (0, {})])
    p = subprocess.Popen([ALERT, "run", s, "--match", "label:easing", "--webhook", hook.url],
                         stderr=subprocess.DEVNULL)
    wait_until(lambda: len(hook.got) == 1)
    ok(len(hook.got) == 1 and hook.got[0][0] == hook.got[0][1]["alert"],
       "a webhook that failed twice gets it, under its key", hook.got)
    add(s, article(2))
    wait_until(lambda: len(hook.got) == 2)
    ok(len(hook.got) == 2, "and what comes later", hook.got)
    second = run(s, "--webhook", hook.url)
    ok(second.returncode == 3 and b"runs already" in second.stderr, "one process an outbox", second)
    p.terminate()
    p.wait()
    gone = Receiver([(410, {})])
    r = run(s, "--webhook", gone.url, "--once")
    ok(r.returncode == 0 and b"given up" in r.stderr and len(gone.got) == 1, "410 is for good, and for one only", r)


def seqs_of(r):
    return [json.loads(x)["article"]["seq"] for x in r.stdout.splitlines()]


def test_first(tmp):
    """On the first start what is old is passed over, damage in it, too."""
    s, now = tmp + "/first", datetime.datetime.now(datetime.timezone.utc)
    folder = s + "/articles/2026/01/05"
    os.makedirs(folder)
    open(s + "/FORMAT", "w").write("stance-store 1\n")
    today = now.strftime("%Y-%m-%d")
    for number, day, seqs, damaged in ((1, "2026-01-05", range(1, 6), 2), (2, today, (6, 7), None), (3, today, (8,), None)):
        with open("%s/%06d.jsonl" % (folder, number), "w") as f:
            for seq in seqs:
                line = stored_line(article(seq), seq, day)
                f.write(line.replace("Story", "Stoyr") if seq == damaged else line)
    r = run(s, "--once", "--name", "sound", "--exec", "cat")
    ok(r.returncode == 0 and seqs_of(r) == [6, 7, 8], "the first start tells the last day only, whatever is damaged before", r)
    with open(folder + "/000002.jsonl", "r+") as f:
        f.write("x")
    r = run(s, "--once", "--name", "damaged", "--exec", "cat")
    ok(r.returncode == 3 and seqs_of(r) == [7, 8], "damage in what is told shows in the exit status", r)


def wait_until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)


def test_kill(tmp):
    """kill -9 at random moments: nothing is lost, keys repeat only."""
    s, hook, rng = tmp + "/k", Receiver(), random.Random(7)
    rounds, n = (200 if LONG else 10), 0
    for _ in range(rounds):
        add(s, *(article(n + i) for i in range(5)))
        n += 5
        p = subprocess.Popen([ALERT, "run", s, "--match", "label:easing", "--webhook", hook.url],
                             stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * 0.2)
        p.kill()
        p.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:      # the last sender may still hold on
        r = run(s, "--webhook", hook.url, "--once")
        if r.returncode == 0:
            break
    keys = {key for key, _ in hook.got}
    ids = {body["article"]["id"] for _, body in hook.got}
    ok(len(ids) == n and len(keys) == n, "%d kills lose nothing" % rounds,
       "%d ids, %d keys of %d; %s" % (len(ids), len(keys), n, r))


with tempfile.TemporaryDirectory() as folder:
    test_exec(folder)
    test_first(folder)
    test_stories(folder)
    test_edits(folder)
    test_webhook(folder)
    test_kill(folder)
done()
