#!/usr/bin/env python3
"""docs/RULES.md is true: its rules gather in mine.rules, its commands are run
in order, and what stands indented behind one is what it prints."""
import os, re, shutil, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import ok, done

BUILD = os.environ.get("STANCE_BUILD", TOP + "/build/release")
env = dict(os.environ, PATH=BUILD + ":" + os.environ["PATH"])
page = open(TOP + "/docs/RULES.md").read()
blocks = re.findall(r"^```(rules|sh)\n(.*?)^```\n(?:\n((?:    [^\n]*\n)+))?", page, re.S | re.M)
folder = tempfile.mkdtemp()
commands = 0
for kind, text, wanted in blocks:
    if kind == "rules":
        with open(folder + "/mine.rules", "a") as f:
            f.write(text)
        continue
    said = subprocess.run(["sh", "-c", text], cwd=folder, env=env, capture_output=True, text=True)
    wanted = re.sub(r"^    ", "", wanted, flags=re.M)
    got = said.stdout.replace("stance-classify: ", "")
    ok(got == wanted, text.strip().splitlines()[-1], got, said.stderr)
    commands += 1
shutil.rmtree(folder)
ok(commands >= 5, "the page has commands")
done()
