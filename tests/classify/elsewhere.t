#!/usr/bin/env python3
"""What is plainly about something else is asked no rule (relevance-floor), and reading
the head first changes no other verdict.  Prints TAP."""
import json, os, random, subprocess, sys, tempfile, unicodedata

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
RULES = """language en english
verdict: threshold 0.5 body 1 body-cap 9 relevance 0.1 wording 1 wording-easing -1 wording-tightening -1 wording-mixed -2%s
relevance -6: goal coach striker
relevance 4: ministry permit
wording easing 9: frees
rule lifts easing weight 3: "lifts ban"
"""
SPORT = "The coach praised the striker for his goal and the striker the coach for his. "


def article(id, title, text):
    return json.dumps({"v": 1, "id": id, "title": title, "content_text": text, "language": "en"}, ensure_ascii=False) + "\n"


def run(settings, records, *options):
    with tempfile.NamedTemporaryFile("w", suffix=".rules", encoding="utf-8") as f:
        f.write(RULES % settings)
        f.flush()
        p = subprocess.run([PROGRAM, "-r", f.name, *options], input=records.encode(), capture_output=True)
    ok(p.returncode in (0, 1), "judged with%s %s" % (settings or "out a floor", " ".join(options)), p.stderr.decode())
    return p.stdout.decode()


def labels(output):
    return [json.loads(line)["stance"]["label"] for line in output.splitlines()]


far = article("far", "Coach lifts ban on striker", SPORT + SPORT)
behind = article("behind", "Striker is back", SPORT * 6 + "The ministry lifts ban on tin. " * 3)
near = article("near", "Ministry lifts ban", "The permit is for the coach.")
worded = article("worded", "Coach frees striker", "A goal.")
FLOOR = " relevance-floor -1"
ok(labels(run("", far + behind)) == ["easing", "easing"], "without a floor the rules are asked")
ok(labels(run(FLOOR, far + behind + near)) == ["neutral", "neutral", "easing"], "below the floor they are not")
ok(labels(run(FLOOR, far, "--by-rules")) == ["easing"], "they are when they are asked alone")
ok(labels(run(FLOOR, worded)) == ["easing"], "a direction that the wording gives is not silenced")
explained = run(FLOOR, far, "--explain")
ok("about something else (relevance -" in explained and "lifts" not in explained, "--explain says so", explained)
missed = run(FLOOR, far, "--why-not", "lifts")
ok("no rule was asked: the article is about something else" in missed, "--why-not says so", missed)
page = run(FLOOR, behind, "--explain=html")
ok(page.count("lifts ban on tin") == 3, "the page shows all of the text")

# the head is read first, but no article is so far off: the same verdicts
rng = random.Random(11)
words = "coach goal ministry permit frees lifts ban Café don’t 1,250.5 U.S. rare-earth “ban” e.g. — \u00adx 出口 ﬁne".split()
records = ""
for n in range(500):
    text = "".join(rng.choice(words) + rng.choice((" ", " ", " ", ". ", "\n", "\r\n", "\n\n", "\t", ", ", "")) for _ in range(rng.choice((3, 40, 90, 300))))
    records += article(str(n), "".join(rng.choice(words) + " " for _ in range(4)), unicodedata.normalize(rng.choice(("NFC", "NFD")), text))
plain, first = (run(s, records).splitlines() for s in ("", " relevance-floor -99"))
for lines in plain, first:
    lines[:] = [{k: v for k, v in json.loads(line)["stance"].items() if k != "ruleset"} for line in lines]
ok(len(plain) == 500 and plain == first, "reading in two steps changes nothing", *[(a, b) for a, b in zip(plain, first) if a != b][:1])
ok(len({v["label"] for v in plain}) > 1, "some of these articles have a direction")
done()
