#!/usr/bin/env python3
"""What stands below the lead is looked at where, and only where, it can make a hit:
the verdict is the same as if all of it were.  Prints TAP."""
import json, os, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

PROGRAM = os.path.join(os.environ.get("STANCE_BUILD", TOP + "/build/release"), "stance-classify")
RULES = f"""
include "{TOP}/tests/rules/common.inc"
language en
verdict: threshold 0.5 title 2 lead 1 body 1 body-cap 9 lead-length 20 lead-sentences 1
lexicon pronoun: =it
lexicon bygone: "for years"
lexicon office: ministry
lexicon shop: bakery
operator shut + needs office: close
object door + domain trade: gate
object sill + domain trade needs office: step
operator wind - with spring: wind wound
object spring +: spring
object gear +: gear
operator grease -: grease
object hinge + with grease: hinge
lexicon latch: latch bolt
object bolt +: =bolt
operator oil - with latch: oil
rule toll tightening weight 1: toll then/3 bridge
rule fine tightening weight 1 in paragraph: fine and ferry
rule fee tightening weight 1 in text: fee and harbour
rule first tightening weight 1 in first 20: anchor and canoe
rule levy tightening weight 1 needs office: levy then/2 salt
rule wage tightening weight 1 needs office unless shop: wage near/3 cap
rule only tightening weight 1: lone
rule not tightening weight 1: kettle and not spoon
rule tea tightening weight 1 in clause: tea and (milk or "lump|lumps ..2 sugar")
rule many tightening weight 1: atleast 2 @crate
lexicon crate: crate box
"""
LEAD = "It rained in Accra all day long. "
CASES = [  # label, title, text below the lead
    ("easing", "", "Nobody went out. Ghana lifts the ban."),
    ("neutral", "", "Nobody went out. Ghana lifts the lid. The ban stays."),
    # the object named in the sentence before; an object that lacks what it needs does not stand in its way
    ("easing", "", "Ghana keeps the ban on rice. It was lifted, one step up."),
    ("easing", "", "Nobody went out.\n\nGhana keeps the ban on rice.\n\nIt was lifted, one step up."),
    ("neutral", "", "\n\nFor years nobody went out. Ghana keeps the ban on rice.\n\nIt was lifted, one step up."),
    ("neutral", "", "Ghana keeps the ban on rice. Nobody went out. It was lifted, one step up."),
    ("neutral", "", "Ghana keeps the lid on rice. It was lifted, one step up."),
    # operators and objects that ask for each other, also by lists that name the same word otherwise
    ("easing", "", "Nobody went out. Ghana winds the spring."),
    ("neutral", "", "Nobody went out. Ghana winds the gear."),
    ("easing", "", "Nobody went out. Ghana greases the hinge and winds the gear."),
    ("neutral", "", "Nobody went out. Ghana winds the hinge."),
    ("easing", "", "Nobody went out. Ghana keeps the spring in a box. It was wound, one step up."),
    ("easing", "", "Nobody went out. Ghana oils the bolt."),
    ("neutral", "", "Nobody went out. Ghana oils the gear, not the latch."),
    ("easing", "Ghana winds the spring", "Nobody went out."),
    ("neutral", "Ghana winds the gear", "Nobody went out."),
    ("easing", "Spring stays. It was wound", "Nobody went out."),
    # what a list needs stands in the sentence, in the title, or nowhere near
    ("tightening", "", "Nobody went out. The ministry closed the gate."),
    ("tightening", "A ministry", "Nobody went out. Ghana closed the gate."),
    ("neutral", "", "The ministry slept. Ghana closed the gate."),
    # a paragraph of times past
    ("neutral", "", "\n\nFor years nobody went out. Ghana lifts the ban."),
    ("easing", "", "\n\nNobody went out for years. Ghana lifts the ban."),
    ("easing", "", "\n\nFor years nobody went out.\n\nGhana lifts the ban."),
    # rules of a sentence, a clause, a paragraph, the first words, the whole text
    ("tightening", "", "Nobody went out. A toll fell on the bridge."),
    ("neutral", "", "A toll fell. Nobody saw the bridge."),
    ("tightening", "", "\n\nThe fine was high. Nobody took the ferry."),
    ("neutral", "", "\n\nThe fine was high.\n\nNobody took the ferry."),
    ("tightening", "", "Nobody paid the fine. Nobody slept. Nobody took the ferry."),
    ("tightening", "", "\n\nThe fee was high.\n\nNobody left the harbour."),
    ("neutral", "", "\n\nThe fee was high.\n\nNobody left the port."),
    ("tightening", "", "An anchor fell. A canoe sank."),
    ("neutral", "", "An anchor fell. " + 20 * "Nobody went out. " + "A canoe sank."),
    ("tightening", "", "Nobody went out. We had tea and two lumps of brown sugar."),
    ("neutral", "", "Nobody went out. We had tea, but they had milk."),
    # what a rule needs, what it must not meet, and words that are enough
    ("tightening", "", "Nobody went out. The ministry put a levy on salt."),
    ("tightening", "The ministry", "Nobody went out. Ghana put a levy on salt."),
    ("neutral", "", "The ministry slept. Ghana put a levy on salt."),
    ("tightening", "", "Nobody went out. The ministry drew a cap over the wage."),
    ("neutral", "", "Nobody went out. The ministry drew a cap over the wage of a bakery."),
    ("tightening", "", "Nobody went out. A lone man did."),
    ("tightening", "", "Nobody went out. The kettle boiled."),
    ("neutral", "", "Nobody went out. The kettle boiled over a spoon."),
    ("tightening", "", "Nobody went out. A crate fell on a box."),
    ("neutral", "", "Nobody went out. A crate fell. Another crate stood."),
    ("easing", "", "Nobody went out. Ghana lifts the “ban”."),
]

with tempfile.NamedTemporaryFile("w", suffix=".rules") as f:
    f.write(RULES)
    f.flush()
    records = "".join(json.dumps({"v": 1, "id": str(n), "title": title, "content_text": LEAD + text, "language": "en"}) + "\n"
                      for n, (_, title, text) in enumerate(CASES))
    out = subprocess.run([PROGRAM, "-r", f.name], input=records.encode(), capture_output=True, check=True).stdout
labels = [json.loads(line)["stance"]["label"] for line in out.splitlines()]
for (wanted, title, text), got in zip(CASES, labels):
    ok(got == wanted, "%s: %s%s" % (wanted, title + ": " if title else "", text[:60].replace("\n", " ")),
       "got " + got)
ok(len(labels) == len(CASES), "every record has its verdict")
done()
