#!/usr/bin/env python3
"""Rule files and patterns that are too much, by mistake or on purpose: a clear
error with its place, or an answer within the processor time that an honest file
of that size takes.  What takes longer is ended by the kernel."""
import json, os, resource, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
SLOW = os.environ.get("STANCE_VARIANT", "release") != "release"
HEAD = "language en english\n"


def limits():
    seconds = 100 if SLOW else 10
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if not SLOW:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))


def run(folder, *args, data=b"", name="a.rules"):
    p = subprocess.run([PROGRAM, "-r", os.path.join(folder, name), *args], input=data, capture_output=True, preexec_fn=limits)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


def write(folder, text, name="a.rules"):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())


def refused(text, message, name):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, text)
        code, out, err = run(folder, "--list")
        ok(code == 2 and message in err, name, code, err)


def accepted(text, name, data=b"", args=()):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, text)
        code, out, err = run(folder, *args, data=data)
        ok(code in (0, 4), name, code, err)
        return out, err


# sizes
big = HEAD + "".join(f"lexicon l{i}: w{i} x{i} \"y{i} z{i}\"\n" for i in range(60000))
big += "# " + "x" * 80 + "\n"
big += ("# " + "a comment of some length, again and again\n") * ((10 << 20) // 43 - len(big) // 43)
accepted(big, f"a rule file of {len(big) >> 20} MB with 60,000 lists", args=("--list",))
refused(HEAD + "#" * (17 << 20), "longer than", "a rule file of 17 MB is refused")
phrases = HEAD + "lexicon many:\n" + "".join(f'\t"word{i} of{i % 97} phrase{i % 1009}"\n' for i in range(100000))
phrases += "rule r easing: @many\n"
out, err = accepted(phrases, "100,000 phrases", data=b'{"id":"a","language":"en","title":"word99999 of89 phrase108"}\n')
ok(json.loads(out)["stance"]["label"] == "easing", "and the last of them matches", out)
refused(HEAD + "".join(f"lexicon l{i}: w\n" for i in range(65100)), "more than 65000 lists", "too many lists")
refused(HEAD + "rule r easing: " + " or ".join(f"w{i}" for i in range(65100)), "too many lists", "too many phrases of rules")
accepted(HEAD + "rule r easing: " + " or ".join(f"w{i}" for i in range(60000)), "60,000 alternatives in one rule", data=b'{"id":"a","language":"en","title":"w59999"}\n')
many = HEAD + "".join(f"lexicon l{i}: a{i}|end b{i}|end|to\n" for i in range(1000)) + 'rule r easing: "set to end"\nrule t easing: "to ..1 halt"\n'
out, err = accepted(many, "a word of 2,000 choices", data=b'{"id":"a","language":"en","title":"Ban set to end, and to be halted"}\n')
ok([e["rule"] for e in json.loads(out)["stance"]["evidence"]] == ["r", "t"], "and phrases with it are found", out)
refused(HEAD + "".join(f"lexicon l{i}: a{i}|end\n" for i in range(4100)), "'end' stands in more than 4000 choices", "a word of 4,100 choices")
refused(HEAD + "rule r easing: a" + " then/9 a" * 300, "more than 200 parts", "a chain of 300 parts")
refused(HEAD + "rule r easing: " + "(" * 100000, "nested too deep", "100,000 parentheses")
accepted(HEAD + "rule r easing: " + "(" * 31 + "a" + ")" * 31, "31 parentheses", data=b'{"id":"a","language":"en","title":"a"}\n')
refused(HEAD + "rule r easing: " + "a and " * 300 + "a", "more than 200 parts", "300 parts joined by and")
refused(HEAD + 'lexicon a: "' + "w " * 17 + '"', "more than 16 words", "a phrase of 17 words")
refused(HEAD + 'lexicon a: "a? b? c? d? e? f"', "more than four optional", "five optional words")
accepted(HEAD + "lexicon a: " + "x" * 100000 + "\n", "a word of 100,000 letters", args=("--list",))
refused("".join(f"language a{chr(97 + i // 26)}{chr(97 + i % 26)}\n" for i in range(40)), "more than 32 languages", "40 languages")

# gaps and wildcards against a text made for them
gaps = HEAD + "".join('lexicon g%d: "a ..9 a ..9 a ..9 a ..9 a ..9 a ..9 b%d"\n' % (i, i) for i in range(20))
gaps += "rule r easing: @g0\n" + "lexicon w: *a* *aa* *aaa* a* aa* *a\nrule w easing: @w near/200 @w near/200 @w near/200 @w\n"
text = {"id": "a", "language": "en", "title": "t", "content_text": "a " * 50000}
accepted(gaps, "gaps and nearness in 50,000 equal words", data=(json.dumps(text) + "\n").encode())

# patterns that explode
for pattern in ("(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*x", "([a-zA-Z]+)*!", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:(?:a{0,40}){0,40}){0,40}b",
                "(.+)+\\1+$", "(?=(a+))a*b\\1", "(x+x+)+y", "((((((((((a*)*)*)*)*)*)*)*)*)*)[bc]"):
    rules = HEAD + "lexicon l: mark\nrule r easing: /%s/ with \"mark\"\nrule s easing: fine\n" % pattern
    text = {"id": "a", "language": "en", "title": "fine", "content_text": "mark " + "a" * 5000 + "xyz" * 500}
    out, err = accepted(rules, "the pattern " + pattern, data=(json.dumps(text) + "\n").encode() * 20)
    ok(out.count(b"\n") == 20 and all(any(e["rule"] == "s" for e in json.loads(l)["stance"]["evidence"]) for l in out.splitlines()),
       "and the others are judged", err)
refused(HEAD + 'rule r easing: /' + "(" * 60 + "a" + ")" * 60 + '/ with "a"', "parentheses are too deeply nested", "a pattern of 60 parentheses")
refused(HEAD + 'rule r easing: /' + "a" * 5000 + '/ with "a"', "longer than", "a pattern of 5,000 bytes")
refused(HEAD + 'rule r easing: /((((a{1,999}){1,999}){1,999}){1,99})/ with "a"', "too large", "a pattern that compiles to too much")
refused(HEAD + 'rule r easing: /a\\\\\n/ with "a"', "has no closing /", "a pattern that ends in a backslash")

# files that are no text, and names
refused(HEAD.encode() + b"lexicon a: \xff\n", ":2:12: this is not UTF-8", "bytes that are no UTF-8")
refused(HEAD.encode() + b"lexicon a: \0\n", ":2:12: this is a NUL byte", "a NUL byte")
refused("version 2\n" + HEAD, "version '2' of the language is not known", "another version")
refused(b"", "the rules name no language", "an empty file")

# includes
with tempfile.TemporaryDirectory() as folder:
    write(folder, HEAD + 'include "b.rules"\n')
    write(folder, 'include "a.rules"\n', "b.rules")
    code, out, err = run(folder, "--list")
    ok(code == 2 and "b.rules:1:9: an include loop" in err, "a loop of two files", err)
    os.mkdir(folder + "/x")
    write(folder, HEAD + 'include "x/../a2.rules"\n', "a2.rules")
    code, out, err = run(folder, "--list", name="a2.rules")
    ok(code == 2 and "nested more than 16 deep" in err, "a loop through other names", err)
    for i in range(20):
        write(folder, HEAD + f'include "c{i + 1}.rules"\n', f"c{i}.rules")
    code, out, err = run(folder, "--list", name="c0.rules")
    ok(code == 2 and "nested more than 16 deep" in err, "a chain of twenty", err)
    write(folder, HEAD + 'include "nowhere.rules"\n', "d.rules")
    code, out, err = run(folder, "--list", name="d.rules")
    ok(code == 2 and "d.rules:2:9: cannot open" in err, "a file that is not there", err)
    write(folder, HEAD + 'include "x"\n', "e.rules")
    code, out, err = run(folder, "--list", name="e.rules")
    ok(code == 2 and "no *.rules in" in err, "a folder without rules", err)
done()
