#!/usr/bin/env python3
# A headline says the same in capitals: names that rules want with their case are
# known there, and where only one word is in capitals its case still tells.
import json, os, subprocess

PROGRAM = os.path.join(os.environ["STANCE_BUILD"], "stance-classify")
HEADLINES = """
en easing Ghana lifts ban on onion imports
en tightening Kenya imposes levy on used tyres
en easing Fed cuts interest rates by a quarter point
en tightening US raises tariffs on garlic
en neutral Peru names new envoy to Malta
de easing Österreich hebt Einfuhrverbot für Zwiebeln auf
fr tightening L'Équateur interdit les importations d'ail
es easing Perú levanta la prohibición de importar ajo
pt tightening Angola proíbe a importação de alho
it easing L'Albania revoca il divieto di importare aglio
nl easing België heft invoerverbod op uien op
sv tightening Norge inför tull på lök
ru easing Грузия отменила запрет на ввоз лука
"""


def verdicts(records):
    data = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    out = subprocess.run([PROGRAM], input=data.encode(), stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line)["stance"] for line in out.decode().splitlines()]


rows = [line.split(" ", 2) for line in HEADLINES.strip().split("\n")]
plain = verdicts([{"id": t, "title": t, "language": l} for l, _, t in rows])
loud = verdicts([{"id": t, "title": t.upper(), "language": l} for l, _, t in rows])
print("1..%d" % (len(rows) + 3))
for number, ((language, label, title), a, b) in enumerate(zip(rows, plain, loud), 1):
    good = a["label"] == b["label"] == label and a["actors"] == b["actors"]
    print("%sok %d - %s %s" % ("" if good else "not ", number, language, title.upper()))
    if not good:
        print("# %s: %s %s in small letters, %s %s" % (label, a["label"], a["actors"], b["label"], b["actors"]))

us, them, line = verdicts([
    {"id": "1", "language": "en", "title": "US LIFTS DUTY ON STEEL"},
    {"id": "2", "language": "en", "title": "Farmers: duty on steel hurts us", "content_text": "They told us so."},
    {"id": "3", "language": "en", "title": "Two towns part", "content_text":
     "ACCRA (Wire) - The two towns that share a river parted as friends after the match, and went home."}])
number = len(rows)
for good, what in (("United-States" in us["actors"], "US in a headline in capitals is the country"),
                   ("United-States" not in them["actors"], "us is nobody's country"),
                   (line["actors"] == [], "the place before an agency's report acts in nothing")):
    number += 1
    print("%sok %d - %s" % ("" if good else "not ", number, what))
