#!/usr/bin/env python3
# stance-corpus eval: its figures against the same arithmetic done here, over
# the gold corpus and a classifier of our own that guesses by single words.
import collections, json, os, subprocess, sys, tempfile

CORPUS = os.environ["STANCE_BUILD"] + "/stance-corpus"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLD = ROOT + "/corpus/gold/challenge.jsonl"
LABELS = ("easing", "tightening", "mixed", "neutral")
GUESSER = """
import json, sys
for line in sys.stdin:
    r = json.loads(line)
    assert not set(r) - {"id", "title", "content_text", "language"}, r
    t = (r["title"] + " " + r.get("content_text", "")).lower()
    down = sum(t.count(w) for w in ("lift", "cut", "ease", "relax"))
    up = sum(t.count(w) for w in ("ban", "raise", "tighten", "impose"))
    label = "neutral" if up + down == 0 else "mixed" if up == down else \\
        "easing" if down > up else "tightening"
    print(json.dumps({"id": r["id"], "stance": {"label": label,
        "confidence": (1 + abs(up - down)) / (2.0 + up + down)}}))
"""
count = 0

def ok(truth, name):
    global count
    count += 1
    print("%sok %d - %s" % ("" if truth else "not ", count, name))

def run(*args, **kw):
    return subprocess.run([CORPUS, "eval", *args], capture_output=True, **kw)

def figures(pairs):
    """Accuracy, macro-F1, weighted F1 and wrong way, from first principles."""
    truth = collections.Counter(t for t, _ in pairs)
    got = collections.Counter(g for _, g in pairs)
    right = collections.Counter(t for t, g in pairs if t == g)
    f1 = {l: 2 * right[l] / (truth[l] + got[l]) for l in truth}
    n = len(pairs)
    return {"n": n, "accuracy": sum(right.values()) / n,
            "macro_f1": sum(f1.values()) / len(f1),
            "weighted_f1": sum(f1[l] * truth[l] for l in f1) / n,
            "wrong_way": sum({t, g} == {"easing", "tightening"} for t, g in pairs) / n}

def agrees(report, pairs):
    return all(abs(report[k] - v) < 0.0001 for k, v in figures(pairs).items())

with tempfile.TemporaryDirectory() as d:
    guesser = d + "/guesser.py"
    open(guesser, "w").write(GUESSER)
    command = "%s %s" % (sys.executable, guesser)
    gold = [json.loads(l) for l in open(GOLD, encoding="utf-8")]
    asked = "".join(json.dumps({k: r[k] for k in ("id", "title", "content_text", "language")}) + "\n" for r in gold)
    answers = subprocess.run([sys.executable, guesser], input=asked.encode(), capture_output=True).stdout
    called = {}
    confidence = {}
    for line in answers.splitlines():
        o = json.loads(line)
        called[o["id"]] = o["stance"]["label"]
        confidence[o["id"]] = o["stance"]["confidence"]
    pairs = [(r["label"], called[r["id"]]) for r in gold]

    p = run(GOLD, "-c", command, "-f", "json", "-e", d + "/errors")
    ok(p.returncode == 0, "json: exit status 0 %s" % p.stderr.decode())
    report = json.loads(p.stdout)
    ok(agrees(report, pairs), "json: the four figures")
    ok(all(report["labels"][t]["called"][g] == pairs.count((t, g)) for t in LABELS for g in LABELS),
       "json: the confusion matrix")
    ok(all(i[0] <= report[k] <= i[1] for k, i in report["intervals"].items()),
       "json: figures lie in their intervals")
    groups = report["by"]["domain"]
    ok(all(agrees(g, [(r["label"], called[r["id"]]) for r in gold if r["domain"] == g["value"]]) for g in groups)
       and sorted(g["value"] for g in groups) == sorted({r["domain"] for r in gold}), "json: by domain")
    ok(list(report["by"]) == ["part", "capability", "domain", "language"], "json: the tables of the default")
    bins = [[] for _ in range(10)]
    for r in gold:
        c = confidence[r["id"]]
        bins[min(9, int(c * 10))].append((c, r["label"] == called[r["id"]]))
    error = sum(abs(sum(c for c, _ in b) - sum(h for _, h in b)) for b in bins) / len(gold)
    ok(abs(report["calibration"]["error"] - error) < 0.0001, "json: expected calibration error")

    wrong = [json.loads(l) for l in open(d + "/errors", encoding="utf-8")]
    ok([(w["id"], w["called"]) for w in wrong] ==
       [(r["id"], called[r["id"]]) for r in gold if r["label"] != called[r["id"]]],
       "errors: each wrong article once, in order")
    ok(all(w["stance"]["label"] == w["called"] and "content_text" in w for w in wrong),
       "errors: with its text and the verdict")

    p2 = run(GOLD, "-c", command, "-f", "json")
    p3 = run(GOLD, "-c", command, "-f", "json", "--seed", "2")
    ok(p2.stdout == p.stdout, "the same to the byte when run again")
    ok(json.loads(p3.stdout)["intervals"] != report["intervals"], "another seed, other intervals")

    table = run(GOLD, "-c", command, "--by", "stage")
    text = table.stdout.decode()
    ok("\033" not in text and max(map(len, text.splitlines())) < 90, "table: plain and narrow in a pipe")
    ok(any(l.split()[:2] == ["accuracy", "%.1f%%" % (100 * report["accuracy"])] for l in text.splitlines()),
       "table: accuracy")
    ok("adopted" in text and "capability" not in text, "table: --by replaces the default")
    ok(b"\033[" in run(GOLD, "-c", command, "--color", "always").stdout, "table: colours when asked")

    p = run(GOLD, "-c", command, "-f", "json", "--where", "domain=monetary", "--where", "language=en")
    ok(agrees(json.loads(p.stdout), [(r["label"], called[r["id"]]) for r in gold
       if r["domain"] == "monetary" and r["language"] == "en"]), "--where chooses")
    ok(run(GOLD, "-c", command, "-w", "domain=nothing").returncode == 3, "nothing to measure: exit status 3")

    # a classifier that drops every other record, and dies at the end
    p = run(GOLD, "-c", command + " | awk 'NR % 2'", "-f", "json")
    none = sum(v["called"]["none"] for v in json.loads(p.stdout)["labels"].values())
    ok(none == len(gold) // 2, "records without an answer count as none")
    ok(run(GOLD, "-c", "cat >/dev/null; exit 3").returncode == 3, "a classifier that fails ends it")
    p = run(GOLD, "-c", "cat >/dev/null; echo '{\"id\":\"stranger\"}'")
    ok(p.returncode == 3 and b"stranger" in p.stderr, "an answer never asked for ends it")

    good = {"id": "a", "title": "Ban lifted", "label": "easing"}
    lines = [json.dumps(good), json.dumps(good), '{"id":"b","title":"t"}',
             '{"id":"c","title":"t","label":"easy"}', '{"id":"d","label":"mixed"}', "{", ""]
    open(d + "/bad.jsonl", "w").write("\n".join(lines))
    p = run(d + "/bad.jsonl", "-c", command, "-f", "json")
    ok(p.returncode in (3, 4) and p.stderr.count(b": refused: ") == 5, "bad lines are refused by name")
    ok(b"bad.jsonl:2: refused: an earlier record has the id 'a'" in p.stderr, "refusals tell file and line")
    os.remove(d + "/bad.jsonl")
    os.mkdir(d + "/gold")
    for name in ("one.jsonl", "two.jsonl", "notes.txt"):
        open(d + "/gold/" + name, "w").write(json.dumps(dict(good, id=name)) + "\n")
    p = run(d + "/gold", "-c", "jq -c '. + {stance:{label:\"easing\"}}'", "-f", "json")
    ok(p.returncode == 0 and json.loads(p.stdout)["n"] == 2, "a folder is its *.jsonl")
    ok(json.loads(p.stdout)["by"] == {}, "no table by what no article has")
    ok("calibration" not in json.loads(p.stdout), "no confidence, no calibration")
    ok(run(d + "/gone.jsonl").returncode == 3, "a missing file: exit status 3")
    ok(run("-f", "xml").returncode == 2, "an unknown format: exit status 2")
print("1..%d" % count)
