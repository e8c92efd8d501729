"""The few lines that a black-box test in Python begins with:

    sys.path.insert(0, TOP + "/tests/lib")
    from tap import ok, done
    ok(1 + 1 == 2, "numbers add up")
    done()
"""
import sys

count = failed = 0


def ok(good, name, *details):
    """One test; what a failure has to show follows as comments."""
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {name}")
    for d in details if not good else ():
        print("# " + str(d)[:1000].replace("\n", "\n# "))


def done():
    print(f"1..{count}")
    sys.exit(failed > 0)
