"""What the tests of the store share: TAP, records, the program, the files."""
import glob, hashlib, json, os, subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STANCE_BUILD", TOP + "/build/release")
VARIANT = os.environ.get("STANCE_VARIANT", "release")
STORE = BUILD + "/stance-store"
# Where syncs cost nothing, for what must be done many times.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
LONG = bool(os.environ.get("STANCE_LONG"))
tests = 0


def ok(good, name, note=""):
    global tests
    tests += 1
    print(("ok" if good else "not ok"), tests, "-", name, flush=True)
    if not good:
        print("#", str(note)[:2000].replace("\n", "\n# "))


def done():
    print("1..%d" % tests)


def store(*args, **more):
    return subprocess.run([STORE, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, **more)


def lines_of(path, *args):
    return [json.loads(x) for x in store("follow", "--once", *args, path).stdout.splitlines()]


def ids(path):
    return [json.loads(x)["id"] for x in store("query", path).stdout.splitlines()]


def files(path):
    """All but locks."""
    return sorted(f for f in glob.glob(path + "/**", recursive=True)
                  if os.path.isfile(f) and not f.endswith(("LOCK", "COMPACT")))


def sealed(path):
    return sorted(glob.glob(path + "/articles/*/*/*/*.zst"))


def stored_line(text, seq, day):
    """A record's line as the store would have written it on that day."""
    d = text.strip()[:-1] + ',"key":"http://a.example/%d","rev":"%d","revision":1,"seq":%d,' \
        '"stored":"%sT10:00:00Z"' % (seq, seq, seq, day)
    return d + ',"x":"%s"}\n' % hashlib.sha256(d.encode()).hexdigest()[:16]
