#!/usr/bin/env python3
"""What of a page is the article: pages of our own, the words that must come out
of each, in their order, and those that must not."""
import json
import os
import subprocess
import tempfile

EXTRACT = os.path.join(os.environ.get("STANCE_BUILD", "build/release"), "stance-extract")
TOPICS = ["sand", "tin", "barley", "ferries", "salt", "glass", "timber", "wool", "copper", "peat",
          "herring", "slate", "rope", "tar", "hemp", "cork"]


def say(i):
    """A paragraph's text, another for each number."""
    t = TOPICS[i % len(TOPICS)]
    return ("The ministry lifted the quota on %s on day %d, and traders in the harbour, who had asked for it, "
            "said that prices would fall before the year is out." % (t, i))


def p(*numbers):
    return "".join("<p>%s</p>" % say(i) for i in numbers)


def page(body, head=""):
    return "<html><head><title>Quotas lifted</title>%s</head><body>%s</body></html>" % (head, body)


NAV = "<header><a href=/>The Tideline</a><nav><ul><li><a href=/n>News</a></li><li><a href=/s>Sport</a></li></ul></nav></header>"
FOOT = "<footer><p>The Tideline, 12 Harbour Street. All rights reserved.</p></footer>"
STORY = "<h1>Quotas lifted</h1><article>%s</article>"
TEASERS = "".join('<div class="teaser"><a href=/t%d><h3>Teaser number %d</h3><p>Some words on another story, number %d, '
                  "which readers of this one may like, or may not.</p></a></div>" % (i, i, i) for i in range(6))
COMMENTS = "".join('<div class="comment"><b>reader%d</b><p>I do not believe a word of it, said reader %d, and neither '
                   "does my neighbour, who was there, and who knows.</p></div>" % (i, i) for i in range(12))
ENTRIES = "".join("<div class=entry><h3>%02d:15</h3><p>%s</p></div>" % (i, say(i)) for i in range(9))

# name: page, what must come out in this order, what must not
CASES = {
    "structure, in reading order": (
        page(NAV + STORY % (p(0) + "<h2>What follows</h2>" + p(1) + "<ul><li>Sand is free at once, said the ministry.</li>"
             "<li>Tin is free in <a href=/may>May</a>, it said.</li></ul><h3>In figures</h3><table><tr><th>Good<th>Tonnes"
             "<tr><td>sand<td>400<tr><td>tin<td>90</table><blockquote><p>We are glad of it, and so is the port.</p>"
             "</blockquote>" + p(2)) + FOOT),
        [say(0), "\n\nWhat follows\n\n", say(1), "- Sand is free at once", "- Tin is free in May, it said.", "In figures",
         "Good\tTonnes\nsand\t400\ntin\t90", "We are glad of it", say(2)],
        ["Sport", "Harbour Street"]),
    "what stands between paragraphs": (
        page(NAV + STORY % (p(0) + "<figure><img src=a><figcaption>Sand at the quay</figcaption></figure>" + p(1) +
             "<aside><h3>Our weekly</h3><p>It comes on Fridays, with pictures and with a crossword.</p></aside>" + p(2) +
             "<p><a href=/x>Read more: what the chamber thinks of it</a></p><p>Advertisement</p>"
             "<div class=share-bar>Share on Ferrypost</div><p>Sign up for our newsletter</p>"
             '<div class="newsletter-signup"><p>Every morning, the news of the harbour in your inbox, free of charge.</p>'
             "<input type=email></div>" + p(3) +
             '<div class="related-stories"><h2>Related stories</h2>' + TEASERS + "</div>") +
             '<div class="cookie-consent"><p>We and our 900 partners keep what we learn of you, for as long as we like, '
             "unless you say no.</p></div>" + FOOT),
        [say(0), say(1), say(2), say(3)],
        ["at the quay", "Fridays", "Read more", "Advertisement", "Share on", "Sign up", "inbox", "Related", "Teaser",
         "partners"]),
    "a paywall's box goes, what it hides stays": (
        page(STORY % (p(0, 1) + '<div class="paywall-content" style="display:none">' + p(2, 3) + "</div>"
                      '<div class="subscribe-box"><p>Go on reading for one crown a month, and end it when you '
                      "like.</p><button>Yes</button></div>")),
        [say(0), say(3)], ["one crown"]),
    "an article in an aside": (page(NAV + "<h1>Quotas lifted</h1><aside>" + p(0, 1, 2, 3) + "</aside>" + FOOT),
                               [say(0), say(3)], ["Sport"]),
    "an article in a form": (page("<form action=/>" + NAV + "<h1>Quotas lifted</h1><div>" + p(0, 1, 2, 3) + "</div></form>"),
                             [say(0), say(3)], ["Sport"]),
    "an article in a box called ad-free": (
        page(NAV + '<div class="ad-free promo"><h1>Quotas lifted</h1>' + p(0, 1, 2, 3) + "</div>" + FOOT),
        [say(0), say(3)], ["Sport"]),
    "split over containers, with advertisements between": (
        page(NAV + "<h1>Quotas lifted</h1><div class=page-grid>" + "".join(
            '<div class="row"><div class="text-part">%s</div></div><div class="ad-slot"><p>Hats are cheap this week, and '
            "gloves are not, at our shop in the old town.</p></div>" % p(2 * i, 2 * i + 1) for i in range(4)) + "</div>" + FOOT),
        [say(i) for i in range(8)], ["Hats"]),
    "split at one level": (
        page(NAV + "<h1>Quotas lifted</h1><div>" + p(0, 1, 2) + "</div><div>" + p(3, 4) + "</div>" + FOOT),
        [say(i) for i in range(5)], ["Sport"]),
    "the next article, appended": (
        page(NAV + "<main><article class=story><h1>Quotas lifted</h1>" + p(0, 1, 2, 3) + "</article>"
             "<article class=story><h1>Ferries are late</h1>" + p(8, 9, 10, 11, 12) + "</article>"
             "<article class=story><h1>Rain</h1>" + p(13, 14, 15) + "</article></main>" + FOOT),
        [say(0), say(3)], [say(8), say(13)]),
    "the next article, appended under a heading of its own": (
        page(NAV + "<main><div class=story-body><h1>Quotas lifted</h1>" + p(0, 1, 2, 3) + "</div>"
             "<div class=next-article><h2>Read next</h2><div class=story-body><h1>Ferries are late</h1>" +
             p(8, 9, 10, 11) + "</div></div></main>"),
        [say(0), say(3)], [say(8), "Ferries"]),
    "comments, more than article": (
        page(NAV + "<article><h1>Quotas lifted</h1>" + p(0, 1, 2) + '</article><section id="comments"><h2>12 comments</h2>' +
             COMMENTS + "</section>"), [say(0), say(2)], ["reader0", "neighbour"]),
    "comments in the article's element": (
        page(NAV + "<article><h1>Quotas lifted</h1>" + p(0, 1, 2, 3) + '<div class="comments-area"><h2>12 comments</h2>' +
             COMMENTS + "</div></article>"), [say(0), say(3)], ["neighbour"]),
    "a live blog, whole": (
        page(NAV + "<main><h1>Quotas: as it happened</h1><div class=liveblog>" + ENTRIES + "</div></main>" + FOOT),
        [say(i) for i in range(9)], ["Sport"]),
    "a live blog of articles in an article": (
        page(NAV + "<article><h1>Quotas: as it happened</h1>" + p(10) + "".join(
            "<article class=post><time>%02d:15</time><h2>Entry %d</h2><p>%s</p></article>" % (i, i, say(i))
            for i in range(9)) + "</article>" + FOOT),
        [say(10)] + [say(i) for i in range(9)], ["Sport"]),
    "a list article, whole": (
        page(NAV + "<article><h1>Nine quotas</h1>" + p(12) + "".join(
            "<h2>%d. The quota on %s</h2><p>%s</p>" % (i + 1, TOPICS[i], say(i)) for i in range(9)) + "</article>" + FOOT),
        [say(12)] + [x for i in range(9) for x in ("%d. The quota on %s" % (i + 1, TOPICS[i]), say(i))], ["Sport"]),
    "a list article of list items": (
        page(NAV + "<article><h1>Nine quotas</h1>" + p(12) + "<ol>" + "".join(
            "<li>%s</li>" % say(i) for i in range(9)) + "</ol></article>" + FOOT),
        [say(12)] + ["- " + say(i) for i in range(9)], []),
    "line breaks for paragraphs": (
        page(NAV + "<h1>Quotas lifted</h1><div class=txt>" + "<br><br>".join(say(i) for i in range(5)) + "</div>" + FOOT),
        [say(0) + "\n\n" + say(1), say(4)], ["Sport"]),
    "a page of tables": (
        page("<table><tr><td width=20%><a href=/>News</a><br><a href=/s>Sport</a><td><h1>Quotas lifted</h1>" + p(0, 1, 2) +
             "</table>"), [say(0), say(2)], ["Sport"]),
    "JSON-LD, only where the page has nothing": (
        page("<div id=app></div>", '<script type="application/ld+json">' + json.dumps(
            {"@type": "NewsArticle", "headline": "Quotas lifted", "articleBody": say(0) + " " + say(1)}) + "</script>"),
        [say(0), say(1)], []),
    "JSON-LD, passed over where the page has it": (
        page(STORY % p(0, 1, 2), '<script type="application/ld+json">' + json.dumps(
            {"@type": "NewsArticle", "articleBody": "Summary of it all, and no more. " * 200}) + "</script>"),
        [say(0), say(2)], ["Summary"]),
    "for readers without scripts": (
        page("<div id=app></div><noscript><article>" + p(0, 1) + "</article></noscript>"), [say(0), say(1)], []),
    "an AMP page": (
        "<!doctype html><html ⚡ lang=en><head><title>Quotas lifted</title></head><body>"
        "<amp-sidebar id=s><ul><li>Sport and weather</li></ul></amp-sidebar><article><h1>Quotas lifted</h1>" + p(0, 1) +
        "<amp-ad><div placeholder>Hats are cheap</div></amp-ad>" + p(2) + "</article><amp-next-page><p>" + say(9) +
        "</p></amp-next-page></body></html>", [say(0), say(2)], ["Sport", "Hats", say(9)]),
    "the lead above the text": (
        page(NAV + "<h1>Quotas lifted</h1><p class=standfirst>What traders had asked for has come, and sooner than they had "
             "thought it would.</p><div class=meta>By Ada Marsh, 23 November 2026</div><div class=article-body>" + p(0, 1, 2, 3) +
             "</div>" + FOOT), ["sooner than they", say(0), say(3)], ["Ada Marsh"]),
    "the headline, byline and date are not the text": (
        page("<article><h1>Quotas lifted</h1><p class=byline>By Ada Marsh</p><time>23 November 2026</time>" + p(0, 1, 2) +
             "<p>Ada Marsh is our harbour reporter.</p></article>"), [say(0), say(2)],
        ["Quotas lifted", "By Ada", "23 November"]),
    "a box that opens over a name": (
        page(STORY % (p(0, 1) + '<p>It was <span class="popover-person"><a class="popover-link" href=/marsh>Ada Marsh</a>'
                      '<span class="popover-box"><img src=a><a href=/1>Rain is late</a><a href=/2>More of Ada Marsh</a>'
                      "</span></span> who asked for it first, and who got it.</p>")),
        [say(1), "It was Ada Marsh who asked for it first"], ["Rain is late"]),
    "a sign-in wall, and a video that wants consent": (
        page(STORY % (p(0, 1) + "<div><p>Register / sign in to go on</p><p>Create an account, which is free.</p></div>" + p(2) +
                      "<div><p>Empfohlener redaktioneller Inhalt</p><p>An dieser Stelle finden Sie einen externen Inhalt.</p>"
                      "</div><p>The quay at noon. © Ada Marsh</p>" + p(3))),
        [say(0), say(3)], ["Register", "account", "Empfohlener", "externen", "at noon"]),
    "other stories, more than the article": (
        page(NAV + "<div class=story><h1>Quotas lifted</h1>" + p(0, 1) + '</div><div class="sidebar-teasers">' + "".join(
            "<div><h3><a href=/%d>The story of %s</a></h3><p>%s</p></div>" % (i, TOPICS[i], say(i)) for i in range(6, 11)) +
             "</div>" + FOOT), [say(0), say(1)], [say(7)]),
    "a list that a filler announces": (
        page(STORY % (p(0, 1, 2) + "<p>More harbour stories</p><ul>" + "".join(
            "<li>See <a href=/%d>what became of the %s</a> in the harbour</li>" % (i, TOPICS[i]) for i in range(5)) + "</ul>")),
        [say(2)], ["became of"]),
    "who wrote it, below": (
        page(STORY % (p(0, 1) + "<p>Ada Marsh, who was there, said so, and so did all the others who were asked.</p>" + p(2) +
                      "<p>Ada Marsh is our harbour reporter. She has written of sand for nine years.</p>"
                      "<p>Ben Quill, who lives in the old town, draws maps.</p>"),
             "<meta name=author content='Ada Marsh and Ben Quill'>"),
        [say(0), "Ada Marsh, who was there", say(2)], ["harbour reporter", "draws maps"]),
    "Chinese": (
        page("<article><h1>取消配额</h1>" + "".join("<p>商务部周一取消了第%d项配额，港口的商人们表示高兴，他们早就提出过这个要求，价格将会下降。</p>" % i
                                                for i in range(4)) + "</article><nav>体育</nav>"),
        ["第0项", "第3项"], ["体育"]),
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        lines = ""
        for i, (html, _, _) in enumerate(CASES.values()):
            path = os.path.join(folder, "%d.html" % i)
            with open(path, "w") as f:
                f.write(html)
            lines += "http://h.example/%d\t%s\n" % (i, path)
        run = subprocess.run([EXTRACT, "--list"], input=lines.encode(),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    records = [json.loads(line) for line in run.stdout.decode().splitlines()]
    print("1..%d" % len(CASES))
    for i, ((name, (_, kept, dropped)), got) in enumerate(zip(CASES.items(), records)):
        text, at, wrong = got.get("content_text", ""), 0, []
        for words in kept:
            found = text.find(words, at)
            if found < 0:
                wrong.append("missing, or out of order: " + words)
            at = max(at, found)
        wrong += ["left in: " + words for words in dropped if words in text]
        print("%sok %d - %s" % ("not " if wrong else "", i + 1, name))
        for line in wrong:
            print("# " + repr(line)[1:-1])


main()
