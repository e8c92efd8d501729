#!/usr/bin/env python3
# Ordinary news is no alarm: sport, weather, firms, markets and statistics in
# nine languages, whose words are those of policy ("lockert die Zügel").
import collections, json, os, subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(os.environ["STANCE_BUILD"], "stance-classify")
ALLOWED = 1	# in a language

with open(TOP + "/tests/classify/ordinary.jsonl", "rb") as f:
    news = f.read()
judged = subprocess.run([PROGRAM], input=news, stdout=subprocess.PIPE, check=True).stdout
alarms = collections.defaultdict(list)
for line in judged.decode().splitlines():
    record = json.loads(line)
    alarms[record["language"]] += [record["id"]] if record["stance"]["label"] != "neutral" else []
print("1..%d" % len(alarms))
for number, (language, ids) in enumerate(sorted(alarms.items()), 1):
    print("%sok %d - %s: %d alarms %s" % ("" if len(ids) <= ALLOWED else "not ", number, language, len(ids), " ".join(ids)))
