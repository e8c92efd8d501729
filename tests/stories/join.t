#!/usr/bin/env python3
"""How well articles are joined to stories: the labelled pairs of dev.txt and
held.txt go through classify and add, and each pair of texts must stand in one
story or in two.  With "-v" the pairs that went wrong are printed."""
import itertools, json, os, re, subprocess, sys, tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import BUILD, STORE, TOP, done, ok

HERE = os.path.dirname(os.path.abspath(__file__))
SAME = ("first", "outlet", "syndicated", "correction", "update")


def read(path):
    """{(group, letter): {kind, title, body}} in order."""
    texts, group, text = {}, None, None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        head = re.match(r"(\w) (\w+)( \w)? \| (.+)$", line)
        if line.startswith("= "):
            group = line[2:]
        elif line.startswith("#") or not line:
            continue
        elif head:
            text = {"kind": head[2], "title": head[4], "body": ""}
            if head[3]:
                text["body"] = texts[group, head[3].strip()]["body"]
            texts[group, head[1]] = text
        else:
            text["body"] = edit(text["body"], line, texts)
    return texts


def edit(body, line, texts):
    if line.startswith("@ "):
        return (body + "\n\n" + texts[tuple(line[2:].split("."))]["body"]).strip()
    if line.startswith("cut "):
        return " ".join(re.split(r"(?<=[.!?]) +", body)[:-int(line[4:])])
    if line.startswith("> "):
        return body + " " + line[2:]
    if line.startswith("< "):
        return line[2:] + " " + body
    if line.startswith("s/"):
        old, new = line[2:-1].split("/")
        return body.replace(old, new)
    return (body + "\n\n" + line).strip()


def stories(texts):
    """The story of each text, as a store tells it."""
    records = "".join(json.dumps({"id": "http://%s.example/%s" % (k[1], k[0]), "title": t["title"],
                                  "content_text": t["body"]}) + "\n" for k, t in texts.items())
    tagged = subprocess.run([BUILD + "/stance-classify"], input=records.encode(), stdout=subprocess.PIPE,
                            check=True, cwd=TOP).stdout
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run([STORE, "add", tmp + "/s"], input=tagged, check=True)
        out = subprocess.run([STORE, "query", tmp + "/s"], stdout=subprocess.PIPE, check=True).stdout
    return dict(zip(texts, (json.loads(line)["story"] for line in out.splitlines())))


def pairs(texts):
    """(one, other, kind, whether they tell one event): within a group, and each
    roundup with what it is made of."""
    for (a, s), (b, t) in itertools.combinations(texts.items(), 2):
        kinds = {s["kind"], t["kind"]}
        if a[0] == b[0] and "roundup" not in kinds:
            same = kinds <= set(SAME)
            kind = next((k for k in ("notice", "followup", "near") if k in kinds), None)
            yield a, b, kind or next((k for k in SAME[:0:-1] if k in kinds), "first"), same
        elif t["kind"] == "roundup" and s["body"] in t["body"] and a[0] != b[0]:
            yield a, b, "roundup", False


def measure(name):
    texts = read(os.path.join(HERE, name + ".txt"))
    got, seen, kinds = stories(texts), set(), {}
    by = {"text": [0, 0], "words": [0, 0], "event": [0, 0]}      # joined, of these rightly
    count = {"pairs": 0, "same": 0, "joined": 0, "right": 0}
    for a, b, kind, same in pairs(texts):
        joined = got[a]["id"] == got[b]["id"]
        seen.add((a, b))
        count["pairs"] += 1
        count["same"] += same
        count["joined"] += joined
        count["right"] += joined and same
        k = kinds.setdefault(kind, [0, 0])
        k[0] += 1
        k[1] += joined == same
        if joined:
            reasons = {got[x]["joined_by"] for x in (a, b)} - {"first"}
            for reason in reasons:
                by[reason][0] += 1
                by[reason][1] += same
        if joined != same and "-v" in sys.argv:
            print("#", name, kind, ".".join(a), ".".join(b), got[a], got[b])
    # what no pair names tells two events, too
    strays = [(a, b) for a, b in itertools.combinations(texts, 2) if got[a]["id"] == got[b]["id"] and
              (a, b) not in seen]
    if strays and "-v" in sys.argv:
        print("#", name, "stray", strays)
    precision = count["right"] / max(1, count["joined"] + len(strays))
    recall = count["right"] / count["same"]
    print("# " + json.dumps({"half": name, **count, "strays": len(strays), "precision": round(precision, 3),
                             "recall": round(recall, 3), "by": by, "kinds": kinds}))
    return count["pairs"], precision, recall


total = 0
for half in ("dev", "held"):
    n, precision, recall = measure(half)
    total += n
    ok(precision >= .98, "%s: precision of at least 0.98" % half, precision)
    ok(recall >= .85, "%s: recall of at least 0.85" % half, recall)
ok(total >= 300, "300 pairs at least", total)
done()
