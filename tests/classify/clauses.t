#!/usr/bin/env python3
"""Where clauses end, by tests/text/clauses.txt: words on both sides of a mark
are never in one clause, neighbours without one always are.  Asked of rules
`in clause` with the shipped grammar of each language."""
import json, os, re, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
AT_ONCE = 10		# a verdict has room for twelve pieces of evidence


def pairs(line):
    """(left, right, together) of words that stand once in the text."""
    clauses = [re.findall(r"[^\W_]+(?:['’][^\W_]+)?", part) for part in line.split("/")]
    punctuated = [re.search(r"[;:()—–.-]\s*$", part) for part in line.split("/")]
    words = [w.lower() for c in clauses for w in c]
    for n, clause in enumerate(clauses):
        joined = n > 0 and not punctuated[n - 1]
        own = clause[1:] if joined else clause
        yield from ((a, b, True) for a, b in zip(own, own[1:]))
        if n > 0 and clauses[n - 1] and own:
            yield clauses[n - 1][-1], own[0], False
    assert words


def together(language, text, asked):
    found = set()
    for start in range(0, len(asked), AT_ONCE):
        rules = f'include "{TOP}/rules/{language}/grammar.rules"\nlanguage {language}\n'
        for n, (a, b) in enumerate(asked[start:start + AT_ONCE]):
            rules += f'rule p{start + n} neutral in clause: "={a.lower()}" and "={b.lower()}"\n'
        with tempfile.NamedTemporaryFile("w", suffix=".rules") as f:
            f.write(rules)
            f.flush()
            out = subprocess.run([PROGRAM, "-r", f.name], capture_output=True,
                                 input=json.dumps({"id": "a", "language": language, "title": "", "content_text": text}).encode()).stdout
        found |= {int(e["rule"][1:]) for e in json.loads(out)["stance"]["evidence"]}
    return [n in found for n in range(len(asked))]


LEAST = 0.98		# a clause that was put in ends with a mere comma

language, right, asked, wrong = None, 0, 0, []
for line in open(TOP + "/tests/text/clauses.txt", encoding="utf-8"):
    line = line.strip()
    if line.startswith("#@ "):
        language = line[3:]
    if not line or line.startswith("#"):
        continue
    text = re.sub(r" ?/ ?", lambda m: " " if " " in m[0] else "", line).replace("( ", "(")
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", text.lower())
    wanted = [p for p in pairs(line) if words.count(p[0].lower()) == words.count(p[1].lower()) == 1]
    for (a, b, t), g in zip(wanted, together(language, text, [p[:2] for p in wanted])):
        asked += 1
        right += t == g
        if t != g:
            wrong.append(f"{language}: '{a}' and '{b}' are {'parted' if t else 'together'}: {line}")
for w in wrong:
    print("# " + w)
ok(asked > 200 and right >= LEAST * asked,
   f"{right} of {asked} pairs of words are together or parted as they should be")
done()
