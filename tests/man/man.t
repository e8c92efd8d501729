#!/usr/bin/env python3
"""Each program has a manual; its options are those that --help prints; it is
clean; and the commands of its EXAMPLES run.

The commands, lines that render as "$ command", run in a folder that has
page.html, feed.xml, feeds.txt (the embedded newsroom's feeds, its server is
up), articles.jsonl (what ingest makes of them), tagged.jsonl (the same
classified), news/ (a store of these), corpus/ (ours), gold.jsonl (some of it),
old.rules and new.rules.  One that runs for ever is ended after a while, which
is fine; what needs a person at the terminal is left out."""
import glob, os, re, shutil, signal, subprocess, sys, tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, TOP + "/tests/lib")
from tap import done, ok

BUILD = os.environ.get("STANCE_BUILD", TOP + "/build/release")
NEWSROOM = TOP + "/tests/newsroom"
FOREVER = 5
PERSON = r"stance-corpus label|\.labels\b"

RULES = """language en english
operator ends -: VERBS
object limit -: ban
test easing "Ghana lifts the ban."
"""

if os.environ.get("STANCE_VARIANT", "release") != "release":
    print("1..0 # SKIP a manual is the same for all variants")
    sys.exit(0)


def run(argv, **more):
    return subprocess.run(argv, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, **more)


def rendered(page):
    text = run(["mandoc", "-Tutf8", "-Owidth=200", page]).stdout
    return re.sub(".\b", "", text)


def option_names(text, pattern):
    names = set()
    for line in text.split("\n"):
        m = re.match(pattern, line)
        if m:
            names.update(re.findall(r"(?<!\S)--?[A-Za-z0-9][A-Za-z0-9-]*",
                                    line.split("  ")[0] if m.lastindex is None
                                    else m.group(1)))
    return names


def help_of(program):
    """--help of a tool and of each command it lists."""
    tool = run([program, "--help"]).stdout
    commands = [] if re.search(r"^ +(-., )?--help", tool, re.M) else \
        re.findall(r"^  ([a-z][a-z-]+)  +\S", tool, re.M)
    return tool + "".join(run([program, c, "--help"]).stdout for c in commands)


def check_options(name, page):
    if name == "stance":
        return
    item = r"^ +((?:-\w, +)?--?[A-Za-z][\w-]*)"
    helped = option_names(help_of(os.path.join(BUILD, name)), item)
    helped -= {"-h", "--help", "-V", "--version"}
    manual = option_names(rendered(page), item) - {"-h", "--help", "-V", "--version"}
    ok(helped == manual, f"{name}: --help and the manual have the same options",
       "only --help: " + " ".join(sorted(helped - manual)),
       "only the manual: " + " ".join(sorted(manual - helped)))


def examples(page):
    """The commands of EXAMPLES, a trailing backslash joins lines."""
    text = rendered(page)
    m = re.search(r"^EXAMPLES\n(.*?)(?=^[A-Z])", text, re.M | re.S)
    commands, more = [], False
    for line in (m.group(1) if m else "").split("\n"):
        line = line.strip()
        if more:
            commands[-1] += "\n" + line
        elif line.startswith("$ "):
            commands.append(line[2:])
        else:
            continue
        more = line.endswith("\\")
    return commands


def shell(command, folder, env):
    p = subprocess.Popen(["sh", "-c", command], cwd=folder, env=env, text=True,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, start_new_session=True)
    try:
        said, _ = p.communicate(timeout=FOREVER)
        return p.returncode, said
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGTERM)
        said, _ = p.communicate()
        return 0, said


def prepare(folder, base, env):
    for name, path in (("page.html", "export-licences.html"),
                       ("feed.xml", "briefs.xml")):
        with open(f"{NEWSROOM}/www/{path}") as f, open(f"{folder}/{name}", "w") as g:
            g.write(f.read().replace("@BASE@", base))
    with open(folder + "/feeds.txt", "w") as f:
        f.write(f"{base}/briefs.xml\n{base}/wire.atom\n")
    for name, verbs in (("old.rules", "lift"), ("new.rules", "lift drop")):
        with open(f"{folder}/{name}", "w") as f:
            f.write(RULES.replace("VERBS", verbs))
    os.symlink(TOP + "/corpus", folder + "/corpus")
    gold = sorted(glob.glob(TOP + "/corpus/gold/*.jsonl"))
    with open(folder + "/gold.jsonl", "w") as f:
        f.writelines(open(gold[0]).readlines()[:40])
    said = run(["sh", "-c", """
        stance-ingest --allow-net 127.0.0.1/32 --host-delay 0 --once feeds.txt >articles.jsonl
        stance-classify <articles.jsonl >tagged.jsonl && stance-store add news <tagged.jsonl"""],
        cwd=folder, env=env)
    ok(os.path.isdir(folder + "/news") and os.path.getsize(folder + "/tagged.jsonl"),
       "the newsroom is ready for the examples", said.stdout, said.stderr)


programs = sorted(p for p in os.listdir(BUILD)
                  if re.fullmatch(r"stance(-[a-z]+)?", p))
for name in programs:
    page = f"{TOP}/man/{name}.1"
    ok(os.path.isfile(page), f"{name} has a manual")
    if os.path.isfile(page):
        check_options(name, page)

pages = sorted(glob.glob(TOP + "/man/*.[1-8]"))
for page in pages:
    said = run(["mandoc", "-Tlint", "-Wwarning", page])
    ok(said.returncode == 0, os.path.basename(page) + " is clean", said.stdout)
    if page.endswith(".1"):
        ok("EXIT STATUS" in rendered(page), os.path.basename(page) +
           " tells the exit status")

folder = tempfile.mkdtemp()
server = subprocess.Popen([NEWSROOM + "/server", NEWSROOM + "/www"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
try:
    base = "http://127.0.0.1:" + server.stdout.readline().strip()
    env = dict(os.environ, PATH=BUILD + ":" + os.environ["PATH"])
    prepare(folder, base, env)
    for page in pages:
        for command in examples(page):
            if re.search(PERSON, command):
                continue
            status, said = shell(command, folder, env)
            ok(status == 0, f"{os.path.basename(page)}: {command.split(chr(10))[0]}",
               f"exit status {status}", said)
finally:
    server.stdin.close()
    server.terminate()
    server.wait()
    shutil.rmtree(folder)
done()
