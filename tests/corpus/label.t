#!/usr/bin/env python3
# stance-corpus label, driven through a pseudo-terminal as a person would.
import json, os, pty, select, signal, sys, tempfile, termios

CORPUS = os.environ["STANCE_BUILD"] + "/stance-corpus"
count = 0

def ok(truth, name):
    global count
    count += 1
    print("%sok %d - %s" % ("" if truth else "not ", count, name))
    sys.stdout.flush()

class Session:
    """One run in a terminal of 24 by 80."""
    def __init__(self, *args, term="xterm"):
        sys.stdout.flush()
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = term
            os.environ["LOGNAME"] = "tester"
            os.execv(CORPUS, [CORPUS, "label", *args])

    def read(self):
        """What is printed until it waits: the mark, or the end."""
        try:
            if not select.select([self.fd], [], [], 20)[0]:
                return False
            chunk = os.read(self.fd, 65536)
        except OSError:
            return False
        self.seen += chunk.decode("utf-8", "replace")
        return bool(chunk)

    def until(self, text):
        while text not in self.seen and self.read():
            pass
        found = text in self.seen
        # the same screen is drawn anew after each key
        self.seen = self.seen.split(text, 1)[1] if found else self.seen
        return found

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def mode(self):
        return termios.tcgetattr(self.fd)[3] & (termios.ICANON | termios.ECHO)

    def end(self):
        while self.read():
            pass
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.fd)
        return status

def labels(path):
    return [(r["id"], r["label"]) for r in map(json.loads, open(path, encoding="utf-8"))]

with tempfile.TemporaryDirectory() as d:
    articles = [
        {"id": "one", "title": "Ban lifted", "content_text": "A first paragraph.\n\nA second one."},
        {"id": "two", "title": "Quota cut", "content_text": " ".join("word%d" % i for i in range(600)),
         "stance": {"label": "tightening", "confidence": 0.9,
                    "evidence": [{"rule": "r", "exact": "the proving words"}]}},
        {"id": "three", "title": "Weather \u001b[31mred\u202e", "content_text": "Sun."},
        {"id": "four", "title": "Both", "content_text": "One up, one down."}]
    path = d + "/articles.jsonl"
    with open(path, "w") as f:
        for a in articles:
            f.write(json.dumps(a) + "\n")
    out = path + ".labels"

    s = Session(path)
    ok(s.until("1 of 4, 0 labelled") and s.until("Ban lifted") and s.until("A second one.") and s.until("q quit"),
       "the first article is shown")
    ok(s.mode() == 0, "keys come at once and unseen")
    s.press("e")
    ok(s.until("2 of 4, 1 labelled") and s.until("Quota cut"), "a key labels and goes on")
    ok(labels(out) == [("one", "easing")], "the label is in the file at once")
    ok(s.until("more lines: space"), "a long text is paged")
    ok("word599" not in s.seen, "the end is not shown yet")
    s.press("    ")
    ok(s.until("word599"), "space turns the page")
    s.press("bbbb")
    ok(s.until("word1 "), "b turns it back")
    ok("proving" not in s.seen, "evidence is hidden")
    s.press("v    ")
    ok(s.until("classifier: tightening") and s.until("the proving words"), "v shows the evidence")
    s.press("t")
    ok(s.until("3 of 4, 2 labelled"), "second label")
    ok(s.until("Weather") and s.until("Sun.") and "\033[31m" not in s.seen and "\u202e" not in s.seen,
       "foreign escapes are not obeyed")
    s.press("u")
    ok(s.until("2 of 4, 1 labelled"), "undo goes back")
    s.press("?")
    ok(s.until("take the last label back"), "help")
    s.press("x")
    ok(s.until("2 of 4, 1 labelled"), "any key leaves the help")
    s.press("m")
    ok(s.until("3 of 4, 2 labelled"), "a second thought")
    s.press("s")
    ok(s.until("4 of 4, 2 labelled"), "skip")
    s.press("q")
    ok(s.until("2 of 4 articles are labelled"), "quit tells the state")
    ok(s.end() == 0, "exit status 0")
    ok(labels(out) == [("one", "easing"), ("two", "tightening"), ("two", None), ("two", "mixed")],
       "labels are appended, never changed")

    with open(out, "a") as f:
        f.write('{"id":"four","label":"neutral","labeler":"somebody else"}')
    s = Session(path, term="dumb")
    ok(s.until("3 of 4, 2 labelled"), "a second run goes on with what is left")
    ok("\033" not in s.seen, "a dumb terminal gets plain lines")
    s.press("s")
    ok(s.until("4 of 4"), "another labeler's label is not ours")
    s.press("n")
    ok(s.until("3 of 4, 3 labelled"), "skipped articles come again")
    s.press("n")
    ok(s.until("4 of 4 articles are labelled") and s.end() == 0, "it ends when all are labelled")
    ok(labels(out)[-2:] == [("four", "neutral"), ("three", "neutral")], "a line without end is ended first")

    s = Session(path, "--labeler", "second", "-o", d + "/second", "--evidence")
    ok(s.until("1 of 4, 0 labelled") and s.until("classifier: no verdict") and s.until("q quit"), "--labeler, -o, --evidence")
    raw = s.mode()
    slave = os.open("/proc/%d/fd/0" % s.pid, os.O_RDWR | os.O_NOCTTY)
    s.press("e")
    s.until("2 of 4")
    os.kill(s.pid, signal.SIGTERM)
    status = os.waitpid(s.pid, 0)[1]
    restored = termios.tcgetattr(slave)[3] & (termios.ICANON | termios.ECHO)
    os.close(slave)
    ok(os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGTERM, "a signal ends it")
    ok(raw == 0 and restored == termios.ICANON | termios.ECHO, "the terminal is as before")
    ok(labels(d + "/second") == [("one", "easing")], "what was decided is kept")
    os.close(s.fd)

    s = Session(path, "-o", d + "/second")
    s.until("q quit")
    s.press("\x03")
    ok(os.WTERMSIG(s.end()) == signal.SIGINT, "^C ends it")

    with open(d + "/bad", "w") as f:
        f.write('{"id":"one","label":"maybe"}\n')
    s = Session(path, "-o", d + "/bad")
    ok(s.until("bad:1: 'maybe' is none of the four labels") and os.WEXITSTATUS(s.end()) == 3,
       "labels that make no sense are not passed over")
print("1..%d" % count)
