#!/usr/bin/env python3
# The smaller commands of stance-corpus: sample, split, agree, adjudicate,
# flips, calibrate, export and import.
import collections, csv, hashlib, io, json, math, os, random, re, subprocess, tempfile

CORPUS = os.environ["STANCE_BUILD"] + "/stance-corpus"
LABELS = ("easing", "tightening", "mixed", "neutral")
count = 0

def ok(truth, name):
    global count
    count += 1
    print("%sok %d - %s" % ("" if truth else "not ", count, name))

def run(*args, input=None):
    return subprocess.run([CORPUS, *args], capture_output=True,
                          input=input if input is None else input.encode())

def lines(records):
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)

def parsed(p):
    return [json.loads(l) for l in p.stdout.decode().splitlines()]

def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    return path

def ids(p):
    return [r["id"] for r in parsed(p)]

def alpha(units):
    """Krippendorff's alpha by its definition: all pairs within units, and among all values."""
    units = [u for u in units if len(u) > 1]
    values = [v for u in units for v in u]
    n = len(values)
    observed = sum(sum(a != b for i, a in enumerate(u) for j, b in enumerate(u) if i != j) / (len(u) - 1)
                   for u in units) / n
    expected = sum(a != b for i, a in enumerate(values) for j, b in enumerate(values) if i != j) / (n * (n - 1))
    return 1 - observed / expected

def kappa(pairs):
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    chance = sum(sum(a == l for a, _ in pairs) * sum(b == l for _, b in pairs) for l in LABELS) / n / n
    return (same - chance) / (1 - chance)

with tempfile.TemporaryDirectory() as d:
    rare = {i: "tightening" if i % 50 == 0 else "neutral" for i in range(500)}
    many = [{"id": "n%03d" % i, "title": "title %d" % i, "stance": {"label": rare[i]},
             "x-own": [1, {"kept": True}]} for i in range(500)]
    path = write(d + "/many.jsonl", lines(many))

    # sample
    p = run("sample", "-n", "50", path)
    got = ids(p)
    ok(p.returncode == 0 and len(set(got)) == 50 and got == sorted(got), "sample: 50 of 500 in their order")
    ok(all(json.dumps(r) in lines(many) for r in parsed(p)), "sample: records are as they were")
    ok(ids(run("sample", "-n", "50", path)) == got, "sample: the same again")
    ok(ids(run("sample", "-n", "50", "--seed", "9", path)) != got, "sample: another seed, another sample")
    p = run("sample", "-n", "16", "--by", "stance.label", path)
    ok(collections.Counter(r["stance"]["label"] for r in parsed(p)) == {"tightening": 8, "neutral": 8},
       "sample: as many of each value")
    p = run("sample", "-n", "30", "--by", "stance.label", input=lines(many))
    ok(collections.Counter(r["stance"]["label"] for r in parsed(p)) == {"tightening": 10, "neutral": 20},
       "sample: the rest when a value runs out, from standard input")
    ok(len(ids(run("sample", "-n", "1000", "-w", "stance.label=tightening", path))) == 10, "sample: --where, all there are")
    places = collections.Counter()
    for seed in range(30):
        places.update(int(i[1:]) // 100 for i in ids(run("sample", "-n", "50", "--seed", str(seed), path)))
    ok(all(240 < places[i] < 360 for i in range(5)), "sample: no part of the file is favoured")

    mixed = [{"type": "feed", "feed_url": "http://x/"}, {"id": "a", "title": "old"}, {"id": "b", "title": "b"},
             {"id": "a", "title": "new", "revision": 2}, {"id": "b", "title": "twice"}]
    p = run("sample", input=lines(mixed))
    ok([r["title"] for r in parsed(p)] == ["new", "b"] and p.returncode == 4 and p.stderr.count(b"refused") == 1,
       "other types are passed over, revisions replace, an id twice is refused")

    # split
    p = run("split", path)
    part = {r["id"]: r["part"] for r in parsed(p)}
    want = {i: "test" if int(hashlib.sha256(i.encode()).hexdigest()[:8], 16) % 3 == 0 else "dev" for i in part}
    ok(part == want and len(part) == 500, "split: by the hash of the id")
    ok(parsed(p)[0]["x-own"] == [1, {"kept": True}], "split: other members pass")
    pairs = [{"id": "a%d" % i, "title": "t", "part": "old"} for i in range(40)] + \
            [{"id": "b%d" % i, "title": "t", "pair": "a%d" % i} for i in range(40)]
    part = {r["id"]: r["part"] for r in parsed(run("split", input=lines(pairs)))}
    ok(all(part["a%d" % i] == part["b%d" % i] for i in range(40)) and set(part.values()) == {"dev", "test"},
       "split: pairs stay together, an old part is replaced")
    share = sum(r["part"] == "test" for r in parsed(run("split", "--every", "10", path)))
    ok(30 <= share <= 75, "split: --every")

    # agree
    rng = random.Random(5)
    votes = {}
    text = {n: "" for n in "abc"}
    for i in range(60):
        truth = rng.choice(LABELS)
        for n in "abc":
            if n == "c" and i % 3:
                continue
            label = truth if rng.random() < 0.8 else rng.choice(LABELS)
            votes[n, i] = label
            text[n] += json.dumps({"id": "n%d" % i, "label": rng.choice(LABELS), "labeler": n}) + "\n"
            text[n] += json.dumps({"id": "n%d" % i, "label": label, "labeler": n}) + "\n"
    text["a"] += '{"id":"n900","label":"mixed","labeler":"a"}\n{"id":"n900","label":null,"labeler":"a"}\n'
    files = [write(d + "/" + n, text[n]) for n in "abc"]
    report = json.loads(run("agree", "-f", "json", *files).stdout)
    units = [[votes[n, i] for n in "abc" if (n, i) in votes] for i in range(60)]
    ok(abs(report["alpha"] - alpha(units)) < 0.0001 and report["n"] == 60, "agree: alpha, the last label holds")
    ok(all(abs(r["kappa"] - kappa([(votes[r["labelers"][0], i], votes[r["labelers"][1], i]) for i in range(60)
       if all((n, i) in votes for n in r["labelers"])])) < 0.0001 for r in report["pairs"]) and len(report["pairs"]) == 3,
       "agree: kappa of each pair")
    ok(all(r["interval"][0] <= r["kappa"] <= r["interval"][1] for r in report["pairs"]), "agree: intervals")
    table = run("agree", *files).stdout.decode()
    ok("%.3f" % report["alpha"] in table and len(table.splitlines()) == 7, "agree: table")
    one = write(d + "/one", '{"id":"x","label":"easing"}\n')
    two = write(d + "/two", '{"id":"x","label":"easing"}\n')
    ok("kappa" not in json.loads(run("agree", "-f", "json", one, two).stdout)["pairs"][0],
       "agree: files name labelers; kappa of one label is not defined")
    ok(run("agree", one).returncode == 3, "agree: takes two labelers")

    # adjudicate
    articles = write(d + "/adj.jsonl", lines([{"id": c, "title": c, "label": "neutral"} for c in "pqrs"]))
    def votes_of(name, **given):
        return write(d + "/v-" + name, lines([{"id": k, "label": v, "labeler": name} for k, v in given.items()]))
    v = [votes_of("u", p="easing", q="easing", r="mixed"), votes_of("v", p="easing", q="tightening", r="neutral"),
         votes_of("w", p="mixed", r="tightening")]
    ok([(r["id"], r["label"]) for r in parsed(run("adjudicate", articles, *v))] == [("p", "easing")],
       "adjudicate: more than half")
    p = run("adjudicate", "--open", articles, *v)
    ok(ids(p) == ["q", "r"] and all("label" not in r for r in parsed(p)), "adjudicate: what is open")
    p = run("adjudicate", "--judge", "w", articles, *v)
    ok([(r["id"], r["label"]) for r in parsed(p)] == [("p", "mixed"), ("r", "tightening")], "adjudicate: the judge decides")

    # flips
    def verdict(label, *rules):
        return {"label": label, "evidence": [{"rule": r, "exact": "x"} for r in rules]}
    old = write(d + "/old", lines([{"id": "1", "title": "one", "label": "easing", "stance": verdict("neutral")},
                                   {"id": "2", "title": "two", "stance": verdict("easing", "a", "b", "a")},
                                   {"id": "3", "title": "three", "stance": verdict("mixed")}]))
    new = write(d + "/new", lines([{"id": "3", "title": "three", "stance": verdict("mixed", "c")},
                                   {"id": "2", "title": "two", "stance": verdict("tightening", "d")},
                                   {"id": "1", "title": "one", "label": "easing", "stance": verdict("easing", "e")},
                                   {"id": "4", "title": "four", "stance": verdict("easing")}]))
    p = run("flips", old, new)
    ok(p.returncode == 1 and parsed(p) == [
        {"id": "2", "title": "two", "old": {"label": "easing", "rules": ["a", "b"]},
         "new": {"label": "tightening", "rules": ["d"]}},
        {"id": "1", "title": "one", "label": "easing", "old": {"label": "neutral", "rules": []},
         "new": {"label": "easing", "rules": ["e"]}}], "flips: with the rules responsible")
    ok(b"new file only: 1" in p.stderr, "flips: what has no counterpart is counted")
    ok(run("flips", old, old).returncode == 0, "flips: none, exit status 0")

    # calibrate: confidence that is the logistic of 2 * (margin - 1), while the truth has a slope of 1 about 1.5
    def classified(n, truth):
        rng = random.Random(3)
        made = []
        for i in range(n):
            margin = rng.uniform(-1, 4)
            right = rng.random() < truth(margin)
            made.append({"id": str(i), "title": "t", "label": "easing" if right else "mixed",
                         "stance": {"label": "easing", "confidence": round(1 / (1 + math.exp(-2 * (margin - 1))), 3)}})
        return lines(made)
    p = run("calibrate", "-s", "2", "-m", "1", input=classified(4000, lambda m: 1 / (1 + math.exp(-(m - 1.5)))))
    said = re.match(r"# calibration error over 4000 articles: ([\d.]+) % before, ([\d.]+) % after\n"
                    r"verdict:\n\tslope ([\d.]+)\n\tmidpoint ([\d.]+)\n$", p.stdout.decode())
    before, after, slope, midpoint = map(float, said.groups())
    ok(abs(slope - 1) < 0.1 and abs(midpoint - 1.5) < 0.15 and after < 3 < before, "calibrate: finds the truth again")
    p = run("calibrate", input=classified(50, lambda m: 1))
    ok(p.returncode == 0 and b"nan" not in p.stdout, "calibrate: all are right")
    ok(run("calibrate", input=classified(500, lambda m: 1 / (1 + math.exp(m)))).returncode == 3,
       "calibrate: not when confidence misleads")
    p = run("calibrate", input=lines([{"id": "1", "title": "t", "label": "easing"}]))
    ok(p.returncode == 3 and b"must come from stance-classify" in p.stderr, "calibrate: takes verdicts")

    # relevance: words that tell policy from other news, learned from twenty of each
    def about(i, policy, **more):
        words = ["tariff", "ministry", "licences"] if policy else ["match", "striker", "goals"]
        return {"id": "%s%d" % ("p" if policy else "o", i), "title": "The %s and the weather" % words[i % 3],
                "content_text": "Near %s the %s of %s." % ("Kumasi", words[(i + 1) % 3], "spring"),
                "label": "easing" if policy else "neutral", "topic": "policy" if policy else "sport", **more}
    both = [about(i, p) for i in range(20) for p in (True, False)]
    p = run("relevance", "--off", "topic=sport", input=lines(both))
    weights = {}
    for line in re.sub(r"\n   ", "", p.stdout.decode()).splitlines():
        if not line.startswith("#"):
            head, words = line.split(":")
            weights.update({w: float(head.split()[1]) for w in words.split()})
    ok(p.returncode == 0 and p.stdout.startswith(b"# 6 words, from 20 articles about policy and 20 about other things\n")
       and set(weights) == {"tariff", "ministry", "licences", "match", "striker", "goals"}
       and all((weights[w] > 0) == (w in ("tariff", "ministry", "licences")) for w in weights),
       "relevance: the words that part the two, no names, none that both have")
    ok(run("relevance", "--off", "topic=sport", input=lines(both[::-1])).stdout == p.stdout,
       "relevance: the same from the same articles")
    undecided = both + [about(100 + i, True, label="neutral", title="The mandate") for i in range(20)]
    ok(run("relevance", "--off", "topic=sport", input=lines(undecided)).stdout == p.stdout,
       "relevance: what is neutral is passed over")
    stop = write(d + "/stop", "# left out\nstriker\n tariff \n")
    ok(b"striker" not in (q := run("relevance", "-o", "topic=sport", "--stop", stop, input=lines(both))).stdout
       and b"tariff" not in q.stdout and b"goals" in q.stdout, "relevance: without the words to leave out")
    mixed = both + [about(200 + i, True, kind="notice", title="The mandate of the ministry") for i in range(20)]
    def weight_of(word, *args):
        out = re.sub(r"\n   ", "", run("relevance", "-o", "topic=sport", *args, input=lines(mixed)).stdout.decode())
        return max([float(l.split(":")[0].split()[1]) for l in out.splitlines() if word in l.split(":")[-1].split()] or [0.0])
    ok(weight_of("mandate", "--favour", "kind=notice") > weight_of("mandate") > 0, "relevance: what is favoured counts more")
    ok(b"# 0 words" in run("relevance", "-o", "topic=sport", "--least", "21", input=lines(both)).stdout,
       "relevance: without rare words")
    q = run("relevance", input=lines(both))
    ok(q.returncode == 3 and b"'--off' names" in q.stderr, "relevance: not without other news")
    q = run("relevance", "-o", "topic=sport", input=lines(both[1::2]))
    ok(q.returncode == 3 and b"a label but neutral" in q.stderr, "relevance: not without policy")
    ok(run("relevance", "-s", "klingon", input="").returncode == 2, "relevance: stemmers are libstemmer's")

    # wording: words and pairs that tell the label, learned from twenty of each
    says = {"easing": "may now sail again", "tightening": "may not sail on", "neutral": "may yet sail or not"}
    def worded(i, label, **more):
        return {"id": "%s%d" % (label, i), "title": "The ships and the %s" % ("relief" if label == "easing" else "weather"),
                "content_text": "From %s they %s, it is said." % ("Kumasi" if label == "easing" else "Tamale", says[label]),
                "label": label, **more}
    worded_all = [worded(i, l) for i in range(20) for l in says]
    p = run("wording", input=lines(worded_all))
    told = {}
    for line in re.sub(r"\n   ", "", p.stdout.decode()).splitlines():
        if not line.startswith("#"):
            head, words = line.split(":")
            for w in re.findall(r'"[^"]*"|\S+', words):
                told[w.strip('"'), " ".join(head.split()[1:-1])] = float(head.split()[-1])
    ok(p.returncode == 0 and told["may now", "easing"] > 0 and told["may not", "tightening"] > told.get(("may not", "easing"), 0)
       and told["or not", "easing"] < 0 and told["relief", "easing title"] > 0 and told["relief", "easing"] > 0
       and told["may ..2 again", "easing"] > 0 and ("they ..2 again", "easing") not in told and not any("kumasi" in w for w, _ in told),
       "wording: the words and pairs that part the labels, no names")
    ok(run("wording", input=lines(worded_all[::-1])).stdout.splitlines()[1:] == p.stdout.splitlines()[1:]
       and run("wording", input=lines(worded_all)).stdout == p.stdout, "wording: the same from the same articles")
    ok(b"kumasi" in run("wording", "--names", input=lines(worded_all)).stdout, "wording: names where they are asked for")
    ok(b"relief" not in run("wording", "--stop", write(d + "/stop", "relief\n"), input=lines(worded_all)).stdout,
       "wording: without the words to leave out")
    ok(b"# 0 words" in run("wording", "--least", "61", input=lines(worded_all)).stdout, "wording: without what is rare")
    ok(b"from 40 articles" in run("wording", "--where", "part=dev", input=lines(
           [dict(r, part="dev" if i < 40 else "test") for i, r in enumerate(worded_all)])).stdout, "wording: only what is wanted")
    def strength(*args):
        alike = [{"id": "%s%d" % (l, i), "title": "A notice", "content_text": "It is all that is told.", "label": l,
                  "kind": "wire" if l == "easing" else "gazette"} for l in says for i in range(40 if l == "easing" else 10)]
        out = run("wording", *args, input=lines(alike)).stdout
        return float(re.search(rb"wording-easing (\S+)", out).group(1))
    ok(strength("--share", "kind=wire:1") < strength(), "wording: a share makes many count for few")
    q = run("wording", "--share", "kind=wire", input=lines(worded_all))
    ok(q.returncode == 2 and b"MEMBER=VALUE:N" in q.stderr, "wording: a share has a number")
    q = run("wording", input=lines([worded(i, "easing") for i in range(9)]))
    ok(q.returncode == 3 and b"neutral" in q.stderr, "wording: not without the other labels")

    # combine: finds the settings that made the verdicts again
    made = {"wording": 1.2, "wording-easing": -2.0, "wording-tightening": -1.5, "wording-mixed": -3.0, "own": 1.1, "other": -0.3,
            "both": 1.6, "ruled": 0.8, "past": 0.9, "own-neutral": 0.7}
    dice, judged = random.Random(7), []
    for i in range(20000):
        e, t, still = (dice.choice([0, 0.7, 1.5]) for _ in range(3))
        words = [dice.gauss(0, 2) for _ in range(3)]
        ruled = dice.choice(["easing", "tightening", "mixed", "neutral"])
        eased, tightened = (int(dice.random() < 0.3) for _ in range(2))
        logit = {"easing": made["wording"] * words[0] + made["wording-easing"] + made["own"] * e + made["other"] * t,
                 "tightening": made["wording"] * words[1] + made["wording-tightening"] + made["own"] * t + made["other"] * e,
                 "mixed": made["wording"] * words[2] + made["wording-mixed"] + made["both"] * min(e, t), "neutral": made["own-neutral"] * still}
        logit["easing"] += made["past"] * tightened
        logit["tightening"] += made["past"] * eased
        logit[ruled] += made["ruled"]
        label = dice.choices(list(logit), [math.exp(x) for x in logit.values()])[0]
        judged.append({"id": str(i), "title": "t", "label": label, "stance": {
            "label": ruled, "confidence": 0.5, "ruled": ruled, "eased": e, "tightened": t,
            "worded_easing": words[0], "worded_tightening": words[1], "worded_mixed": words[2],
            "eased_before": eased, "tightened_before": tightened, "stilled": still}})
    p = run("combine", input=lines(judged))
    words = p.stdout.decode().split("verdict:")[1].split()
    fitted = dict(zip(words[::2], map(float, words[1::2])))
    ok(p.returncode == 0 and set(fitted) == set(made) and all(abs(fitted[n] - made[n]) < 0.2 for n in made),
       "combine: finds the settings again: " + ", ".join("%s %g for %g" % (n, fitted[n], made[n]) for n in made))
    p = run("combine", input=lines([{"id": "1", "title": "t", "label": "easing"}]))
    ok(p.returncode == 3 and b"--parts" in p.stderr, "combine: takes verdicts that tell their parts")

    # export and import
    wild = [{"id": "1", "title": 'A "quoted" title, with commas', "content_text": "First.\n\nSecond.", "label": "easing"},
            {"id": "2", "title": "Zölle für Käse – 关税", "content_text": "  spaces \r\n kept "},
            {"id": "3", "content_text": "no title"}]
    p = run("export", "-c", "id,title,content_text,label", input=lines(wild))
    rows = list(csv.reader(io.StringIO(p.stdout.decode(), newline="")))
    ok(rows == [["id", "title", "content_text", "label"]] +
       [[r.get(k, "") for k in ("id", "title", "content_text", "label")] for r in wild], "export: read by another")
    back = run("import", input=p.stdout.decode())
    ok(back.returncode == 0 and parsed(back) == wild, "import: the same records")
    sheet = io.StringIO(newline="")
    csv.writer(sheet).writerows([["Nr", "title", "content_text"]] + [[r["id"], r.get("title", ""), r["content_text"]] for r in wild])
    p = run("import", "-m", "Nr=id", write(d + "/sheet.csv", "\ufeff" + sheet.getvalue()))
    ok([(r["id"], r["content_text"]) for r in parsed(p)] == [(r["id"], r["content_text"]) for r in wild],
       "import: another's table, columns renamed, a byte-order mark")
    p = run("import", input='id,title\n1,a\n2\n3,c,d\n,e\n"5","f\ng"\n6,h\n')
    ok(p.returncode == 4 and ids(p) == ["1", "5", "6"] and p.stderr.count(b"refused") == 3 and b":4: refused" in p.stderr,
       "import: wrong rows are refused by line")
    ok(run("import", input='id,title\n1,"open\n').returncode == 3, "import: an open quote ends it")
    big = 'id,title\n' + "".join('%d,"%s"\n' % (i, 'x""' * 20) for i in range(20000))
    p = run("import", input=big)
    ok(len(p.stdout.splitlines()) == 20000, "import: many quoted fields")
    ok(run("sampel").returncode == 2 and b"'sample'" in run("sampel").stderr, "a command misspelt")
print("1..%d" % count)
