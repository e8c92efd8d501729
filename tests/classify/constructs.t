#!/usr/bin/env python3
"""Every construct of the rule language, from tests/rules/constructs.txt, and
the grammar of stance-rules(5): what it generates is what the parser takes."""
import json, os, random, re, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
LONG = os.environ.get("STANCE_LONG")
os.chdir(TOP)


def classify(rules, data=b"", *args):
    path = os.path.join(folder, "case.rules")
    with open(path, "w") as f:
        f.write(rules)
    p = subprocess.run([PROGRAM, "-r", path, *args], input=data, capture_output=True)
    return p.returncode, p.stdout, p.stderr.decode("utf-8", "replace")


# --- three lines each

def blocks():
    group, lines = "", []
    for line in open("tests/rules/constructs.txt"):
        line = line.rstrip("\n")
        if line.startswith("#@ "):
            group = line[3:]
        elif line and not line.startswith("#"):
            lines.append(line)
            if len(lines) == 3:
                yield (group, *lines)
                lines = []
    assert not lines


def statements(line):
    return line.replace("\\n", "\n") if '"\\n' not in line else line


def article(line):
    record = {"id": "a", "language": "en"}
    m = re.match(r"@(\S+) (.*)", line)
    if m:
        if "." in m[1]:
            record["url"] = f"https://{m[1]}/a"
        else:
            record["feed"] = {"title": "A feed", "tags": [m[1]]}
        line = m[2]
    title, bar, text = line.rpartition(" || ")
    record["title"], record["content_text"] = title, text.replace("\\n", "\n")
    return record


def wanted(line):
    """The label, [(rule, exact or None, flags)], {member: value}."""
    label, _, rest = line.partition(" ")
    evidence, members = [], {}
    for word in re.findall(r'"[^"]*"|\S+', rest):
        if word[0] == '"':
            evidence[-1][1] = word[1:-1].replace("\\n", "\n")
        elif re.match(r"\w+=", word):
            name, _, value = word.partition("=")
            members[name] = value
        elif word in FLAGS:
            evidence[-1][2].append(word)
        else:
            evidence.append([word, None, []])
    return label, evidence, members


def shown(value):
    return ",".join(value) if isinstance(value, list) else str(value)


def proves(stance, line):
    label, evidence, members = wanted(line)
    if stance["label"] != label:
        return False
    for rule, exact, flags in evidence:
        if not any(e["rule"] == rule and exact in (None, e["exact"]) and e["flags"] == flags
                   for e in stance["evidence"]):
            return False
    if line == "neutral" and stance["evidence"]:
        return False
    return all(shown(stance[m]).removesuffix(".0") == v for m, v in members.items())


manual = open("man/stance-rules.5").read()
grammar_text = re.search(r"^\.Sh GRAMMAR\n\.Bd -literal\n(.*?)^\.Ed", manual, re.S | re.M)[1]
FLAGS = re.findall(r'"(.*?)"', re.search(r"^flag +=(.*?)^\w", grammar_text, re.S | re.M)[1])
common = open("tests/rules/common.inc").read()
used = ""
groups = {}

with tempfile.TemporaryDirectory() as folder:
    os.symlink(TOP + "/tests", folder + "/tests")
    previous = None
    for group, rule, text, verdict in blocks():
        rules = common + rule.replace("\\n", "\n") + "\n"
        code, out, err = classify(rules, (json.dumps(article(text)) + "\n").encode())
        stance = json.loads(out)["stance"] if code == 0 else None
        hits = groups.setdefault(group, [0, 0])
        hits[previous is not None] += 1
        used += rule + "\n"
        if previous == verdict:
            ok(False, f"the other way: {rule}")
        previous = None if previous else verdict
        ok(stance is not None and proves(stance, verdict), f"{rule} | {text}", verdict, err or json.dumps(stance, ensure_ascii=False))
    ok(all(a == b > 0 for a, b in groups.values()), f"{sum(a for a, b in groups.values())} constructs, each with its counterpart", groups)

    # --- the grammar of the manual

    def tokens(text):
        return re.findall(r'"[^"]*"|[\w-]+|[=|{}()\[\]]', text)

    def parse(words):
        """A production's right side as nested tuples."""
        def alternatives():
            choices = [sequence()]
            while words and words[0] == "|":
                words.pop(0)
                choices.append(sequence())
            return ("or", choices) if len(choices) > 1 else choices[0]

        def sequence():
            parts = []
            while words and words[0] not in ("|", "}", ")", "]"):
                w = words.pop(0)
                if w in ("{", "(", "["):
                    parts.append(({"{": "many", "(": "one", "[": "maybe"}[w], alternatives()))
                    words.pop(0)
                else:
                    parts.append(w)
            return ("all", parts)
        return alternatives()

    productions = {}
    for m in re.finditer(r"^(\w+) += (.*?)(?=^\w+ +=|\Z)", grammar_text, re.S | re.M):
        productions[m[1]] = parse(tokens(m[2]))
    literals = set(re.findall(r'"([^"]*)"', grammar_text))
    names = {t for t in tokens(grammar_text) if t[0] not in '"=|{}()['} - {"]"}
    terminals = {
        "version": lambda r: "1", "code": lambda r: "en", "stemmer": lambda r: "english",
        "number": lambda r: r.choice(["0.5", "1", "2"]), "count": lambda r: str(r.randint(1, 9)),
        "name": lambda r: f"n{r.randrange(10 ** 9)}", "kind": lambda r: "level",
        "known": lambda r: r.choice(["lift", "restriction"]),
        "list": lambda r: r.choice(["restriction", "lift", "link"]),
        "string": lambda r: r.choice(['"red tape"', '"lists"', '"a|b c?"']),
        "word": lambda r: r.choice(["ban", "=raw", "pre*", "*zoll", "élan", "出口"]),
        "pattern": lambda r: r.choice([r"\bx\d+", "a|b", "[a-c]+"]),
    }
    unknown = names - set(productions) - set(terminals)
    ok(not unknown, "the manual's grammar explains all its names", unknown)

    def generate(node, r, depth=0):
        if isinstance(node, str):
            if node[0] == '"':
                return [node[1:-1]]
            return generate(productions[node], r, depth + 1) if node in productions else [terminals[node](r)]
        kind, inner = node
        if kind == "or":
            # deep down, the first choice is the shortest
            return generate(r.choice(inner) if depth < 14 else inner[0], r, depth + 1)
        if kind == "all":
            return [w for part in inner for w in generate(part, r, depth + 1)]
        times = {"one": 1, "maybe": r.randrange(2), "many": r.randrange(3) if depth < 14 else 0}[kind]
        return [w for _ in range(times) for w in generate(inner, r, depth + 1)]

    def written(words):
        text = " ".join(words)
        text = re.sub(r"(then/|near/) ", r"\1", text)
        text = text.replace("@ ", "@").replace("/ ", "/", 1) if "/ " in text and " /" in text and "with" in text else text.replace("@ ", "@")
        return re.sub(r"/ ?(\\bx\\d\+|a\|b|\[a-c\]\+) ?/", r"/\1/", text)

    needless = re.compile(r"^(include|language)\b")
    statement = productions["statement"]
    seen, refused = set(), []
    r = random.Random(20261126)
    unseen = literals - {"include", "language", "then/", "near/", "@", "/"}
    for rounds in range(400):
        if rounds >= (100 if LONG else 20) and unseen <= seen:
            break
        lines = []
        for i in range(40):
            words = generate(statement[1][i % len(statement[1])], r)
            line = written(words)
            if needless.match(line) or re.match(r"(rule\b.*: *|.*: *)not\b", line):
                continue
            lines.append(line)
            seen.update(words)
        # an expression that could be true of any text is refused for that
        code, out, err = classify(common + "\n".join(lines) + "\n", b"", "--list")
        while code == 2 and "could be true of any text" in err:
            at = int(re.search(r"case\.rules:(\d+):", err)[1]) - common.count("\n") - 1
            del lines[at]
            code, out, err = classify(common + "\n".join(lines) + "\n", b"", "--list")
        if code != 0:
            refused.append(err)
    ok(not refused, "the parser takes what the manual's grammar generates", *refused[:3])
    ok(unseen <= seen, "every word of the grammar was generated", unseen - seen)

    # every word that the parser knows stands in the grammar
    source = "".join(open(f"classify/{room}.c").read() for room in ("grammar", "settings", "expr"))
    tables = re.findall(r"static const char \*const \w+\[\] = \{(.*?)\};", source, re.S)
    known = {w for t in tables for w in re.findall(r'"([^"]*)"', t)}
    known |= set(re.findall(r'^\t\{ "([a-z]+)", CLASS_', source, re.M))
    known |= set(re.findall(r'\{ "([a-z-]+)", &', source)) | set(re.findall(r'is_word\(p, "(\w+)"\)', source))
    ok(len(known) > 90, f"the parser knows {len(known)} words", known)
    ok(known <= literals, "every word of the parser stands in the manual's grammar", known - literals)
    grammar_only = {w for w in literals - known if re.match(r"[a-z]", w)} - {"then/", "near/"}
    ok(not grammar_only, "and the other way round", grammar_only)

    # a word of the grammar that is misspelt is refused where it stands
    code, out, err = classify(common + "operator undo - rech 3: undo\n", b"", "--list")
    ok(code == 2 and "did you mean 'reach'" in err, "a misspelt property is guessed", err)

    # every word of the grammar stands in a pair of a hit and its counterpart
    lacking = literals - set(re.findall(r'[\w-]+/?|[+@()/:-]', used.replace("\\n", " "))) - {"+", "-", "0"}
    ok(not lacking, "every word of the grammar is in a construct", lacking)
done()
