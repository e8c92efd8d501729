#!/usr/bin/env python3
"""What holds for every text: each quote is the text at its place, in code
points; the same text with its letters decomposed, or its lines ended with CRLF,
gets the same label, score, rules and quotes; and however the stream is cut, the
same bytes come out.

usage: properties.t [FILE.jsonl...]    FILE: labelled texts instead of our own"""
import fcntl, glob, json, os, struct, subprocess, sys, termios, unicodedata

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")


def encoded(records):
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()


def judge(records):
    p = subprocess.run([PROGRAM], input=encoded(records), stdout=subprocess.PIPE)
    return [json.loads(line)["stance"] for line in p.stdout.decode().splitlines()]


def record(r, n):
    return {"id": str(n), "title": r.get("title", ""), "content_text": r.get("content_text", r.get("text", "")),
            "language": r.get("language", r.get("lang", "en"))}


def changed(records, change):
    return [{**r, "title": change(r["title"]), "content_text": change(r["content_text"])} for r in records]


def gist(stance):
    return (stance["label"], stance["score"],
            [(e["rule"], unicodedata.normalize("NFC", e["exact"]).replace("\r", "")) for e in stance["evidence"]])


def nfc(s):
    return unicodedata.normalize("NFC", s).replace("\r\n", "\n")


def check(name, records):
    records = changed(records, nfc)
    plain = judge(records)
    wrong = [(r["id"], e) for r, s in zip(records, plain) for e in s["evidence"]
             if r[e["field"]][e["start"]:e["end"]] != e["exact"]]
    quotes = sum(len(s["evidence"]) for s in plain)
    ok(len(plain) == len(records) and not wrong, f"{name}: {quotes} quotes of {len(records)} texts stand where they say", wrong[:3])
    for form, change in (("NFD", lambda s: unicodedata.normalize("NFD", s)), ("CRLF", lambda s: s.replace("\n", "\r\n"))):
        others = changed(records, change)
        found = judge(others)
        differs = [(r["id"], gist(a), gist(b)) for r, a, b in zip(records, plain, found) if gist(a) != gist(b)]
        ok(len(found) == len(records) and not differs, f"{name}: {form} changes nothing", len(differs), *differs[:2])
        wrong = [(r["id"], e) for r, s in zip(others, found) for e in s["evidence"]
                 if r[e["field"]][e["start"]:e["end"]] != e["exact"]]
        ok(not wrong, f"{name}: and its quotes stand where they say", wrong[:3])


def byte_by_byte(data):
    """What comes out when each byte is read before the next is written."""
    p = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    for i in range(len(data)):
        os.write(p.stdin.fileno(), data[i:i + 1])
        while struct.unpack("i", fcntl.ioctl(p.stdin.fileno(), termios.FIONREAD, b"\0" * 4))[0] > 0:
            os.sched_yield()
    return p.communicate()[0]


files = sys.argv[1:] or sorted(glob.glob(TOP + "/corpus/gold/*.jsonl"))
every = []
for path in files:
    records = [record(json.loads(line), n) for n, line in enumerate(open(path, encoding="utf-8"))]
    if not sys.argv[1:] and not os.environ.get("STANCE_LONG") and os.environ.get("STANCE_VARIANT", "release") != "release":
        records = records[::5]
    check("/".join(path.split("/")[-2:]), records)
    every += records
languages = {}
for r in every:
    languages.setdefault(r["language"], r)
few = encoded(changed(languages.values(), lambda s: s[:600]))
whole = subprocess.run([PROGRAM], input=few, stdout=subprocess.PIPE).stdout
ok(whole.count(b"\n") == len(languages) and byte_by_byte(few) == whole,
   f"cut at each of {len(few)} bytes the stream of {len(languages)} languages gives the same")
done()
