#!/usr/bin/env python3
"""A language of the installed rules is compiled when the first article needs it.  Whoever
writes rules is told of every mistake at the start all the same.  The texts are our own.  Prints TAP."""
import json, os, shutil, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

BUILT = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
os.environ.setdefault("TSAN_OPTIONS", "report_thread_leaks=0")  # an error ends the program among its threads


def lines(*articles):
    return b"".join(json.dumps(a, ensure_ascii=False).encode() + b"\n" for a in articles)


def install(folder, **packs):
    """The program with rules at the default place: its path, and that of the rules."""
    program, rules = os.path.join(folder, "bin/stance-classify"), os.path.join(folder, "bin/../share/stance/rules")
    os.makedirs(os.path.dirname(program))
    os.makedirs(os.path.join(folder, "share/stance/rules"))
    shutil.copy(BUILT, program)
    for name, text in packs.items():
        with open(os.path.join(rules, name + ".rules"), "w", encoding="utf-8") as pack:
            pack.write(text)
    with open(os.path.join(rules, "default.rules"), "w", encoding="utf-8") as pack:
        pack.write("".join('include "%s.rules"\n' % name for name in packs))
    return program, rules


def run(program, data, *args):
    p = subprocess.run([program, *args], input=data, capture_output=True)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


english = """language en english
common: =the =of
object ban +: ban
operator lift -: lift
rule door easing source official.example: door
test easing "Ghana lifts the ban."
"""
german = """language de german
common: =das =der
object verbot +: verbot
operator hebt -: hebt
"""
wrong = german + "rule tor easing: @nirgends\n"
en = {"id": "e", "language": "en", "title": "Ghana lifts the ban"}
de = {"id": "d", "language": "de-AT", "title": "Ghana hebt das Verbot auf"}
unnamed = {"id": "u", "title": "Ghana lifts the ban of the year"}
other = {"id": "o", "language": "fi", "title": "Ghana"}

with tempfile.TemporaryDirectory() as folder:
    program, rules = install(folder, en=english, de=wrong)
    whole = run(program, lines(en, en))
    labels = [json.loads(line)["stance"]["label"] for line in whole[1].splitlines()]
    ok((whole[0], labels, whole[2]) == (0, ["easing", "easing"], ""),
       "an error in one language is nothing to articles in another", whole)
    ok(run(program, b"") == (0, b"", ""), "nor to no articles")
    ok(run(program, lines(other))[0] == 0, "nor to what is judged by no rules")
    code, out, placed = run(program, lines(de))
    ok((code, out) == (2, b"") and placed.startswith("stance-classify: %s/de.rules:5:18: " % rules) and
       "no list called 'nirgends'" in placed and "rule tor easing: @nirgends\n" in placed,
       "an article in its language ends with the place", (code, out, placed))
    ok(run(program, lines(unnamed)) == (2, b"", placed), "so does one whose language must be guessed")
    code, out, err = run(program, lines(en, {"id": 7}, en, de, en))
    ok((code, out) == (2, whole[1]) and err.endswith(placed) and ":2:8: refused: " in err,
       "what came before is answered and refused first", (code, err, out))
    ok(run(program, lines(en, {"id": 7}, en, de, en), "-j", "4") == (code, out, err), "in threads too")
    many = lines(*[en] * 3000, de, *[unnamed] * 3000, *[de] * 3000)
    one = run(program, many)
    ok(one == (2, whole[1] * 1500, placed), "however many wait for it", (one[0], len(one[1]), one[2]))
    ok(all(run(program, many, "-j", "4") == one for _ in range(3)), "and however many threads meet it")
    for jobs in ("1", "3"):
        p = subprocess.Popen([program, "-j", jobs], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        p.stdin.write(lines(en, de))
        p.stdin.flush()
        ok(p.wait() == 2 and p.stdout.read().count(b"\n") == 1, "-j %s ends without waiting for more" % jobs)
        p.stdin.close()
        p.stdout.close()
        p.stderr.close()
    corpus = os.path.join(folder, "corpus")
    with open(corpus, "wb") as records:
        records.write(lines(en))
    default = os.path.join(rules, "default.rules")
    for args in (("--check",), ("--test-rules",), ("--lint", corpus), ("--profile",), ("--list",), ("--list=ban",),
                 ("--words", "en"), ("--why-not", "lift"), ("-r", default), ("-p", os.path.join(rules, "en.rules"))):
        ok(run(program, b"", *args) == (2, b"", placed), "%s tells at once" % " ".join(args[:1]), args)
    with open(os.path.join(rules, "en.rules"), "a", encoding="utf-8") as pack:
        pack.write('lexicon open: "never closed\n')
    code, out, err = run(program, b"")
    ok(code == 2 and "en.rules:7:15: " in err, "a file that cannot be read as statements is an error at once", err)

with tempfile.TemporaryDirectory() as folder:
    program, rules = install(folder, en=english, de=german)
    said = [{"id": "s", "language": "en", "title": "A door", "url": url} for url in
            ("https://official.example/a", "https://other.example/a")]
    labels = [json.loads(line)["stance"]["label"] for line in run(program, lines(*said))[1].splitlines()]
    ok(labels == ["easing", "neutral"], "a condition on the source holds from the first article on", labels)
    p = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    p.stdin.write(lines(en))
    p.stdin.flush()
    first = p.stdout.readline()
    shutil.rmtree(rules)
    rest = p.communicate(lines(de, unnamed))[0].splitlines()
    ok(p.returncode == 0 and [json.loads(line)["stance"]["label"] for line in [first] + rest] == ["easing"] * 3,
       "no file is opened for a later language", rest)

# with the shipped rules: each language in threads, whoever needs it first
texts = {"en": "The ministry lifts the ban on exports of rice, it said on Monday.",
         "de": "Das Ministerium hebt das Verbot der Ausfuhr von Reis auf.",
         "fr": "Le ministère lève l'interdiction des exportations de riz.",
         "es": "El ministerio levanta la prohibición de exportar arroz.",
         "it": "Il ministero revoca il divieto di esportazione del riso.",
         "pt": "O ministério levanta a proibição das exportações de arroz.",
         "nl": "Het ministerie heft het verbod op de uitvoer van rijst op.",
         "sv": "Ministeriet häver förbudet mot export av ris.",
         "ru": "Министерство отменяет запрет на экспорт риса.",
         "zh": "该部取消大米出口禁令。"}
stream = [{"id": "%s%d" % (language, i), "language": language, "title": text, "content_text": text}
          for i in range(20) for language, text in texts.items()]
for article in stream[7::13]:
    del article["language"]
stream[11]["language"] = "fi"
mixed = lines(*stream)
apart = sorted(lines(a) for a in stream)
at_once = run(BUILT, mixed, "-r", os.path.join(TOP, "rules/default.rules"))
ok(at_once[0] == 0 and at_once[1].count(b"\n") == len(stream) and
   at_once[1].count(b'"label":"easing"') > len(stream) / 2, "ten languages are judged", at_once[2])
ok(run(BUILT, mixed) == at_once, "as they are when all are compiled at the start, hash and all")
for jobs in ("2", "4"):
    ok(run(BUILT, mixed, "-j", jobs) == at_once, "and in %s threads to the byte" % jobs)
p = subprocess.Popen([BUILT, "-j", "4"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for line in mixed.splitlines(keepends=True)[:60]:  # a line is a batch: each thread meets languages first
    p.stdin.write(line)
    p.stdin.flush()
out = p.communicate()[0]
ok(p.returncode == 0 and out == b"".join(at_once[1].splitlines(keepends=True)[:60]), "line by line as well")
ok(sorted(run(BUILT, b"".join(apart))[1].splitlines()) == sorted(at_once[1].splitlines()),
   "in whatever order the languages come")
done()
