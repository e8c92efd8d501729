#!/usr/bin/env python3
"""stance-classify as a filter: what passes, what is refused, and that the
evidence of a verdict is where it says.  The texts are of our own writing."""
import html.parser, json, os, subprocess, sys, tempfile, time, unicodedata

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
program = os.path.join(os.environ.get("STANCE_BUILD", top + "/build/release"), "stance-classify")
rules = os.path.join(top, "tests/rules/composition.rules")
done = failed = 0


def ok(name, good, why=""):
    global done, failed
    done += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", done, name))
    if not good and why:
        print("# " + str(why)[:600].replace("\n", "\n# "))


def run(data, *args):
    p = subprocess.run([program, "-r", rules, *args], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


def judge(*records, args=()):
    data = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()
    code, out, err = run(data, *args)
    return [json.loads(line) for line in out.decode().splitlines()]


good = b'{"id":"a","title":"Ghana lifts the ban"}\n'

# what passes
odd = b'{"z":[1, 2.50],"id":"a","title":"Ghana lifts the ban","stance":{"label":"x"},"u\\u0041":"\\/"}\n'
code, out, err = run(odd)
ok("unknown members pass byte for byte, in order",
   out.startswith(b'{"z":[1, 2.50],"id":"a","title":"Ghana lifts the ban","u\\u0041":"\\/","stance":{'), out)
ok("a stance that came in is dropped", out.count(b'"stance"') == 1)
for line in (b'{"type":"feed","id":"f"}\n', b'{"id":"e","error":"no page"}\n'):
    ok("passes untouched: %s" % line.decode().strip(), run(line)[1] == line)
ok("no input, no output", run(b"") == (0, b"", ""))
ok("a last line without a newline counts", run(good[:-1])[1] == run(good)[1])

# what is refused
bad = [b'{"id":"b","title":"\xff"}', b'{"id":"b","title":"\0"}', b'{"id":"b","title":"cut', b"[" * 10000,
       b'{"id":"b"}', b'{"title":"b"}', b'{"id":"b","id":"c","title":"d"}', b'{"id":"b","title":7}', b"", b"7"]
data = b"".join(line + b"\n" + good for line in bad)
code, out, err = run(data)
ok("bad lines are refused and the stream goes on", code == 4 and out.count(b"\n") == len(bad), err)
ok("each is named with its line", [":%d:" % (2 * i + 1) in err for i in range(len(bad))] == [True] * len(bad), err)
code, out, err = run(data, "--one-for-one")
lines = [json.loads(line) for line in out.splitlines()]
ok("--one-for-one answers each line", code == 4 and ["error" in r for r in lines] == [True, False] * len(bad), out)
ok("and tells the id where it can", lines[8].get("id") == "b", lines[8])
with tempfile.TemporaryDirectory() as folder:
    kept = os.path.join(folder, "kept")
    run(data, "--rejects", kept)
    ok("--rejects keeps them", open(kept, "rb").read() == b"".join(line + b"\n" for line in bad))
if os.environ.get("STANCE_VARIANT", "release") != "tiny":
    code, out, err = run(good + b'{"id":"b","title":"' + b"x" * 70_000_000 + b'"}\n' + good)
    ok("a line of 70 MB is refused", code == 4 and out.count(b"\n") == 2 and ":2:" in err, err)

# scopes and places
v = judge({"id": "a", "title": "x", "summary": "Ghana lifts the ban."})[0]["stance"]
ok("the summary is read where there is no text", v["label"] == "easing" and v["evidence"][0]["field"] == "summary", v)
v = judge({"id": "a", "title": "x", "summary": "Ghana lifts the ban.", "content_text": ""})[0]["stance"]
ok("an empty text is a text", v["label"] == "neutral", v)
v = judge({"id": "a", "title": "", "language": "xx", "content_text": "Ghana lifts the ban."})[0]["stance"]
ok("a language without rules is neutral", v["label"] == "neutral", v)
shipped = os.path.join(top, "rules/default.rules")
v = judge({"id": "a", "title": "Obergrenze 5 statt 10 Euro", "language": "de"}, args=("-r", shipped))[0]["stance"]
ok("a headline does not gainsay its language", v["label"] == "tightening", v)
v = judge({"id": "a", "title": "Ghana lifts the ban", "content_text": "Ghana lifts the ban. Mali lifts the ban."})[0]["stance"]
twice = [e for e in v["evidence"] if e["field"] == "content_text"]
ok("a quote that is not unique has its surroundings",
   len(twice) == 2 and twice[0].get("suffix", "").startswith(". Mali") and twice[1].get("prefix", "").endswith("Mali "), v)
ok("all members of the verdict are there", list(v) == ["label", "score", "confidence", "stage", "domains", "topics",
   "actors", "events", "evidence", "ruleset"], list(v))

# evidence: half-open offsets in code points, whatever stands before
padding = ["", "Été. ", "日本語。", "𝒜𝓃𝒸𝒾𝑒𝓃𝓉 ", "e\u0301t\u00e9 ", "\u201cquoted\u201d ", "a\u00adb ", "\U0001f600\n\n", "x\u200dy - "]
texts = [p + q + "the export ban was lifted by Ghana. " + p for p in padding for q in padding]
records = [{"id": str(i), "title": t.replace("\n", " "), "content_text": t + "\n\n" + t} for i, t in enumerate(texts)]
wrong = []
for r, o in zip(records, judge(*records)):
    if not o["stance"]["evidence"]:
        wrong.append((r, "no evidence"))
    for e in o["stance"]["evidence"]:
        if r[e["field"]][e["start"]:e["end"]] != e["exact"]:
            wrong.append((r[e["field"]], e))
ok("exact is the text at its place in %d texts" % len(texts), not wrong, wrong[:2])


def gist(o):
    return [o["stance"]["label"], o["stance"]["score"],
            [(e["rule"], unicodedata.normalize("NFC", e["exact"].replace("\r", ""))) for e in o["stance"]["evidence"]]]


base = [{"id": "a", "title": "Café “Élan”: Ghana’s ban is lifted", "content_text":
         "Ghana lifts\nthe ban on café exports.\n\nMali, too, lifts\nits embargo on élan."}]
plain = gist(judge(*base)[0])
for name, change in (("NFD", lambda s: unicodedata.normalize("NFD", s)), ("CRLF", lambda s: s.replace("\n", "\r\n"))):
    other = gist(judge(*[{k: change(v) for k, v in r.items()} for r in base])[0])
    ok("%s changes nothing" % name, other == plain, (plain, other))

# however the stream is cut
data = good + odd
whole = run(data)[1]
differs = []
for cut in range(1, len(data), 1 if os.environ.get("STANCE_LONG") else 7):
    p = subprocess.Popen([program, "-r", rules], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write(data[:cut])
    p.stdin.flush()
    time.sleep(0.001)
    if p.communicate(data[cut:])[0] != whole:
        differs.append(cut)
ok("the stream may be cut at any byte", not differs, differs)

p = subprocess.Popen([program, "-r", rules], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
p.stdin.write(good)
p.stdin.flush()
ok("a record is answered before more is read", p.stdout.readline() == run(good)[1])
p.stdin.close()
p.wait()

many = b"".join(b'{"id":"%d","title":"Ghana %s the ban"}\n' % (i, b"lifts" if i % 3 else b"extends") + (b"bad\n" if i % 50 == 0 else b"")
                for i in range(20000))
one = run(many)
for jobs in ("2", "5"):
    ok("-j %s answers and refuses the same in the same order" % jobs, run(many, "-j", jobs) == one)
p = subprocess.Popen([program, "-r", rules, "-j", "3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
p.stdin.write(good)
p.stdin.flush()
ok("-j answers before it waits", p.stdout.readline() == run(good)[1])
p.stdin.close()
p.wait()

code, out, err = run(good, "--explain")
ok("--explain quotes the evidence", b"easing" in out and b">>lifts the ban<<" in out and b"\x1b" not in out, out)
code, out, err = run(b'{"id":"w","title":"Ghana lifts the ban; exports are old"}\n', "--why-not", "trade-flow")
ok("--why-not tells what is missing", out == b'easing  w\n  "exports" has no operator beside it\n', out)
code, out, err = run(b"", "--why-not", "nobody")
ok("--why-not knows its rules", code == 2 and "no rule or list 'nobody'" in err, err)
with tempfile.TemporaryDirectory() as folder:
    corpus = os.path.join(folder, "corpus.jsonl")
    open(corpus, "wb").write(good)
    code, out, err = run(b"", "--lint", corpus)
    ok("--lint names what never hits", code == 1 and
       b"common.inc:17: operator 'lapse' stands neither in this corpus nor in a test\n" in out, out.decode())
    rule_file = os.path.join(folder, "a.rules")
    open(rule_file, "w").write("""language en english
lexicon passive: =was
actor Ghana: Ghana
actor Mali: Mali
actor Peru: Peru
object ban +: ban
object dam +: dam
object toll +: toll
operator lift -: lift
operator raise +: raise
operator curb +: curb
rule door easing: door
rule gate easing: gate
rule lock easing: lock and not bolt
rule arch easing: arch
test easing "Mali lifts the ban."
test neutral "Mali has a toll."
test easing "A door."
test neutral "A lock with a bolt."
""")
    open(corpus, "w").write('{"id":"a","language":"en","title":"Ghana raises the dam","content_text":"A gate was raised."}\n')
    p = subprocess.run([program, "-r", rule_file, "--lint", corpus], capture_output=True, text=True)
    found = {line.partition(".rules:")[2] for line in p.stdout.splitlines()}
    ok("--lint asks the corpus or the tests to name a list and the tests to hit it", p.returncode == 1 and found == {
        "5: actor 'Peru' stands neither in this corpus nor in a test", "7: object 'dam' hits in no test of the rules",
        "8: object 'toll' stands there but never hits", "10: operator 'raise' hits in no test of the rules",
        "11: operator 'curb' stands neither in this corpus nor in a test", "13: rule 'gate' hits in no test of the rules",
        "14: rule 'lock' stands there but never hits", "15: rule 'arch' stands neither in this corpus nor in a test"}, p.stdout)
code, out, err = run(good, "--profile")
ok("--profile has a table", code == 0 and out.split()[:2] == [b"microseconds", b"tries"], out)
ok("--list names what is compiled", b"operator  lift" in run(b"", "--list")[1])
# a pattern that meets a limit is its rule's error, and the rest goes on
pattern_rules = open(os.path.join(top, "tests/rules/common.inc")).read() + """
rule steps tightening: /(a|aa|aaa)+[bd]/ with "mark1"
rule depth tightening: /(*NO_JIT)^.*mark2 (?:(\\w)(?=.))*[0-9]/ with "mark2"
rule memory tightening: /(*NO_JIT)(?:%sy)*[0-9]/ with "mark3"
rule stack tightening: /(\\w(?R)?[0-9]?)/ with "mark4"
rule fine easing: /b\\d/ with "fine"
""" % ("(x?)" * 100)


def run_with(text, data, *args):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.rules")
        open(path, "w", encoding="utf-8").write(text)
        p = subprocess.run([program, "-r", path, *args], input=data, capture_output=True)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


for name, word in (("steps", "mark1 %sc" % ("a" * 60)), ("depth", "mark2 " + "xy" * 2000), ("memory", "mark3 " + "y" * 3000),
                   ("stack", "mark4 " + "xy" * 30000)):
    article = {"id": name, "language": "en", "title": "Ghana lifts the ban", "content_text": "It is fine b7. " + word}
    code, out, err = run_with(pattern_rules, (json.dumps(article) + "\n").encode())
    stance = json.loads(out)["stance"]
    ok("the limit of %s is that rule's error" % name, code == 4 and
       [e["rule"] for e in stance["errors"]] == [name] and "rule '%s' failed: its pattern met the limit of %s" % (name, {"stack": "the stack"}.get(name, name)) in err and
       ":1: " in err, (code, stance.get("errors"), err))
    ok("and the verdict is what the others say", stance["label"] == "easing" and
       {e["rule"] for e in stance["evidence"]} == {"lift", "fine"}, stance)
    code, two, err = run_with(pattern_rules, (json.dumps(article) + "\n").encode() * 200, "-j", "2")
    ok("with -j too", code == 4 and two == out * 200 and err.count("failed") == 200, err)
code, out, err = run_with(pattern_rules + 'test easing "mark1 %sc"\n' % ("a" * 60), b"", "--test-rules")
ok("a test of rules fails where a rule does", code == 1 and "rule 'steps' failed" in err, err)
# for people, as a page
evil = {"id": "<i>", "language": "en", "title": "<script>alert(1)</script> Ghana lifts the ban", "content_text": "A & \"b\"\u0007.\n\nMali lifts the ban </mark>."}
code, out, err = run((json.dumps(evil) + "\n").encode() * 2, "--explain=html")
page = out.decode()
ok("--explain=html is one page", code == 0 and page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n") and
   page.count("<article>") == page.count("</article>") == 2 and page.count("<html") == 1, page[:200])
ok("with the evidence marked", page.count('<mark class="easing">lifts the ban</mark>') == 4, page)
ok("and foreign text escaped", "<script>" not in page and "&lt;script&gt;" in page and "A &amp; &quot;b&quot; ." in page and
   "&lt;/mark&gt;" in page and "&lt;i&gt;" in page, page)


class Nesting(html.parser.HTMLParser):
    void = ("meta", "link", "br")

    def __init__(self):
        super().__init__()
        self.open, self.wrong = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


nesting = Nesting()
nesting.feed(page)
ok("and elements closed in order", not nesting.wrong and not nesting.open, (nesting.wrong, nesting.open))
code, out, err = run(good, "--explain=pdf")
ok("--explain knows its formats", code == 2 and "no format 'pdf'" in err, err)

# what is wrong with rules as they stand
code, out, err = run_with("""language en english
common: =the
lexicon unused: word
lexicon empty:
operator first -: lift
operator second -: lift
operator untested + needs empty: add
object signless: tax
modifier aimless before 2: =nor
object ban +: ban
modifier never cancel on nothing: =not
rule slow easing: /(a+)+/ with "aaa"
rule common easing: /the x/ with "the"
rule twice easing: once
rule twice easing: again
rule tested easing: bravo
operator alone - alone easing 1: lift scrap
operator asked -: lift fold
rule asks easing: @asked near/3 echo
test easing "Ghana lifts the ban."
test easing "Bravo."
test easing "Ghana lifts."
test easing "Ghana scraps the ban, folds the ban."
test easing "Ghana lifts the echo."
""", b"", "--check")
lines = {line.partition(".rules:")[2] for line in out.decode().splitlines()}
ok("--check names what cannot count", code == 1 and lines == {
    "3: lexicon 'unused' is used by nothing", "4: lexicon 'empty' has no words",
    "6: operator 'second' hits in no test of the rules", "6: operator 'second' cannot have \"lift\": 'first' has it",
    "7: operator 'untested' needs a list without words", "8: object 'signless' has no sign and is taken for +", "9: modifier 'aimless' has no action and is taken to cancel",
    "11: modifier 'never' is on 'nothing', which is no kind of an operator or rule, no rule and no domain",
    "12: rule 'slow' is slow: its pattern repeats a repeat", "13: rule 'common' is slow: its pattern is tried at a common word",
    "14: rule 'twice' hits in no test of the rules", "15: rule 'twice' has the name of an earlier rule"}, out.decode())
code, out, err = run_with("""language en english
lexicon link: =of =on =in
rule join easing: "crack|cracks|cracked down|cracking down"
rule again easing: "won't|will not|no|not ship"
rule edge easing: "likely|due|near|in sight"
rule sign easing: "5 %|percent"
rule told easing: "(likely|due|near|in) sight" or "(crack down|cracking down)" or "(won't|will not) (no|not) ship"
operator cut - kind down: cut
object quota + on level - on dwn + on lift +: quota
modifier not flip on down on edge on quote: =not
operator lift -: lift
rule good easing: "is|are now|again free|open" or "end|close of|to" or "big|small|large house|houses"
""", b"", "--check")
lines = [line.partition(".rules:")[2] for line in out.decode().splitlines() if "hits in no test" not in line]
ok("--check asks what a phrase means", code == 1 and sorted(lines) == sorted([
    "3: \"crack|cracks|cracked down|cracking down\" is met as 'down down' too; set phrases are parted in parentheses: (a b|c d)",
    "4: \"won't|will not|no|not ship\" has 'not' twice in one place; set phrases are parted in parentheses: (a b|c d)",
    "5: \"likely|due|near|in sight\" is met as 'likely sight'; is it (likely|..|in) sight or (likely|..|in sight)?",
    "6: \"5 %|percent\" can never have '%', which is no word",
    "9: object 'quota' is on 'dwn', which is no kind of an operator; did you mean 'down'?",
    "9: object 'quota' is on 'lift', which is no kind of an operator; the operator 'lift' has none",
    "10: modifier 'not' is on 'quote', which is no kind of an operator or rule, no rule and no domain"]), lines)
code, out, err = run_with('language en english\nobject ban +: ban\noperator lift -: lift\ntest easing "Ghana lifts the ban."\n', b"", "--check")
ok("and nothing where all is well", (code, out) == (0, b""), out)
code, out, err = run_with("""\ufefflanguage en english
object ban +: ban
operator lift -: lift
test easing title "Ghana lifts the ban."
test tightening text "Ghana lifts the ban."
test easing "Ghana lifts a lid."
""", b"", "--test-rules")
lines = [line.partition(".rules:")[2] or line for line in err.splitlines()]
ok("a test that fails shows what hit", code == 1 and lines[:-1] == [
    "5:1: the verdict is easing, not tightening", "    easing 1.00 by lift x ban: lifts the ban",
    "6:1: the verdict is neutral, not easing", "    nothing hits in it"] and
   lines[-1].endswith("3 tests of rules, 2 failed"), err)
code, out, err = run_with("lexicon a: b\n", b"", "--list")
ok("rules without a language are told how to name one", code == 2 and "they begin with one: language en english" in err, err)
code, out, err = run_with("""language en english
lexicon link: =of =on
object rate +: rate
operator cut -: cut
operator delay -: delay
operator drop -: drop
test easing "The bank drops a delay of the cut of the rate."
""", b"", "--check")
ok("an operator hits where another takes what it did", (code, out) == (0, b""), out)
code, out, err = run_with("""language en english
lexicon few: =tax
object tax +: tax
object toll +: toll
operator cut - with few: cut
""", b'{"id":"a","title":"Peru cuts the toll"}\n{"id":"b","title":"Peru eyes the toll"}\n', "--why-not", "toll")
ok("--why-not tells of an operator that joins with others", code == 0 and
   '"toll" is in no list that joins with cut' in out.decode() and '"toll" has no operator beside it' in out.decode(), out.decode())
with tempfile.TemporaryDirectory() as folder:
    for name, text in (("a.rules", "language en english\nobject tax +: tax\n"), ("b.rules", "language en\noperator cut -: cut\n")):
        open(os.path.join(folder, name), "w").write(text)
    p = subprocess.run([program, "-r", os.path.join(folder, "a.rules"), "--pack", os.path.join(folder, "b.rules")],
                       input=b'{"id":"a","title":"Peru cuts the tax"}\n', capture_output=True)
    ok("a pack can be a file", p.returncode == 0 and json.loads(p.stdout)["stance"]["label"] == "easing", p.stderr)
p = subprocess.run([program, "--pack", "none"], input=b"", capture_output=True)
ok("and one that is not is told how", p.returncode == 2 and b"one of your own is a file: ./none.rules" in p.stderr, p.stderr)

code, out, err = run_with("""language en english
lexicon power: ministry
lexicon firm: shop
object tax + needs power unless firm: tax
operator cut -: cut
""", b'{"id":"a","title":"Peru cuts the tax"}\n{"id":"b","title":"The ministry cuts the tax for a shop"}\n', "--why-not", "tax")
ok("--why-not names the list that is needed, or refused", [line for line in out.decode().splitlines() if line.startswith("  ")] == [
    '  "tax" needs a word of power', '  "tax" stands beside a word of firm'], out.decode())
for name, text, wanted in (("door", "A shop's door", ['  "door" needs a word of power', '  "door" stands beside a word of firm']),
                           ("gate", "A gate", ['  "gate" is not from a source that it asks for, such as official']),
                           ("fee", "Peru cuts the toll", ['  "toll" counts for toll']),
                           ("toll", "Peru cuts", ["  no word of toll"])):
    code, out, err = run_with("""language en english
lexicon power: ministry
lexicon firm: shop
object toll +: toll
object fee +: toll
operator cut -: cut
rule door easing needs power unless firm: door
rule gate easing source official: gate
""", json.dumps({"id": "a", "title": text}).encode() + b"\n", "--why-not", name)
    ok("--why-not %s" % name, [line for line in out.decode().splitlines() if line.startswith("  ")] == wanted, out.decode())

code, out, err = run_with("""language en english
lexicon all: @few many "(no more|not) that"
lexicon few: one two
rule r easing: @all
""", b"", "--list=all")
ok("--list=NAME prints the words of a list", (code, out.decode()) == (0,
    'lexicon all, language en\n  many\n  (no more|not) that\n  one\n  two\n'), out.decode())
code, out, err = run(b"", "--list=nosuch")
ok("that there is", (code, out) == (2, b"") and "no list 'nosuch'" in err, err)

# how a text is read
glossary = """language en english
lexicon link: =of
object licence -: licence
operator grant +: issue "hand out"
rule door easing: door near/3 "open|opens"
"""
code, out, err = run_with(glossary, "The doors of licences. Hand out it.\n\nISSUED\n".encode(), "--words", "en")
ok("--words tells how each word is read", (code, out.decode()) == (0,
    'The\tthe\t\ndoors\tdoor\trule door "door"\nof\tof\tlexicon link\nlicences\tlicenc\tobject licence\n'
    '.\t.\tlexicon break\n\nHand\thand\toperator grant "hand out"\nout\tout\t\nit\tit\t\n'
    '.\t.\tlexicon break\nISSUED\tissu\toperator grant\n'), out.decode())
code, out, err = run_with(glossary, b"a \xff b\nc\n", "--words", "en")
ok("and refuses what is no text", (code, out) == (4, b"c\tc\t\n") and "not UTF-8" in err, (out, err))
code, out, err = run_with(glossary, b"", "--words", "fr")
ok("--words knows the languages of the rules", code == 2 and "no rules for a language 'fr'" in err, err)
print("1..%d" % done)
sys.exit(failed > 0)
