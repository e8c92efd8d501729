#!/usr/bin/env python3
"""Which texts join a story: the same text elsewhere, corrected, cut or led by
another headline does; near topics, notices from one template, roundups and what
comes too late do not."""
import json, os, random, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import STORE, done, ok

rng = random.Random(3)
WORDS = ("port ministry grain quota permit miners lithium border talks harvest refinery cabinet "
         "auction tariff bank vessel licence council steel wheat copper decree panel senate union "
         "market customs envoy summit export import levy rebate audit fund bond yield strait canal").split()


def prose(sentences=20):
    return " ".join(" ".join(rng.choice(WORDS) for _ in range(rng.randrange(9, 16))).capitalize() + "."
                    for _ in range(sentences))


def article(n, text, title=None, label="easing"):
    return {"id": "http://a.example/%s" % n, "title": title or "Headline %s" % n, "content_text": text,
            "stance": {"label": label, "confidence": .8}}


def add(path, *articles, options=()):
    subprocess.run([STORE, "add", *options, path], check=True,
                   input="".join(json.dumps(a) + "\n" for a in articles).encode())


def stories(path):
    out = subprocess.run([STORE, "query", "--all-revisions", path], stdout=subprocess.PIPE).stdout
    return {r["id"].rsplit("/", 1)[1] + ("'" if r["revision"] > 1 else ""): r.get("story")
            for r in map(json.loads, out.splitlines())}


with tempfile.TemporaryDirectory() as tmp:
    s, a, b = tmp + "/s", prose(), prose()
    half = a[:a.index(".", len(a) // 3) + 1]
    add(s, article("a", a), article("b", b),
        article("appended", a + " Correction: an earlier version misstated the date."),
        article("retold", "Our correspondent adds: " + a, "Quite another headline"),
        article("brief", half),
        article("other", prose()),
        article("roundup", half + " " + a[len(half):] + " " + b),
        article("short", "A short note only."), article("short2", "A short note only."))
    add(s, article("late", a))          # another run: the window is read again
    changed = article("a", a + " Updated.")
    add(s, changed)
    got = stories(s)
    first = got["a"]["id"]
    ok(got["a"]["joined_by"] == "first", "the first leads", got["a"])
    for n in ("appended", "retold", "brief", "late"):
        ok(got[n]["id"] == first and got[n]["joined_by"] == "text" and got[n]["share"] >= .5,
           "%s: joins by its text" % n, got[n])
    ok(got["a'"]["id"] == first and got["a'"]["joined_by"] == "revision", "a revision stays", got["a'"])
    for n in ("b", "other", "roundup", "short2"):
        ok(got[n]["id"] != first and got[n]["joined_by"] == "first", "%s: joins nothing" % n, got[n])

    # a roundup that comes before what it is made of
    r, items = tmp + "/r", [prose(6) for _ in range(4)]
    whole = " ".join(items)
    add(r, article("roundup", whole), *(article("item%d" % i, text) for i, text in enumerate(items)),
        article("brief", whole[:len(whole) // 3]), article("copy", "Seen elsewhere: " + whole))
    got = stories(r)
    ids = [got["item%d" % i]["id"] for i in range(4)]
    ok(len(set(ids)) == 4, "no two items of a roundup are one story", ids)
    ok(not {got["roundup"]["id"]} & set(ids[1:]), "what opens otherwise is not the story of the roundup", got)
    ok(got["copy"]["joined_by"] == "first", "a copy of it holds two stories by then", got["copy"])

    told = ("Ruritania will let ships of any flag load timber in Port Zenda from 14 March, Minister Olga Hentzau said on "
            "Monday. The harbour had been closed to foreign hulls for seven years. Sawmills in Strelsau expect to sell "
            "40,000 tonnes more a year, while the shipowners of the country fear for 300 jobs on the coast.")
    anew = ("From 14 March foreign hulls may again load timber in Port Zenda. Hentzau, the minister, ended a closure of seven "
            "years on Monday. That means 40,000 tonnes of extra sales for the sawmills of Strelsau; shipowners in Ruritania "
            "speak of 300 jobs on the coast that could go.")
    other = anew.replace("14 March", "2 May").replace("Zenda", "Kravonia").replace("Hentzau", "Sapt").replace(
        "Strelsau", "Hofbau").replace("40,000", "15,500").replace("300", "85").replace("Ruritania", "Glottenberg")
    e, actors = tmp + "/e", {"actors": ["Ruritania"]}
    texts = [article(1, told), article(2, anew), article(3, anew + " No more is known.", label="tightening"),
             article(4, other)]
    for t in texts:
        t["stance"].update(actors)
    add(e, *texts)
    got = stories(e)
    ok(got["2"]["id"] == got["1"]["id"] and got["2"]["joined_by"] == "event", "told anew: the same event", got)
    ok(got["3"]["id"] == got["1"]["id"] and got["3"]["joined_by"] == "words", "with another label: by its words", got)
    ok(got["4"]["joined_by"] == "first", "other names and numbers: another story", got)

    t = tmp + "/t"
    template = prose(8)
    add(t, *(article("n%d" % i, template + " " + prose(6)) for i in range(60)))
    got = stories(t)
    tail = {got["n%d" % i]["id"] for i in range(40, 60)}
    ok(len(tail) >= 15, "notices of one template part once it is known", len(tail))

    n = tmp + "/n"
    add(n, article("x", a), options=["--no-stories"])
    ok(stories(n)["x"] is None, "--no-stories looks for none")
done()
