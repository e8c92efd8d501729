#!/usr/bin/env python3
"""Pages that want to crash, hang or be lost.  Each gives its text, or a reason;
the program runs in its real jail."""
import json
import os
import subprocess
import tempfile

EXTRACT = os.path.join(os.environ.get("STANCE_BUILD", "build/release"), "stance-extract")
LARGE = 40 if os.environ.get("STANCE_LONG") else 1
if os.environ.get("STANCE_VARIANT") == "tiny":
    LARGE = 0.1
SENTENCE = "The ministry lifted the quota on glass sand, and traders, who had asked for it, were glad."
BODY = "<h1>Quota lifted</h1>" + "<p>%s</p>" % SENTENCE * 5


def many(count):
    return int(count * LARGE)


def page(before="", after="", head=""):
    return "<html><head><title>Quota lifted</title>%s</head><body>%s%s%s</body></html>" % (
        head, before, BODY, after)


# name: bytes; the text must hold SENTENCE
TEXT = {
    "40,000 attributes": page("<p " + " ".join('a%d="x"' % i for i in range(40000)) + ">x</p>"),
    "40,000 attributes, smuggled past the pre-pass":
        page("<<!---->p " + " ".join('a%d="x"' % i for i in range(40000)) + ">x</p>"),
    "one attribute 40,000 times": page("<p " + "class=x " * 40000 + ">x</p>"),
    "256 levels": page("<div>" * 256),
    "very many levels": page("<div>" * many(100000)),
    "very many elements": page("<b>x</b> " * many(20000)),
    "very many paragraphs": page("".join("<p>%s %d</p>" % (SENTENCE, i) for i in range(many(4000)))),
    "very many lines in the head": page(head="<meta name=a content=b>" * many(12000)),
    "mis-nested": page("<b><i><u>" * 300 + "</b>" * 300),
    "very many end tags": page("</div></i>" * many(50000)),
    "comments that are not shut": page("<!--" * many(50000)),
    "a comment in a script in a comment":
        page('<script><!-- x("<script>y</script>") --></script><!-- <script> -->'),
    "scripts that are not shut": page(after="<script>" * many(50000)),
    "drawings that are not shut": page("<svg>" * many(50000)),
    "a quote that is not shut": page(after='<a href="/x>next'),
    "broken entities": page("<p>&amp &#0; &#xffffffff; &nope; &;" + "&" * many(100000) + "</p>"),
    "deep JSON-LD": page(head='<script type="application/ld+json">' + "[" * 5000 + "</script>"),
    "JSON-LD that is none": page(head='<script type="application/ld+json">{oops</script>'),
    "NUL bytes": page().replace("traders", "tra\0ders").replace("<p>", "<p>\0"),
    "frames, and a text for those without":
        "<html><frameset><frame src=a><noframes><body>" + BODY + "</body></noframes></frameset></html>",
    "elements that HTML does not know": "<x-page><x-text>" + BODY + "</x-text></x-page>",
    "no elements at all": SENTENCE * 5,
    "a page in a comment of another browser": page("<!--[if lt IE 9]><p>x</p><![endif]-->"),
    "CDATA and instructions": page("<?xml version='1.0'?><![CDATA[ x ]]>"),
    "a plaintext element": page("<plaintext>"),
    "noscript only": "<body><div id=app></div><noscript>" + BODY + "</noscript></body>",
    "a page in a form": "<form><div class=share>" + BODY + "</div></form>",
    "a title of separators": page(head="<title>" + "a - " * many(20000) + "</title>"),
    "hidden by a paywall":
        '<article>%s<div class="paywall" style="display:none">%s</div></article>' % (BODY, BODY),
}

# name: bytes, part of the reason
REASON = {
    "empty": (b"", "empty"),
    "white space": (b" \n\t" * 1000, "no markup"),
    "a PDF": (b"%PDF-1.7\n1 0 obj", "PDF"),
    "a JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
    "frames": (b"<html><frameset><frame src=a><frame src=b></frameset></html>", "frames"),
    "a GIF": (b"GIF89a\x01\0\x01\0", "GIF"),
    "a ZIP archive": (b"PK\x03\x04\x14\0", "ZIP"),
    "gzip in gzip": (b"\x1f\x8b\x08\0\0", "gzip"),
    "scripts only": (b"<html><body><div></div><script>go()</script></body></html>", "scripts"),
}


def encoded(name, declared, text="Größe und Maß, œuvre"):
    return ('<meta charset="%s"><title>x</title>' % declared + BODY +
            "<p>%s: %s</p>" % (text, SENTENCE)).encode(name)


# name: bytes, words that must come out
ENCODING = {
    "windows-1252 that says iso-8859-1": (encoded("cp1252", "iso-8859-1"), "Größe und Maß, œuvre"),
    "UTF-8 that says windows-1252": (encoded("utf-8", "windows-1252"), "Größe und Maß, œuvre"),
    "gb18030 that says gb2312": (encoded("gb18030", "gb2312", "放宽出口管制㐀"), "放宽出口管制㐀"),
    "koi8-r": (encoded("koi8-r", "koi8-r", "Смягчение"), "Смягчение"),
    "shift_jis": (encoded("shift_jis", "shift_jis", "輸出規制の緩和"), "輸出規制の緩和"),
    "euc-jp that says x-euc-jp": (encoded("euc-jp", "x-euc-jp", "輸出規制の緩和"), "輸出規制の緩和"),
    "iso-2022-jp": (encoded("iso2022-jp", "iso-2022-jp", "輸出規制の緩和"), "輸出規制の緩和"),
    "big5": (encoded("big5", "big5", "放寬出口管制"), "放寬出口管制"),
    "cp949 that says euc-kr": (encoded("cp949", "euc-kr", "수출 규제 완화 똠"), "수출 규제 완화 똠"),
    "iso-8859-9, which is windows-1254": (encoded("cp1254", "iso-8859-9", "ihracat kısıtlaması “kalktı”"),
                                          "ihracat kısıtlaması “kalktı”"),
    "windows-1251 that says nothing":
        (b"<title>x</title>" + ("<p>" + "Министерство смягчило правила вывоза стекла. " * 9).encode("cp1251"),
         "Министерство смягчило"),
    "an encoding that nobody knows": (encoded("utf-8", "x-none-such"), "Größe und Maß, œuvre"),
    "a meta behind a long script":
        (b"<script>" + b"x=1;" * 1000 + b"</script>" + encoded("koi8-r", "koi8-r", "Смягчение"), "Смягчение"),
    "a mark for UTF-8, whatever the meta says": (b"\xef\xbb\xbf" + encoded("utf-8", "koi8-r"), "Größe und Maß, œuvre"),
    "UTF-16 that says nothing": (encoded("utf-16-le", "utf-16"), "Größe und Maß, œuvre"),
    "UTF-16 by its mark": (encoded("utf-16", "utf-16"), "Größe und Maß, œuvre"),
    "UTF-8 with a bad byte":
        (encoded("utf-8", "utf-8").replace(b"<title>", b"<title>\xff"), "Größe und Maß, œuvre"),
}


def main():
    cases = [(name, text.encode(), SENTENCE, None) for name, text in TEXT.items()]
    cases += [(name, text, None, reason) for name, (text, reason) in REASON.items()]
    cases += [(name, text, words, None) for name, (text, words) in ENCODING.items()]
    with tempfile.TemporaryDirectory() as folder:
        lines = ""
        for i, (_, text, _, _) in enumerate(cases):
            path = os.path.join(folder, "%d.html" % i)
            with open(path, "wb") as f:
                f.write(text)
            lines += "http://h.example/%d\t%s\n" % (i, path)
        run = subprocess.run([EXTRACT, "--list"], input=lines.encode(),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    records = [json.loads(line) for line in run.stdout.decode().splitlines()]
    print("1..%d" % (len(cases) + 1))
    print("%sok 1 - one record each" % ("" if len(records) == len(cases) else "not "))
    for i, ((name, _, words, reason), got) in enumerate(zip(cases, records)):
        if reason is None:
            good = words in got.get("content_text", "")
        else:
            good = reason in got.get("error", "")
        print("%sok %d - %s" % ("" if good else "not ", i + 2, name))
        if not good:
            print("# got", json.dumps(got)[:300])


main()
