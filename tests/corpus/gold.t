#!/usr/bin/env python3
# The gold corpus keeps its own rules: format, order, parts, pairs, size.
import collections, glob, hashlib, json, os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LABELS = {"easing", "tightening", "mixed", "neutral"}
DOMAINS = {"trade", "sanctions", "monetary", "finance", "movement", "regulation", "none"}
STAGES = {"adopted", "announced", "proposed", "signalled", "none"}
CAPABILITIES = set("""direct polarity-composition negation reversal-and-double-negative background-vs-news
modality-official calls-and-lobbying lapse-and-delay distractor mixed attribution-denial-rumour
speculation-third-party hold-with-lean hold-without headlinese metaphor ordinary-news
article-background-opposite article-corporate article-delay-lapse article-denial article-earnings
article-explainer article-general article-hold-with-lean article-hold-without article-liveblog
article-lobbying article-market-wrap article-mixed article-official-notice article-opinion article-poll
article-reversal article-sport article-straight""".split())
UNREAD = ["unread-%d" % n for n in range(1, 5)]
NEEDED = ["id", "title", "content_text", "language", "label", "capability", "domain", "stage"]
count = 0

def ok(truth, name):
    global count
    count += 1
    print("%sok %d - %s" % ("" if truth else "not ", count, name))

files = {os.path.basename(f)[:-6]: [json.loads(l) for l in open(f, encoding="utf-8")]
         for f in sorted(glob.glob(ROOT + "/corpus/gold/*.jsonl"))}
items = [r for f in files.values() for r in f]
ids = {r["id"]: r for r in items}
ok(set(files) == {"challenge", "dev", "test", "fresh-dev", "fresh-test", "pairs", *UNREAD, "unread-test"},
   "eleven files")
ok(len(ids) == len(items), "an id stands once")
for name, rows in files.items():
    order = [r["id"].encode() for r in rows]
    ok(order == sorted(order), name + ": sorted by id")
bad = [r["id"] for r in items if list(r)[:8] != NEEDED or set(r) - set(NEEDED) - {"pair", "note", "part"}
       or not all(isinstance(v, str) and v == v.strip() and v for v in r.values())]
ok(not bad, "members in their order, strings all %s" % bad[:5])
bad = [r["id"] for r in items if r["label"] not in LABELS or r["domain"] not in DOMAINS or r["stage"] not in STAGES]
ok(not bad, "label, domain and stage are of the codebook %s" % bad[:5])
bad = [r["id"] for r in items if (r["label"] == "neutral") != (r["stage"] == "none")]
ok(not bad, "no stage means neutral %s" % bad[:5])
bad = [r["id"] for r in items if r["capability"] not in CAPABILITIES]
ok(not bad, "capability is of the list %s" % bad[:5])

def misplaced(rows, share):
    """Those whose part does not follow from their id, or from the id of the first of their pair."""
    return [r["id"] for r in rows if r["part"] != ("test" if int(hashlib.sha256(
            r.get("pair", r["id"]).encode()).hexdigest()[:8], 16) % share == 0 else "dev")]

own = files["dev"] + files["test"]
learned = [r for name in UNREAD for r in files[name]]
fresh = files["fresh-dev"] + files["fresh-test"]
bad = misplaced(own, 3) + misplaced(fresh, 2)
ok(not bad, "parts follow from the id of the first of a pair %s" % bad[:5])
ok(all(r["part"] == "dev" for r in files["challenge"] + files["dev"] + files["fresh-dev"] + files["pairs"] +
       learned) and
   all(r["part"] == "test" for r in files["test"] + files["fresh-test"] + files["unread-test"]), "a file is a part")
bad = [r["id"] for r in items if "pair" in r and (r["pair"] not in ids or r["pair"] == r["id"])]
ok(not bad, "pairs exist %s" % bad[:5])
unread = learned + files["unread-test"]
titles = collections.Counter(r["title"] for r in own + fresh + unread)
ok(max(titles.values()) == 1, "no title stands twice")
ok(len(fresh) >= 1370 and sum(r["capability"].startswith("article") for r in fresh) >= 80, "1,370 fresh ones, 80 articles")
told = collections.Counter(r["language"] for r in learned)
ok(told["en"] >= 16000 and all(told[l] >= 1500 for l in ("de", "fr", "es", "it", "pt", "nl", "sv", "ru")) and
   len(files["unread-test"]) >= 1400, "16,000 to learn the wording from, 1,500 in each other language, 1,400 to test it")
ok(len(own) >= 600 and sum(r["capability"].startswith("article") for r in own) >= 150, "600 of our own, 150 articles")
languages = collections.Counter(r["language"] for r in own)
fresh_languages = collections.Counter(r["language"] for r in fresh)
ok(all(languages[l] >= 35 and fresh_languages[l] >= 20 for l in ("de", "fr", "es", "it", "pt", "nl", "sv", "ru", "zh")), "nine other languages")
ok(os.path.exists(ROOT + "/corpus/CODEBOOK.md"), "the codebook is there")
print("1..%d" % count)
