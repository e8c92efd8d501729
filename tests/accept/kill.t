#!/usr/bin/env python3
"""kill -9 of ingest, classify, store add and alert run at random moments: the
store stays whole, has every article exactly once, and every alert arrives at
least once.  20 rounds, 200 with STANCE_LONG."""
import collections, json, os, random, shutil, subprocess, sys, tempfile, time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("STANCE_BUILD", TOP + "/build/release")
ROUNDS = 200 if os.environ.get("STANCE_LONG") else 20
EACH = 8                        # new articles a round
LONGEST = 0.25 if os.environ.get("STANCE_VARIANT", "release") == "release" else 1.5
PATIENCE = 120

folder = tempfile.mkdtemp()
os.chdir(folder)
os.mkdir("www")
os.mkfifo("acks")
chance = random.Random(1)
tests = failed = 0


def ok(good, name, *details):
    global tests, failed
    tests += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {tests} - {name}", flush=True)
    if not good:
        for d in details:
            print("# " + str(d).replace("\n", "\n# "), file=sys.stderr)


def entry(n):
    """A story of its own: no policy, and words that no other one has."""
    words = random.Random(n)
    text = " ".join("".join(words.choice(("ba", "do", "ki", "lu", "me", "ra", "so", "ti"))
                            for _ in range(4)) for _ in range(60))
    return f"""<entry><title>Notice {n}: {text[:40]}</title>
<id>tag:kill.example,2026:{n}</id><link href="@BASE@/{n}"/><updated>2026-11-23T07:00:00Z</updated>
<content type="html">&lt;p&gt;{text}.&lt;/p&gt;&lt;p&gt;{text[::-1]}.&lt;/p&gt;</content>
</entry>"""


def publish(count):
    """The feed has articles 0 to count - 1, the newest first."""
    with open("www/feed.new", "w") as f:
        f.write('<feed xmlns="http://www.w3.org/2005/Atom"><title>Kill</title>'
                '<id>tag:kill.example,2026:feed</id><updated>2026-11-23T07:00:00Z</updated>'
                + "".join(entry(n) for n in reversed(range(count))) + "</feed>")
    os.rename("www/feed.new", "www/feed.atom")


def program(name, *args, **pipes):
    return subprocess.Popen([f"{BUILD}/stance-{name}", *args], stderr=log, **pipes)


def start_alert(*more):
    return program("alert", "run", "news", "--match", "label:neutral", "--exec",
                   "cat >>alerts; echo >>alerts", *more, stdin=subprocess.DEVNULL)


def poll(victim=None, alert=None):
    """One poll through the whole pipe; with a victim, that one is killed."""
    acks = os.open("acks", os.O_RDWR)      # so that neither end waits to open it
    ingest = program("ingest", "--once", "--state", "state", "--acks", "acks",
                     "--allow-net", "127.0.0.1/32", "--host-delay", "0",
                     base + "/feed.atom", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    classify = program("classify", stdin=ingest.stdout, stdout=subprocess.PIPE)
    store = program("store", "add", "--ack", "news", stdin=classify.stdout, stdout=acks)
    ingest.stdout.close()
    classify.stdout.close()
    os.close(acks)
    stages = {"ingest": ingest, "classify": classify, "store": store}
    if victim:
        time.sleep(chance.random() * LONGEST)
        (alert if victim == "alert" else stages[victim]).kill()
    for name, p in stages.items():
        try:
            p.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            p.kill()
            ok(False, f"{name} ends when another dies", victim)


def alerted():
    """How often each article was delivered; a line that kill cut is none."""
    times = collections.Counter()
    for line in open("alerts"):
        try:
            times[json.loads(line)["article"]["id"]] += 1
        except ValueError:
            pass
    return times


def drain():
    """What is still owed is delivered, backoff and all."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        start_alert("--once").wait(PATIENCE)
        if len(alerted()) >= ROUNDS * EACH:
            break


log = open("log", "w")
server = subprocess.Popen([TOP + "/tests/newsroom/server", "www"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
alert = None
try:
    base = "http://127.0.0.1:" + server.stdout.readline().strip()
    publish(1)
    poll()                              # the first poll is no news
    alert = start_alert()
    victims = ["ingest", "classify", "store", "alert"]
    for n in range(ROUNDS):
        publish(1 + (n + 1) * EACH)
        victim = victims[n % 4]
        poll(victim, alert)
        if alert.poll() is not None:
            alert = start_alert()
    poll()
    alert.kill()
    alert.wait()
    drain()

    check = subprocess.run([BUILD + "/stance-store", "check", "news"], capture_output=True, text=True)
    ok(check.returncode == 0, f"after {ROUNDS} kills the store is whole", check.stdout, check.stderr)
    query = subprocess.run([BUILD + "/stance-store", "query", "--all-revisions", "news"],
                           stdout=subprocess.PIPE, text=True)
    stored = collections.Counter(json.loads(line)["id"] for line in query.stdout.splitlines())
    wanted = {f"tag:kill.example,2026:{n}" for n in range(1 + ROUNDS * EACH)}
    ok(set(stored) == wanted, "every article is there", sorted(wanted ^ set(stored))[:9])
    ok(max(stored.values()) == 1, "and once", stored.most_common(3))
    told = alerted()
    first = {"tag:kill.example,2026:0"}
    ok(set(told) == wanted - first, "every alert arrived, none for the first poll",
       sorted((wanted - first) ^ set(told))[:9])
    if failed:
        sys.stderr.write("".join("# " + line for line in open("log").readlines()[-40:]))
finally:
    if alert and alert.poll() is None:
        alert.kill()
        alert.wait()
    server.stdin.close()
    server.wait()
    os.chdir("/")
    shutil.rmtree(folder)
print(f"1..{tests}")
sys.exit(failed > 0)
