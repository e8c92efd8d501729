#!/usr/bin/env python3
"""The instructions that a byte of text costs are no more than the least there ever
were (tests/classify/ceiling, which only falls).  Prints TAP."""
import importlib.machinery, importlib.util, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
if os.environ.get("STANCE_VARIANT", "release") != "release" or "STANCE_LONG" not in os.environ:
    print("1..0 # SKIP counted with the long tests of the release only")
    sys.exit()

sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("bench", os.path.join(TOP, "tests/bench/classify"))
bench = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
loader.exec_module(bench)

with open(os.path.join(HERE, "ceiling")) as lines:
    ceilings = dict(line.split() for line in lines if line.strip() and line[0] != "#")
program = os.path.join(TOP, "build/counted")


def phrases():
    """Of the English packs."""
    p = subprocess.run([os.path.join(program, "stance-classify"), "--list"], capture_output=True, text=True, check=True)
    return int(re.search(r"^language en: .* (\d+) phrases", p.stdout, re.M).group(1))


failed = 0
with tempfile.TemporaryDirectory() as work:
    subprocess.run([sys.executable, os.path.join(TOP, "tests/bench/news.py"), work, "4.1"], check=True)

    def count(*arguments):
        return bench.count(program, list(arguments), os.path.join(work, "records"), work)

    values = {rules: count("-r", os.path.join(work, rules)) for rules in ("rules-1000", "rules-10000")}
    shipped = count()
    values["packs"] = shipped and shipped / (phrases() / 1000)
    for i, (rules, ceiling) in enumerate(sorted(ceilings.items())):
        value = values[rules]
        good = value is not None and value <= float(ceiling)
        failed += not good
        print("%sok %d - %s: %s instructions a byte, at most %s" %
              ("" if good else "not ", i + 1, rules, value and round(value, 2), ceiling))
print("1..%d" % len(ceilings))
sys.exit(failed > 0)
