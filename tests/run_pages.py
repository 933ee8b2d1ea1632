#!/usr/bin/python3
"""run_pages.py - story pages: valid, harmless, every quoted word where the link leads; rebuilt from the ledger; whole at any moment and after kill -9."""
import glob
import hashlib
import base64
import html.parser
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree

from report_pipe import Report, check, document, finish

BIN = os.path.abspath(sys.argv[1])
VOID = {"meta", "link", "br", "circle", "line"}
PARAGRAPH_ENDS = {"p", "ul", "table", "div", "section", "article", "h1", "h2", "h3", "header", "main", "footer"}


class Page(html.parser.HTMLParser):
    """A strict reader: elements nest, ids are unique, no paragraph holds a block."""

    def __init__(self, path):
        super().__init__()
        self.open, self.ids, self.links, self.wrong, self.heads, self.keys, self.quoted = [], [], [], [], [], {}, {}
        self.article = self.link = None
        self.tags, self.style, self.policy, self.inside, self.words = set(), "", None, 0, ""
        self.feed(path.read_text())
        self.close()
        self.wrong += [f"<{tag}> is open at the end" for tag in self.open if tag != "html"]

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.tags.add(tag)
        if len(a) != len(attributes):
            self.wrong.append(f"<{tag}> has an attribute twice")
        self.wrong += [f"<{tag} {name}>" for name in a if name.startswith("on") or name in ("style", "src", "srcset", "action")]
        if "p" in self.open and tag in PARAGRAPH_ENDS:
            self.wrong.append(f"<{tag}> in <p>")
        if tag == "a" and "a" in self.open:
            self.wrong.append("<a> in <a>")
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy":
            self.policy = a["content"]
        if re.fullmatch("h[1-6]", tag):
            self.heads.append(int(tag[1]))
        if tag == "article":
            self.article = a["id"]
        if "href" in a and tag == "a":
            self.links.append(a["href"])
            if a.get("class") == "w":
                self.link, self.words = a["href"], ""
        if tag not in VOID or "svg" in self.open:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-3:]}")
            return
        self.open.pop()
        if tag == "article":
            self.article = None
        if tag == "a" and self.link:
            self.quoted.setdefault(self.link, self.words)
            self.link = None

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        if self.article and self.open[-1] == "code":
            self.keys[self.article] = self.keys.get(self.article, "") + data
        if self.link:
            self.words += data


def plain(text):
    """As a page shows it: white space runs are one space."""
    return re.sub(r"[ \t\n\r\u2028\u2029\x85]+", " ", text)


def luminance(colour):
    if len(colour) == 4:
        colour = "#" + "".join(c * 2 for c in colour[1:])
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    x, y = sorted([luminance(a), luminance(b)])
    return (y + 0.05) / (x + 0.05)


def texts_of(state):
    db = sqlite3.connect(f"file:{state}/report/ledger.db?mode=ro", uri=True)
    try:
        return dict(db.execute("select d.key, b.text from documents d join bodies b on b.id = d.id where b.text is not null"))
    finally:
        db.close()


def look_at(state, what, least_quotes=1):
    """Every page of a state directory held against all that a page owes. How many pages there are."""
    folder, texts = pathlib.Path(state, "report/pages"), texts_of(state)
    pages = sorted(folder.glob("stories/*.html"))
    quotes = 0
    for path in [*pages, folder / "index.html"]:
        page, wrong = Page(path), []
        wrong += page.wrong
        if page.heads[:1] != [1] or page.heads.count(1) != 1 or any(b - a > 1 for a, b in zip(page.heads, page.heads[1:])):
            wrong.append(f"headings {page.heads}")
        if len(set(page.ids)) != len(page.ids):
            wrong.append(f"ids twice: {sorted(i for i in set(page.ids) if page.ids.count(i) > 1)[:3]}")
        hashed = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
        if page.policy != f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'":
            wrong.append(f"policy {page.policy}")
        if page.tags & {"script", "img", "iframe", "object", "embed", "form", "base", "video", "audio", "template", "foreignobject", "b"}:
            wrong.append(f"tags {page.tags}")
        for href in page.links:
            if href.startswith("#"):
                if href[1:] not in page.ids:
                    wrong.append(f"{href} leads nowhere")
            elif not re.match("https?://[a-z0-9]", href) and not (path.parent / href).exists():
                wrong.append(f"{href} is not there")
        for href, words in page.quoted.items():
            number, b, e = re.fullmatch(r"#(a\d+)-(\d+)-(\d+)", href).groups()
            said = texts[page.keys[number]].encode()[int(b):int(e)].decode()
            quotes += 1
            if plain(said) != words and "\ufffd" not in words:
                wrong.append(f"{href} says '{words}', the text '{said}'")
        check(wrong == [], f"{what}: {path.name} is sound {wrong[:4] or str()}")
        if path.name != "index.html":
            markdown = path.with_suffix(".md").read_text()
            anchors = re.findall(r"\(" + re.escape(path.name) + r"#([^)]+)\)", markdown)
            check(set(anchors) <= set(page.ids) and markdown.startswith("# "), f"{what}: the links of {path.stem}.md lead into its page")
    feed = xml.etree.ElementTree.parse(folder / "feed.atom").getroot()
    atom = "{http://www.w3.org/2005/Atom}"
    ids = [i.text for i in feed.iter(atom + "id")]
    hrefs = [link.get("href") for link in feed.iter(atom + "link")]
    check(len(set(ids)) == len(ids) == 1 + len(feed.findall(atom + "entry")) and all((folder / h).exists() for h in hrefs),
          f"{what}: the feed is XML with ids of its own and {len(ids) - 1} entries that lead to pages")
    check(all(e.find(atom + "updated") is not None and e.find(atom + "title").text for e in feed.findall(atom + "entry")), f"{what}: each with its title and time")
    check(quotes >= least_quotes, f"{what}: {quotes} quotations of {len(pages)} pages stand where their links lead")
    check(not [p for p in folder.rglob("*.new")], f"{what}: nothing half written is left")
    return len(pages)


def run(program, *args, data=b""):
    p = subprocess.run([f"{BIN}/{program}", *args], input=data, capture_output=True, timeout=300)
    check(p.returncode == 0, f"{program} ends with 0" + ("" if p.returncode == 0 else f", not {p.returncode}: {p.stderr}"))
    return p.stdout


def report(state, docs, *args):
    return run("wiredesk-report", "--stdio", "--state", state, *args, data="".join(json.dumps(d, ensure_ascii=False) + "\n" for d in docs).encode())


def snapshot(state):
    folder = pathlib.Path(state, "report/pages")
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".cursor"}


# --- what is written ---

def examples(state):
    fed = run("wiredesk-ingest", "--stdio", *sorted(glob.glob("examples/*")))
    data = run("wiredesk-dedup", "--stdio", "--state", state, data=run("wiredesk-tag", "--stdio", data=run("wiredesk-normalize", "--stdio", data=fed)))
    run("wiredesk-report", "--stdio", "--state", state, data=data)
    check(look_at(state, "examples", 100) >= 3, "the examples' stories have pages")
    before = snapshot(state)
    dairy = [text.decode() for name, text in before.items() if name.endswith(".html") and b"Brightwell Dairy" in text and name != "index.html"][0]
    for words in ("$1.2 billion", "$1.4 billion", "Where accounts clash", "The Ledger Daily", "<svg class=\"tl\""):
        check(words in dairy, f"the dairy's page has {words}")
    shutil.rmtree(f"{state}/report/pages")
    report(state, [])
    check(snapshot(state) == before and before != {}, "pages are made of the ledger alone: written again they are the same bytes")
    pathlib.Path(state, "report/pages/stories/s1.html").unlink()
    report(state, [])
    check(not pathlib.Path(state, "report/pages/stories/s1.html").exists(), "what is up to date is not written again")
    pathlib.Path(state, "report/pages/.cursor").unlink()
    report(state, [])
    check(snapshot(state) == before, "without its cursor the pass begins anew")


def forty(state):
    towns = ["Fenwick", "Alder Bay", "Port Calder", "Ulmen", "Sonnen"]
    docs = []
    for i in range(40):
        text = (f"Storm {i % 3 + 1} closes harbour of Fenwick, {i + 10} boats wait\n\nThe harbour of Fenwick was closed on Tuesday after a storm tore off {20 + i % 4} "
                f"metres of the pier, the harbour office said.\n\n\"Nobody {'will' if i % 2 else 'can'} sail before the pier stands,\" said Ines Calder, the mayor of "
                f"{towns[i % 5]}. {100 + i} boats waited outside until March {2020 + i % 6}.\n")
        docs.append({"key": f"{i:032x}", "text": text, "name": f"f{i}.txt", "outlet": {"value": f"Outlet <{i}> & Sons", "basis": "meta"}, "url": f"https://o{i}.example/a?b=c&d=\"e",
                     "accepted": 1700000000000 + i})
    tagged = [json.loads(line) for line in run("wiredesk-tag", "--stdio", data="".join(json.dumps(d) + "\n" for d in docs).encode()).splitlines()]
    for d in tagged:
        end = d["text"].index("\n")
        d.update(title=[0, end], title_basis="line", body=end + 2, verdict={"kind": "original"}, story={"id": "storm", "storyline": "l1", "reasons": ["same"]})
    report(state, tagged)
    look_at(state, "forty articles", 10)
    page = pathlib.Path(state, "report/pages/stories/storm.html")
    check(page.read_text().count("<article ") >= 30 and page.stat().st_size < 2_000_000, f"its page has their texts, {page.stat().st_size >> 10} KiB")


HOSTILE = ["</title><script>alert(1)</script>", "\" onmouseover=\"alert(1)", "<img src=x onerror=alert(1)>", "-->]]><svg/onload=alert(1)>", "{{7*7}} ${x} `id`",
           "\u202eesrever \u2066nwod\u2069", "שלום עולם says the mayor", "[x](javascript:alert(1)) | a | b", "tab\tand control \x01\x1b[2J", "&lt;b&gt; &#x3c;", "'; DROP TABLE stories; --"]


def hostile(state):
    docs = []
    for i, title in enumerate(HOSTILE):
        text = f"{title}\n\n\"{title}\" said {title} on Tuesday.\n"
        size = len(title.encode())
        d = {"key": f"k{i}<\"&'>", "text": text, "title": [0, size], "title_basis": "line", "body": size + 2, "name": f"{title}.txt", "url": ["javascript:alert(1)", "https://x.example/\"><script>"][i % 2],
             "outlet": {"value": title, "basis": "meta"}, "byline": [title], "verdict": {"kind": "original"}, "accepted": 1700000000000 + i,
             "story": {"id": f"../../{title}"[:60], "storyline": title, "reasons": [title]},
             "quotes": [{"b": size + 3, "e": 2 * size + 3, "kind": "direct", "speaker": title, "score": 0.9, "rule": "test"}],
             "entities": [{"name": title, "type": "person", "mentions": [{"b": 0, "e": size, "score": 0.9}]}]}
        docs.append(d)
    before = sorted(os.listdir(os.path.dirname(state)))
    report(state, docs)
    check(look_at(state, "hostile texts") == len(HOSTILE), "each hostile story has its page, in the folder of pages")
    check(sorted(os.listdir(os.path.dirname(state))) == before and sorted(os.listdir(f"{state}/report")) == sorted({"ledger.db", "pages"} | set(os.listdir(f"{state}/report"))),
          "and none anywhere else")


def gone(state):
    first, second = document(1, story={"id": "S1", "reasons": ["first"]}), document(2, story={"id": "S2", "reasons": ["first"]})
    third = document(3, story={"id": "S1", "reasons": ["same"]}, changes=[{"op": "merge", "story": "S2", "into": "S1", "reasons": ["same"]}])
    for d in (first, second, third):
        d.pop("instance")
    report(state, [first, second])
    report(state, [third])
    page = pathlib.Path(state, "report/pages/stories/S2.html").read_text()
    check("merged into <a href=\"S1.html\">S1</a>" in page, "a story that was merged says where it went")
    check("S2.html" not in pathlib.Path(state, "report/pages/index.html").read_text(), "and leaves the index")
    look_at(state, "merged")
    os.makedirs(state + "-off")
    report(state + "-off", [first], "--no-pages")
    check(not os.path.exists(f"{state}-off/report/pages"), "--no-pages writes none")


def colours():
    with tempfile.TemporaryDirectory(prefix="wd-pages-") as state:
        d = document(1, story={"id": "S1", "reasons": ["first"]})
        d.pop("instance")
        report(state, [d])
        style = Page(pathlib.Path(state, "report/pages/stories/S1.html")).style
    sets = [dict(re.findall(r"--([a-z]+):(#[0-9a-f]{3,6})", block)) for block in re.findall(r":root\{([^}]*)\}", style)]
    check(len(sets) == 3, "three sets of colours: light, dark, print")
    for name, of in zip(("light", "dark", "print"), sets):
        of = {**sets[0], **of}
        pairs = [("fg", "bg"), ("soft", "bg"), ("link", "bg"), ("alarm", "bg"), ("fg", "mark"), ("fg", "hit")]
        least = min((contrast(of[a], of[b]), a, b) for a, b in pairs)
        check(least[0] >= 4.5, f"{name}: every text has a contrast of 4.5 or more ({least[0]:.1f}: {least[1]} on {least[2]})")


# --- the daemon ---

def wait_for(true, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def beside_the_daemon(binary):
    daemon = Report(binary, "--coalesce", "100ms")
    daemon.start()
    page, stop, torn, reads = pathlib.Path(daemon.dir, "report/pages/stories/S1.html"), threading.Event(), [], [0]

    def read():
        while not stop.is_set():
            try:
                text = page.read_text()
                reads[0] += 1
                if not text.startswith("<!DOCTYPE html>") or not text.endswith("</html>\n"):
                    torn.append(len(text))
            except FileNotFoundError:
                time.sleep(0.001)

    reader = threading.Thread(target=read)
    reader.start()
    for seq in range(1, 61):
        daemon.send(document(seq, story={"id": "S1", "storyline": "L1", "reasons": ["same"]}))
        time.sleep(0.02)
    check(all(n and n["outcome"] == "reported" for n in daemon.notes(60)), "documents go their way")
    check(wait_for(lambda: page.exists() and "60 articles" in page.read_text()), "the page follows")
    stop.set()
    reader.join()
    check(torn == [] and reads[0] > 5, f"read {reads[0]} times while it was replaced, it was always whole")
    check(daemon.stop() == 0, "the daemon ends well")
    look_at(daemon.dir, "beside the daemon")
    cursor = pathlib.Path(daemon.dir, "report/pages/.cursor").read_text()
    check(cursor.endswith(" sound\n"), "and says that all pages are on the disk")
    daemon.close()


def killed(binary):
    points = [f"pages.{p}:{n}" for p in ("half_written", "before_rename", "after_rename") for n in (1, 2, 5, 9)] if b"WIREDESK_CHAOS" in open(binary, "rb").read() else []
    daemon = Report(binary, "--coalesce", "100ms")
    seq = 0
    for life in range(max(len(points), 6)):
        daemon.start(**({"WIREDESK_CHAOS": points[life]} if life < len(points) else {}))
        open_docs = {}
        for _ in range(8):
            seq += 1
            open_docs[seq] = document(seq, story={"id": f"S{seq % 5}", "reasons": ["same"]})
            wait_for(lambda: daemon.process.poll() is not None or daemon.offer(open_docs[seq]))
            time.sleep(0.01)
        if life < len(points):
            check(wait_for(lambda: daemon.process.poll() is not None, 60), f"killed at {points[life]}")
        else:
            time.sleep(0.1 * life)
        daemon.stop(signal.SIGKILL)
    daemon.start()
    seq += 1
    daemon.send(document(seq, story={"id": "S1", "reasons": ["same"]}))

    def caught_up():
        told = daemon.rows("select id, n_articles from stories where rev > 0")
        texts = {i: pathlib.Path(daemon.dir, f"report/pages/stories/{i}.html") for i, n in told}
        index = pathlib.Path(daemon.dir, "report/pages/index.html")
        return told and all(p.exists() and f"{n} article" in p.read_text() for (i, n), p in zip(told, texts.values())) and index.exists() and index.read_text().count("<tr><td>") == len(told)

    time.sleep(0.5)
    check(wait_for(caught_up), "after the last start the pages catch up")
    check(daemon.stop() == 0, "and the daemon ends well")
    look_at(daemon.dir, "killed again and again")
    daemon.close()


# --- a browser ---

def browser(state):
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        print("skipped: no browser to look with", flush=True)
        return
    page = pathlib.Path(state, "report/pages/stories/storm.html").resolve()
    for name, more in (("light", []), ("dark", ["--blink-settings=preferredColorScheme=0"]), ("phone", ["--window-size=400,900"])):
        with tempfile.TemporaryDirectory(prefix="wd-browser-") as home:
            shot = os.path.join(home, "shot.png")
            try:
                p = subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={home}/user", "--enable-logging=stderr", "--v=0", *more,
                                    f"--screenshot={shot}", f"file://{page}"], capture_output=True, timeout=90, env={**os.environ, "HOME": home})
            except subprocess.TimeoutExpired:
                print("skipped: the browser does not answer here", flush=True)
                return
            if not os.path.exists(shot):
                print("skipped: the browser does not run here", flush=True)
                return
            console = [line for line in p.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]
            check(os.path.getsize(shot) > 10000 and console == [], f"the browser shows it ({name}) and complains of nothing {console[:2] or str()}")


with tempfile.TemporaryDirectory(prefix="wd-pages-") as work:
    for name, part in (("examples", examples), ("forty", forty), ("hostile", hostile), ("gone", gone)):
        os.makedirs(f"{work}/{name}")
        part(f"{work}/{name}")
    colours()
    browser(f"{work}/forty")
beside_the_daemon(f"{BIN}/wiredesk-report")
killed(f"{BIN}/wiredesk-report")
finish()
