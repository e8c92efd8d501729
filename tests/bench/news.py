#!/usr/bin/env python3
"""News that nobody wrote, and rules for it: tests/bench/news.py FOLDER [MB [SEED]]

Writes FOLDER/records (MB of JSON Lines, about 4 kB each), FOLDER/rules-1000 and
FOLDER/rules-10000, what the first name, a phrase a line, in FOLDER/named-1000, and of that
only the pairs of words in FOLDER/pairs-1000.  The same seed gives the same bytes.

Half of the words are English function words, a fifth are what any news says, and
the rest are invented: old ones come back as Zipf has it, and new ones keep coming,
some 160,000 in 100 MB.  A token with what follows it takes 6 bytes, as in English.
The rules name invented words of all ages; one article in twenty holds what one of
them looks for, and one rule in ten is a pattern.  Now and then a sentence speaks of
policy, so that the rules shipped have something to compose.
"""
import json, os, random, sys

FUNCTION = """the of to and in a that is for on said with was it as at by from be he has
have its an are not will but they this were had who his which been or their more would
we about after one also new I than there when up last two over out into she first all
could some year her no can most other if you what may before now people because so
during under between against only since through while many those government years
company three country million market state week percent years both such our my made
where then these them should still being any much just very well make week work
including around back former do did next how take part""".split()
NEWS = """minister president market court police company shares election report city
bank growth prices team party leader match season world deal talks budget billion
officials court attack economy public national industry plan rate trade policy law tax
energy oil food water power health school family growth sales profit investors game
players coach fans music film technology users data research scientists university
hospital patients workers union strike climate weather storm road train airport border
army forces war peace security parliament vote voters campaign member statement
decision agreement conference industry meeting group analysts group quarter demand
supply export imports licence duty rules regulator agency ministry commission central
announced expected reported agreed told called showed added reached remained raised
cut held opened closed signed won lost led played moved fell rose helped brought
British American Chinese European German French Indian London Washington Beijing
January March June September Monday Friday Reuters""".split()
POLICY = """The ministry will lift the ban on {0} exports from next month.
The government imposed new tariffs on imports of {0}.
Regulators have eased the licensing rules for {0} makers.
The central bank raised its key rate by 25 basis points.
The commission extended the exemption for {0} by two years.
Parliament approved stricter controls on the sale of {0}.
The agency will not renew the waiver for {0}, officials said.
The court upheld restrictions on {0} after an appeal.""".split("\n")
LETTERS = "eeeettttaaaooiinnsshhrrddllcumwfgypbvk"


class Language:
    """Words that keep coming."""

    def __init__(self, rng):
        self.rng, self.drawn, self.known, self.words = rng, 4000, set(FUNCTION + NEWS), []
        weights = [1 / (i + 3) for i in range(len(FUNCTION))]
        self.common = FUNCTION + NEWS
        share = 0.42 * sum(weights) / 0.58 / len(NEWS) * 0.75
        self.weights = [sum((weights + [share] * len(NEWS))[:1])]
        for w in (weights + [share] * len(NEWS))[1:]:
            self.weights.append(self.weights[-1] + w)
        while len(self.words) < 2000:
            self.invent()

    def invent(self):
        while True:
            n = self.rng.choice((4, 5, 6, 6, 7, 7, 8, 8, 9, 10, 12))
            word = "".join(self.rng.choices(LETTERS, k=n))
            if word not in self.known:
                self.known.add(word)
                self.words.append(word)
                return word

    def rare(self):
        self.drawn += 1
        count = len(self.words)
        if self.rng.random() < 0.5 * count / self.drawn:
            return self.invent()
        return self.words[int(count ** self.rng.random()) - 1]

    def sentence(self):
        rng = self.rng
        words = rng.choices(self.common, cum_weights=self.weights, k=rng.randint(8, 30))
        for i in range(len(words)):
            die = rng.random()
            if die < 0.30:
                words[i] = self.rare()
            elif die < 0.315:
                words[i] = str(rng.randint(1, 2030)) if die < 0.31 else "%.1f%%" % (rng.random() * 20)
            elif die < 0.345:
                words[i] = self.rare().capitalize() + ("\u2019s" if die < 0.32 else "'s" if die < 0.325 else "")
            if 0.4 < die < 0.45:
                words[i] += ","
            elif 0.45 < die < 0.458:
                words[i] = "\u201c" + words[i] + "\u201d" if die < 0.454 else '"' + words[i] + '"'
            elif 0.458 < die < 0.462:
                words[i] += "\u2013" + self.rare()
            elif 0.462 < die < 0.470:
                words[i] += "-" + self.rare()
        words[0] = words[0].capitalize()
        return " ".join(words) + "."


def make_rules(count, words, rng):
    """The pairs, and the rule file."""
    pairs = [(rng.choice(words), rng.choice(words)) for _ in range(count)]
    lines = ["language en english\n"]
    for i, (a, b) in enumerate(pairs):
        if i % 10 == 0:
            lines.append('rule r%d easing: /\\b%s \\w+ %s/ with "%s"\n' % (i, a, b, a))
        else:
            lines.append('rule r%d easing: "%s %s" or %s near/5 %s\n' % (i, a, b, a, b))
    return pairs, "".join(lines)


def make_record(number, language, pairs, rng):
    sentences, size = [], 0
    while size < 3600:
        s = language.sentence()
        if rng.random() < 0.004:
            s = rng.choice(POLICY).format(language.rare())
        sentences.append(s)
        size += len(s) + 1
    if number % 20 == 0:
        i = rng.randrange(len(pairs))
        found = "%s said %s" % pairs[i] if i % 10 == 0 else "%s %s" % pairs[i]
        sentences[rng.randrange(len(sentences))] = "He said %s was there." % found
    text = ""
    for s in sentences:
        text += s + ("\n\n" if rng.random() < 0.3 else " ")
    return json.dumps({"v": 1, "id": "https://news.example/%d" % number,
                       "url": "https://news.example/%d" % number, "title": language.sentence()[:60].strip(" .,"),
                       "content_text": text.strip(), "date_published": "2026-11-23T10:00:00Z", "language": "en",
                       "feed": {"title": "Example", "feed_url": "https://news.example/feed"}},
                      ensure_ascii=False, separators=(",", ":"))


def make(folder, size, seed):
    rng = random.Random(seed)
    language = Language(rng)
    while len(language.words) < 60000:  # rules name words that the text will bring
        language.invent()
    pairs = {}
    words, language.words = language.words, language.words[:2000]
    for count in (10000, 1000):
        pairs[count], text = make_rules(count, words, rng)
        with open(os.path.join(folder, "rules-%d" % count), "w") as out:
            out.write(text)
    with open(os.path.join(folder, "pairs-1000"), "w") as out:
        out.writelines("%s %s\n" % p for p in pairs[1000])
    with open(os.path.join(folder, "named-1000"), "w") as out:
        out.writelines("%s %s\n%s\n%s\n" % (p + p) for p in pairs[1000])
    waiting = iter(words[2000:])
    invent = language.invent

    def bring():
        """The words of the rules come first, in their order."""
        word = next(waiting, None)
        if word is None:
            return invent()
        language.words.append(word)
        return word
    language.invent = bring
    written, number = 0, 0
    with open(os.path.join(folder, "records"), "w", encoding="utf-8") as out:
        while written < size:
            line = make_record(number, language, pairs[1000 if number % 40 == 0 else 10000], rng) + "\n"
            written += len(line.encode())
            out.write(line)
            number += 1


if __name__ == "__main__":
    make(sys.argv[1], int(float(sys.argv[2] if len(sys.argv) > 2 else 100) * 1e6), int(sys.argv[3] if len(sys.argv) > 3 else 1))
