#!/usr/bin/env python3
"""Power cuts.  What a store does to its files (2,000 appends, seals, a
compaction, a retention) is logged and replayed; at every step of the log images
are made of what a disk may hold then: what was not synced is dropped, kept,
torn at sectors or stale, and of the names that no folder's sync made durable
any first part may be there.  In each image the next writer, or a repair, finds
every acknowledged record, no line that was not written, and mending twice
changes nothing; a cursor behind a line that a reader saw before it was synced
misses nothing.  20,000 images with STANCE_LONG, else some."""
import hashlib, json, os, random, shutil, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from storelib import LONG, MEMORY, TOP, VARIANT, done, files, ok, store

APPENDS, SECTOR = 2000, 512
IMAGES = int(os.environ.get("IMAGES", 20000 if LONG else 160))
if VARIANT != "release":
    print("1..0 # SKIP a sanitizer and a preloaded library do not mix")
    sys.exit(0)


class File:
    def __init__(self):
        self.disk, self.cache, self.pending = bytearray(), bytearray(), []

    def write(self, at, data):
        self.cache[at:at + len(data)] = data
        self.pending.append((at, data))

    def truncate(self, size):
        del self.cache[size:]
        self.pending.append((size, None))

    def sync(self):
        self.disk, self.pending = bytearray(self.cache), []

    def after(self, rng, how):
        """What the disk may hold."""
        if how == "kept":
            return bytes(self.cache)
        out = bytearray(self.disk)
        if how == "dropped":
            return bytes(out)
        for at, data in self.pending[:rng.randrange(len(self.pending) + 1)] if how == "part" else self.pending:
            if data is None:
                if rng.random() < .5:
                    del out[at:]
                continue
            end = at + len(data)
            bounds = [at] + [b for b in range(at - at % SECTOR + SECTOR, end, SECTOR)] + [end]
            for a, b in zip(bounds, bounds[1:]):
                fate = rng.choice(("new", "new", "zero", "stale", "cut"))
                if fate == "cut" and a >= len(out):
                    break
                if len(out) < b:
                    out.extend(b"\0" * (b - len(out)))
                    if fate == "stale":     # what another file left there
                        k = rng.randrange(len(self.cache))
                        other = bytes(self.cache[k:k + SECTOR])
                        out[a:b] = (other * (1 + (b - a) // len(other)))[:b - a]
                if fate == "new":
                    out[a:b] = data[a - at:b - at]
        return bytes(out)


class Folder:
    def __init__(self):
        self.disk, self.cache, self.pending = {}, {}, []

    def change(self, name, what):
        self.pending.append((name, what))
        self.apply(self.cache, name, what)

    @staticmethod
    def apply(names, name, what):
        if what is None:
            names.pop(name, None)
        elif isinstance(what, str):
            if name in names:
                names[what] = names.pop(name)
        else:
            names[name] = what

    def sync(self):
        self.disk, self.pending = dict(self.cache), []

    def after(self, rng, how):
        names = dict(self.disk)
        n = {"kept": len(self.pending), "dropped": 0}.get(how)
        for name, what in self.pending[:rng.randrange(len(self.pending) + 1) if n is None else n]:
            self.apply(names, name, what)
        return names


class Disk:
    def __init__(self, path):
        """All that is there is durable."""
        self.path, self.inodes = path, {}
        self.root = self.load(path)
        self.acked, self.said = {}, b""

    def load(self, path):
        if os.path.isdir(path):
            node = Folder()
            for name in os.listdir(path):
                node.disk[name] = node.cache[name] = self.load(path + "/" + name)
        else:
            node = File()
            node.cache[:] = open(path, "rb").read()
            node.sync()
        self.inodes[os.stat(path).st_ino] = node
        return node

    def find(self, path):
        """Folder and name."""
        parts = [p for p in path[len(self.path):].split("/") if p]
        node = self.root
        for p in parts[:-1]:
            node = node.cache[p]
        return node, parts[-1] if parts else ""

    def replay(self, event, data):
        what, _, rest = event.partition(" ")
        if what == "said":
            self.said += data
            *lines, self.said = self.said.split(b"\n")
            for line in lines:
                d = json.loads(line)
                self.acked[d["id"]] = d["seq"]
        elif what in ("create", "mkdir"):
            inode, path = rest.split(" ", 1)
            if not path.startswith(self.path):
                return
            node = File() if what == "create" else Folder()
            self.inodes[int(inode)] = node
            folder, name = self.find(path)
            folder.change(name, node)
        elif what == "write":
            inode, at, _ = map(int, rest.split())
            if inode in self.inodes:
                self.inodes[inode].write(at, data)
        elif what == "truncate":
            inode, size = map(int, rest.split())
            self.inodes[inode].truncate(size)
        elif what == "sync":
            if int(rest) in self.inodes:
                self.inodes[int(rest)].sync()
        elif what == "rename":
            old, new = rest.split("\t")
            folder, name = self.find(old)
            folder.change(name, self.find(new)[1])
        elif what in ("unlink", "rmdir"):
            folder, name = self.find(rest)
            folder.change(name, None)
        else:
            raise ValueError(event)

    def image(self, rng, how):
        """{path: bytes or None for a folder} of a disk after a power cut now."""
        out = {}

        def walk(path, node):
            if isinstance(node, File):
                out[path] = node.after(rng, how if how in ("kept", "dropped") else
                                       rng.choice(("kept", "dropped", "part", "torn", "torn")))
                return
            out[path] = None
            for name, below in node.after(rng, how).items():
                walk(path + "/" + name, below)

        walk("", self.root)
        return out

    def is_still(self):
        """Nothing would be lost now."""
        return not any(n.pending for n in self.inodes.values())


def read_log(path):
    data, at, events = open(path, "rb").read(), 0, []
    while at < len(data):
        end = data.index(b"\n", at)
        event, size = data[at:end].decode(), 0
        if event.startswith(("write ", "said ")):
            size = int(event.split()[-1])
        events.append((event, data[end + 1:end + 1 + size]))
        at = end + 1 + size
    return events


def article(n):
    return json.dumps({"id": "http://a.example/%d" % n, "title": "S %d" % n, "content_text": "w%d " % n * (n % 9)}) + "\n"


def old_store(path):
    """A segment of a year ago."""
    folder = path + "/articles/" + time.strftime("%Y/%m/%d", time.gmtime(time.time() - 400 * 86400))
    os.makedirs(folder)
    open(path + "/FORMAT", "w").write("stance-store 1\n")
    with open(folder + "/000001.jsonl", "w") as f:
        for n in (1, 2, 3):
            d = '{"id":"http://a.example/old%d","title":"old","key":"http://a.example/old%d","rev":"%d","revision":1,' \
                '"seq":%d,"stored":"%s"' % (n, n, n, n, time.strftime("%Y-%m-%dT00:00:00Z",
                                                                         time.gmtime(time.time() - 400 * 86400)))
            f.write(d + ',"x":"%s"}\n' % hashlib.sha256(d.encode()).hexdigest()[:16])


def record(tmp):
    """The log of all that is done to the store, and what was there before."""
    path, shim = tmp + "/store", tmp + "/shim.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", shim, TOP + "/tests/faults/shim.c", "-ldl"], check=True)
    old_store(path)
    disk = Disk(path)
    add = ["add", "--ack", "--no-stories", "--group", "1", "--segment-size", "180000"]
    with open(tmp + "/log", "wb", buffering=0) as log:
        env = dict(os.environ, LD_PRELOAD=shim, FAULT_LOG=str(log.fileno()))
        steps = [(add, map(article, range(APPENDS - 5))), (["compact"], []),
                 (add + ["--keep", "100"], map(article, range(APPENDS - 5, APPENDS)))]
        runs = [store(*command, path, input="".join(given).encode(), env=env, pass_fds=[log.fileno()])
                for command, given in steps]
    events = read_log(tmp + "/log")
    count = [sum(e.startswith(w) for e, _ in events) for w in ("write", "rename", "unlink")]
    ok(not any(r.returncode for r in runs), "%d steps are logged (%d writes, %d renames, %d removals)" %
       (len(events), *count), [r.stderr for r in runs])
    return disk, events, [x for x in files(path) if x.endswith("zst")]


def lay_out(image, path):
    shutil.rmtree(path, ignore_errors=True)
    for name, data in image.items():
        if data is None:
            os.makedirs(path + name, exist_ok=True)
        else:
            with open(path + name, "wb") as f:
                f.write(data)


def follow(path, *args):
    r = store("follow", "--once", *args, path)
    return r.stdout.split(b"\n")[:-1], r.returncode


def seen_by_reader(disk):
    """The lines of the active segment as they can be read before they are
    synced, and the cursor behind the last."""
    best = None

    def walk(path, node):
        nonlocal best
        for name, below in node.cache.items():
            if isinstance(below, Folder):
                walk(path + "/" + name, below)
            elif name.endswith(".jsonl") and path.startswith("/articles") and (best is None or name > best[0]):
                best = (name, bytes(below.cache))

    walk("", disk.root)
    if best is None or b"\n" not in best[1]:
        return set(), None
    lines = best[1].split(b"\n")[:-1]
    last = lines[-1]
    d = json.loads(last)
    at = len(best[1]) - len(last) - 1 - len(best[1].split(b"\n")[-1])
    return set(lines), "%s:%d:%d:%s" % (best[0][:6], at, d["seq"], d["x"])


def contents(path):
    return {f: open(f, "rb").read() for f in files(path)}


class Judge:
    def __init__(self, before, events, rng):
        self.written = {line for data in before + [data for _, data in events] for line in data.split(b"\n")}
        self.rng = rng
        self.wrong = []

    def judge(self, disk, image, path, where):
        bad = self.complaint(disk, image, path)
        if bad:
            self.wrong.append((where, bad))

    def complaint(self, disk, image, path):
        lay_out(image, path)
        seen, cursor = seen_by_reader(disk)
        if self.rng.random() < .3:
            store("check", "--repair", path)
            once = contents(path)
            r = store("check", "--repair", path)
            if r.returncode or contents(path) != once:
                return "mending twice", r
        news = [article(n) for n in (APPENDS, APPENDS + 1)]
        r = store("add", "--ack", "--no-stories", path, input="".join(news).encode())
        if r.returncode:
            return "the next writer", r
        lines, rc = follow(path)
        new = set(lines) - self.written
        ids = [json.loads(x).get("id") for x in lines]
        foreign = [x for x in new if json.loads(x).get("id") not in
                   ("http://a.example/%d" % APPENDS, "http://a.example/%d" % (APPENDS + 1)) and
                   json.loads(x).get("type") != "manifest"]
        if foreign or rc:
            return "lines that were not written", foreign[:2], rc
        if len([i for i in ids if i]) != len({i for i in ids if i}):
            return "a record twice"
        lost = set(disk.acked) - set(ids)
        if lost:
            return "lost", sorted(lost)[:5]
        r = store("check", path)
        if r.returncode:
            return "check", r
        if cursor is not None:
            after, rc = follow(path, "--from", cursor)
            first = min(json.loads(x)["seq"] for x in seen)
            missed = [x for x in set(lines) - seen - set(after) if json.loads(x)["seq"] >= first]
            if missed or rc:
                return "a cursor misses", cursor, missed[:2], rc


def main(tmp):
    rng = random.Random(7)
    disk, events, sealed = record(tmp)
    ok(len(sealed) == 1 and "-" in sealed[0], "sealed twice, compacted, the oldest dropped", sealed)
    before = [bytes(n.disk) for n in disk.inodes.values() if isinstance(n, File)]
    judge, images, known = Judge(before, events, rng), 0, set()
    # the steps that are no plain append deserve more
    special = [i for i, (e, _) in enumerate(events) if not e.startswith(("write", "sync", "said"))]
    near = {i + k for i in special for k in range(-2, 4)}
    share = IMAGES / (len(events) * 9)
    for i, (event, data) in enumerate(events):
        disk.replay(event, data)
        hows = ["dropped", "kept"] + ["torn"] * (40 if i in near else 24)
        for how in hows if not disk.is_still() else ["kept"]:
            if not LONG and rng.random() > share * (3 if i in near else .6):
                continue
            image = disk.image(rng, how)
            name = hash(tuple(sorted((k, v or b"") for k, v in image.items())))
            if name in known:
                continue
            known.add(name)
            images += 1
            if images % 1000 == 0:
                print("# %d images, %d of %d steps" % (images, i, len(events)), flush=True)
            judge.judge(disk, image, tmp + "/image", (i, event, how))
        if len(judge.wrong) > 4 or images >= 2 * IMAGES:
            break
    ok(not judge.wrong and images > IMAGES / 2, "%d images after a power cut lose nothing" % images,
       "\n".join(map(str, judge.wrong[:4])))
    ok(not LONG or images >= 20000 or judge.wrong, "there were enough of them", images)


with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
    main(folder)
done()
