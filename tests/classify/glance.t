#!/usr/bin/env python3
"""What no rule can hit in is not read (classify/glance.h): that changes no verdict.
Each set of rules judges the same texts twice, the second time with one more rule,
which hits nothing and whose wildcard keeps glances away.  Prints TAP."""
import json, os, random, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
BLIND = 'rule blind neutral: *zzzqqq and *qqqzzz\n'
# what words of texts are made of, and what parts them
PIECES = """ban bans Banned BAN quota quotas Quota's quota’s tax TAX EU eu U.S. U.S e.g. R&D AT&T don't don’t won’t 5% 3.2 1,250.5 25 25bp
g20 20g mp3 lying lies lie dying a A I the export exports rare-earth O'Neill l'embargo café cafe\u0301 naïve É
ba\u00adn x\u200bban 出口 東 — – … “ban” "quota" (ban) [tax] ban,tax ban.Tax ban/tax tariff–quota €5bn \u212aelp
İzmir ﬁne 'tis 'ban' ban' tariff tariffs tariffed possibly visibility making make carried carry
abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz""".split()
SPACES = [" "] * 12 + ["", "\n", "\n\n", ", ", ". ", "\r\n", "  ", "\t", " \u0301", "-", "; "]
RULES = [
    'rule r easing: "ban quota" or ban near/2 quota',
    'rule r easing: ban\nrule s tightening: "export quota"',
    'rule r easing: tariff near/5 quota\nrule s tightening: tax then/1 ban',
    'rule r easing: tariff near/3 quota\nrule s easing: /\\btariff \\w+ quota/ with "tariff"',
    'rule r tightening: "tariff ..3 make"',
    'rule r tightening: "make|carry # tariff"',
    'rule r tightening: "# tariff" or "tax #"',
    'rule r easing: "=EU tariff" or "=U.S. quota"',
    'rule r easing: "don\'t make" or "won\'t carry"',
    'rule r easing: "=25 tariff" or g20 near/1 make',
    'rule r easing: café near/1 tariff',
    'rule r easing: "出口 tariff" or 東 near/1 ban',
    'rule r easing: tariff* near/1 quot*\nrule s tightening: visible near/2 make',
    'rule r easing: "lie tax" or die near/3 ban',
    'rule r easing: "a tariff" or i near/1 ban',
    'rule r easing: R&D near/2 make\nrule s tightening: "rare-earth quota"',
    'rule r easing: O\'Neill near/2 tax\nrule s tightening: l\'embargo near/2 tax',
    'rule r easing: tariff and quota and not tax',
    'rule r easing in title: tariff and quota\nrule s tightening in lead: tax and make\n'
    'rule t tightening in text: make and carry\nrule u easing in paragraph: carry and lie\nrule v easing in first 9: "tariff tax"',
    'lexicon body: tariff\nrule r easing needs body: make near/2 carry\nrule s tightening unless body: "quota make"',
    'lexicon goods: tariff quota\nrule r easing: atleast 2 @goods\nmodifier never flip before 3: carry',
    'rule r easing: "quota tax" or "quota ..1 lie"\nrule s tightening: "s zebra" or "t zebra" or "d zebra"',
    'rule r easing: "ban, tax" or "tax. ban"',
    'topic goods: tariff\nrule r easing: quota',
    'verdict: threshold 0.2 wording 1\nwording easing 5: make carry\nrule r tightening: tariff near/1 quota',
    'verdict: threshold 0.2 relevance 1\nrelevance 3: make\nrelevance -3: carry\nrule r tightening: tariff near/1 quota',
    'verdict: threshold 0.2 long-text 200 long-threshold 3\nrule r easing: tariff near/1 quota',
]


def texts():
    rng = random.Random(5)
    for n in range(700):
        few = rng.sample(PIECES, rng.choice((4, 12, len(PIECES))))
        words = [rng.choice(few if rng.random() < 0.8 else PIECES) + rng.choice(SPACES) for _ in range(rng.choice((2, 9, 30, 120)))]
        at = rng.randint(0, min(8, len(words)))
        yield {"v": 1, "id": str(n), "title": "".join(words[:at]), "content_text": "".join(words[at:]), "language": "en"}
    # names at every place around the ends of blocks, and texts of every length
    for n in range(150):
        yield {"v": 1, "id": "at%d" % n, "content_text": "x " * (n // 2) + "y" * (n % 2) + " tariff quota make carry tax", "language": "en"}


def judge(rules, records):
    with tempfile.NamedTemporaryFile("w", suffix=".rules", encoding="utf-8") as f:
        f.write(rules)
        f.flush()
        p = subprocess.run([PROGRAM, "-r", f.name], input=records, capture_output=True)
    stances = [json.loads(line).get("stance") for line in p.stdout.splitlines()]
    for s in stances:
        s.pop("ruleset")
    return stances, p.stderr.decode()


records = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in texts()).encode()
for rules in RULES:
    rules = "language en english\n" + rules + "\n"
    brief, errors = judge(rules, records)
    whole, others = judge(rules + BLIND, records)
    hits = sum(bool(s["evidence"]) for s in whole)
    differs = [(n, a, b) for n, (a, b) in enumerate(zip(brief, whole)) if a != b]
    ok(len(brief) == records.count(b"\n") == len(whole) and not differs and 0 < hits < len(whole),
       "%d of %d texts hit: %s" % (hits, len(whole), rules.split("\n")[1]), errors, others, *differs[:2])
done()
