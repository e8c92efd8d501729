#!/usr/bin/env python3
"""A wrong join is put right by a note: queries, balances and later runs of add
honour it, whatever is sealed, merged or killed meanwhile."""
import glob, json, os, signal, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import STORE, done, lines_of, ok, store

TEXT = ("Ruritania will let ships of any flag load timber in Port Zenda from 14 March, Minister Olga Hentzau said on "
        "Monday. The harbour had been closed to foreign hulls for seven years. Sawmills in Strelsau expect to sell "
        "40,000 tonnes more a year, while the shipowners of the country fear for 300 jobs on the coast.")
OTHER = TEXT.translate(str.maketrans("aeiou", "eioua"))

THIRD = ("Hofbau sent 3,000 soldiers to the mountain passes above Zenda on Tuesday. General Rudolf Rassendyll told "
         "Radio Strelsau that the bridges at Tarlenheim would stay shut until the floods had gone, and that farmers of "
         "the valley would be paid 250 crowns for each field that stands under water. Villages upstream of the old mill "
         "have had no power since Sunday night. Engineers hope to bring two generators across by boat before the week "
         "is out, but the river rose by another foot overnight and the ferry at Sapt lost its landing stage.")


def article(n, text, label="easing"):
    return {"id": "http://a.example/" + n, "title": "Headline " + n, "content_text": text,
            "date_published": "2026-02-01T00:00:00Z", "stance": {"label": label, "confidence": .8}}


def add(path, *articles, options=()):
    subprocess.run([STORE, "add", *options, path], check=True,
                   input="".join(json.dumps(a) + "\n" for a in articles).encode())


def query(path, *args):
    return [json.loads(x) for x in store("query", *args, path).stdout.splitlines()]


def stories(path):
    return {r["id"][-1]: r["story"] for r in query(path)}


with tempfile.TemporaryDirectory() as tmp:
    s = tmp + "/s"
    add(s, article("a", TEXT), article("b", TEXT + " More follows."), article("c", OTHER), options=["--segment-size", "1"])
    before = stories(s)
    ok(before["a"]["id"] == before["b"]["id"] != before["c"]["id"], "b joined a, c did not", before)

    p = store("split-story", "--reason", "another port", "--by", "desk", s, "http://a.example/b")
    ok(p.returncode == 0 and json.loads(p.stdout)["seq"] == 1, "split", p)
    got = stories(s)
    own = got["b"]["id"]
    ok(own not in (before["a"]["id"], before["c"]["id"]) and got["b"]["joined_by"] == "note", "b has a story of its own", got)
    ok(got["a"] == before["a"] and got["c"] == before["c"], "the others are as they were", got)
    note = json.loads(store("note", "--list", s).stdout)
    ok((note["note"], note["key"], note["reason"], note["by"]) == ("split-story", "http://a.example/b", "another port", "desk")
       and "x" in note, "the note is a sealed line", note)
    ok([r["id"][-1] for r in query(s, "--story", own)] == ["b"], "a query for that story finds it")
    ok([r["id"][-1] for r in query(s, "--story", before["a"]["id"])] == ["a"], "and the old story no longer does")
    raw = b"".join(subprocess.run(["sh", "-c", "zstdcat %s/articles/*/*/*/*.zst" % s], stdout=subprocess.PIPE).stdout.splitlines())
    ok(raw.count(before["a"]["id"].encode()) == 2, "what is stored did not change")

    def votes():
        return [json.loads(x) for x in store("balance", "-f", "jsonl", "--by", "month", s).stdout.splitlines()][0]["easing"]
    ok(votes() == 3, "three stories vote", votes())
    ok(store("join-story", s, before["c"]["id"], own).returncode == 0 and votes() == 2, "joined: two vote", votes())
    got = stories(s)
    ok(got["c"]["id"] == own == got["b"]["id"] and got["c"]["joined_by"] == "note", "c is in b's story", got)

    # later runs: the text of c arrives once more, and a revision of b
    add(s, article("d", OTHER + " More."), article("b", TEXT + " Even more follows."))
    got = stories(s)
    ok(got["d"]["id"] == own and got["d"]["joined_by"] == "text", "a copy of c joins the story that c is in", got)
    ok(got["b"]["id"] == own, "a revision of b stays in b's own story", got)
    subprocess.run([STORE, "compact", s], check=True, stdout=subprocess.DEVNULL)
    ok(stories(s)["c"]["id"] == own, "merged segments change nothing", stories(s))

    store("join-story", s, before["c"]["id"], before["c"]["id"])
    ok(stories(s)["c"]["id"] == before["c"]["id"], "joined into itself: on its own again")
    store("join-story", s, own, before["a"]["id"])
    ok(stories(s)["b"]["id"] == before["a"]["id"], "and a split is taken back by a join")
    store("join-story", s, before["a"]["id"], own)      # round and round
    ok(len(stories(s)) == 4, "a circle ends")

    for args, code in ((("split-story", s, "http://a.example/none"), 1), (("split-story", s), 2),
                       (("join-story", s, "xyz", own), 2), (("join-story", s, own), 2),
                       (("join-story", tmp, own, own), 3)):
        p = store(*args)
        ok(p.returncode == code and not p.stdout, "refused with %d: %s" % (code, " ".join(args[1:])[-30:]), p)

    # notes beside a writer, and a kill in between: each acknowledged edit is there
    writer = subprocess.Popen([STORE, "add", s], stdin=subprocess.PIPE)
    n = len(store("note", "--list", s).stdout.splitlines())
    for i in range(8):
        p = subprocess.Popen([STORE, "join-story", s, "%016x" % i, "%016x" % (i + 1)], stdout=subprocess.PIPE)
        if i % 2:
            time.sleep(.002 * i)
            p.send_signal(signal.SIGKILL)
        n += p.communicate()[0].count(b"\n")
    ok(len(store("note", "--list", s).stdout.splitlines()) >= n, "no acknowledged edit is lost when others are killed")
    ok(store("check", s).returncode in (0, 1), "check reads the notes")
    writer.communicate()
    ok(writer.returncode == 0, "a writer works beside them", writer.returncode)

    # a writer that runs sees what was said meanwhile
    s = tmp + "/running"
    writer = subprocess.Popen([STORE, "add", "--ack", "--segment-size", "2000", s], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE)

    def give(*articles):
        for a in articles:
            writer.stdin.write(json.dumps(a).encode() + b"\n")
            writer.stdin.flush()
            writer.stdout.readline()
        return stories(s)

    before = give(article("a", TEXT), article("b", TEXT + " More follows."), article("c", OTHER))
    store("join-story", s, before["c"]["id"], before["a"]["id"])
    got = give(article("d", OTHER + " More."))
    raw = lines_of(s)[-1]["story"]
    ok(raw == {**raw, "id": before["a"]["id"], "joined_by": "text"}, "a copy of c joins the story that c is part of now",
       [raw, got])
    store("join-story", s, before["c"]["id"], before["c"]["id"])
    give(article("e", OTHER + " Still more."))
    ok(lines_of(s)[-1]["story"]["id"] == before["c"]["id"], "and that of c, once it is on its own again")
    store("split-story", s, "http://a.example/b")
    own = stories(s)["b"]["id"]
    give(article("b", TEXT + " Even more follows."))
    ok(lines_of(s)[-1]["story"]["id"] == own != before["a"]["id"], "a revision of what was split stays out",
       lines_of(s)[-1]["story"])
    before = give(article("h", OTHER + " " + THIRD))
    ok(before["h"]["id"] == before["c"]["id"], "h, with c in it, joined c", before["h"])
    store("split-story", s, "http://a.example/h")
    own = stories(s)["h"]["id"]
    give(article("f", THIRD + " The coast guard counts ships."))
    ok(lines_of(s)[-1]["story"]["id"] == own, "what was split leads to its own story", lines_of(s)[-1]["story"])
    writer.communicate()
    add(s, article("g", THIRD + " The coast guard counts boats."))
    ok(lines_of(s)[-1]["story"]["id"] == own, "as it does after a restart", lines_of(s)[-1]["story"])
    # a power cut while a note was written, and what another file had left where it should stand
    notes = glob.glob(s + "/notes/*.jsonl")[0]
    known = store("note", "--list", s).stdout
    with open(notes, "a") as f:
        f.write('"left by another"}\n' * 3 + '{"type":"no')
    open(s + "/notes/LOCK", "w").write("1\n")
    ok(store("check", s).returncode == 1, "check tells of it")
    add(s, article("i", "Something else."))
    p = store("check", s)
    ok(p.returncode == 0, "the next writer has mended it", p)
    ok(store("note", "--list", s).stdout == known, "and every note that was whole is there")
done()
