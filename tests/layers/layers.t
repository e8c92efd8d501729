#!/usr/bin/env python3
"""The membership rules of the house (docs/DESIGN.md), as far as a text search
can see them: who includes whom, who uses which library, and what stands
nowhere.  Prints TAP."""
import os, re, subprocess, sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
os.chdir(TOP)

# What a room may include of ours.
ROOMS = {
    "base": {"base"},
    "net": {"base", "net"},
    "ingest": {"base", "net", "ingest"},
    "classify": {"base", "classify"},
    "store": {"base", "net", "store"},
    "corpus": {"base", "net", "corpus"},
    "cmd": {"base", "cmd"},
}
# Libraries and the rooms that use them; the C library and the kernel are free.
LIBRARIES = {
    r"libxml/": {"ingest"},
    r"unicode/": {"ingest"},
    r"curl/": {"net"},
    r"brotli/": {"net"},
    r"microhttpd": {"net"},
    r"pcre2": {"classify", "store"},
    r"libstemmer": {"classify", "base/text"},
    r"utf8proc": {"base", "base/text"},
    r"openssl/": {"base", "net", "ingest", "store"},
    r"seccomp": {"base"},
    r"zstd": {"base", "net", "store"},
    r"zlib": {"base", "net", "store", "ingest"},
}
SYSTEM = re.compile(r"^(sys/|linux/|netinet/|arpa/|emmintrin|immintrin|[a-z0-9_]+\.h$)")

failures = []


def fail(path, number, what):
    failures.append(f"{path}:{number}: {what}")


def lines(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return list(enumerate(f.read().split("\n"), 1))


def tracked():
    out = subprocess.run(["git", "ls-files"], capture_output=True, text=True)
    if out.returncode == 0:
        return [p for p in out.stdout.split("\n") if os.path.isfile(p)]
    return [os.path.join(d, f)[2:] for d, _, fs in os.walk(".") for f in fs
            if not d.startswith(("./build", "./.git"))]


def check_includes(path):
    folder = os.path.dirname(path)
    room = folder.split("/")[0]
    for number, line in lines(path):
        m = re.match(r'\s*#\s*include\s*(?:"([^"]*)"|<([^>]*)>)', line)
        if not m:
            continue
        ours, theirs = m.groups()
        if ours:
            other = ours.split("/")[0]
            if other not in ROOMS[room]:
                fail(path, number, f"{room} must not include {ours}")
            elif not os.path.isfile(ours):
                fail(path, number, f"{ours} is not in the tree")
            elif ours.count("/") - ours.startswith("base/text/") != 1:
                fail(path, number, f"{ours}: one folder name in an include")
            continue
        for pattern, rooms in LIBRARIES.items():
            if re.match(pattern, theirs):
                if not {room, folder} & rooms:
                    fail(path, number, f"{room} must not use <{theirs}>")
                break
        else:
            if not SYSTEM.match(theirs):
                fail(path, number, f"no room is known to use <{theirs}>")


# pattern, files it is looked for in, files that may have it, what to say
WORDS = [
    (r"\b(read|write)\((?!s\b)", r"\.c$", r"^(base|net|ingest|tests)/|^store/watch\.c",
     "bytes move through base/io.h"),
    (r"(?<![\w.>])(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf)\(",
     r"\.[ch]$", r"^(base/mem\.[ch]|tests/)", "memory comes from base/mem.h"),
    (r"json-c/|jansson|cJSON", r"\.[ch]$", r"^tests/unit/json\.c$",
     "JSON is base/json.h"),
    (r"\b(TODO|FIXME|XXX|HACK|not implemented)\b",
     r"\.([chtl1-8]|sh|py|rules|md)$|Makefile|/run$", r"^(tests/layers/|tests/faults/)",
     "something is left for later"),
    (r"\bsystem\(|\bpopen\(", r"\.c$", r"^tests/", "no shell: base/proc.h"),
    (r"[ \t]+$", r"\.([chtl1-8]|sh|py|rules)$|Makefile|/run$", r"\.patch$",
     "white space at the end of a line"),
]


def check_words(path):
    here = [(re.compile(p), say) for p, where, free, say in WORDS
            if re.search(where, path) and not re.search(free, path)]
    # paths of the machine at hand, where they are long enough to be telling
    machine = [p + "/" for p in (TOP, os.path.dirname(TOP), os.path.expanduser("~"))
               if p not in ("/", "/tmp", "/root", "/home", "/src", "/build")]
    for number, line in lines(path):
        for pattern, say in here:
            if pattern.search(line):
                fail(path, number, say)
        if any(p in line for p in machine):
            fail(path, number, "a path of this machine")


def check_size(path):
    if re.search(r"\.[ch]$", path) and len(lines(path)) > 1200:
        fail(path, 1, "more than 1200 lines: does it hide one thing?")
    if os.path.getsize(path) > 4 << 20:
        fail(path, 1, "more than 4 MB")


def check_symbols():
    """A name that two rooms define would be linked from whichever comes first."""
    build = os.environ.get("STANCE_BUILD", "build/release")
    owner = {}
    for room in ROOMS:
        path = os.path.join(build, "lib", room + ".a")
        if not os.path.exists(path):
            fail(path, 1, "is not built")
            continue
        out = subprocess.run(["nm", "--defined-only", "-g", path],
                             capture_output=True, text=True).stdout
        for name in {f[2] for f in map(str.split, out.split("\n"))
                     if len(f) == 3 and f[1] in "TDBRC"}:
            if name.startswith("__") or ".module_" in name:
                continue        # the sanitizers' own
            if owner.setdefault(name, room) != room:
                fail(path, 1, f"{name} is defined in {owner[name]}, too")


def report(number, name):
    print(f"{'not ' if failures else ''}ok {number} - {name}")
    for f in failures:
        print("# " + f)
    bad = bool(failures)
    failures.clear()
    return bad


paths = tracked()
sources = [p for p in paths if re.search(r"\.[ch]$", p)
           and p.split("/")[0] in ROOMS]
for p in sources:
    check_includes(p)
bad = report(1, "each room includes what it may")
texts = [p for p in paths if not re.search(
    r"\.(gz|zst|br|png|jpg|pem|warc|jsonl|html|xml)$|^tests/fuzz/.*/|/data/", p)]
for p in texts:
    check_words(p)
bad |= report(2, "nothing stands where it must not")
for p in paths:
    check_size(p)
bad |= report(3, "files keep to a size")
check_symbols()
bad |= report(4, "no two rooms define the same symbol")
print("1..4")
sys.exit(bad)
