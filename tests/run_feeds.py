#!/usr/bin/python3
"""run_feeds - feedparser's test feeds through ingest and normalize: how many of the cases that say something of an article are read as they say."""
import base64, codecs, datetime, html, json, os, re, subprocess, sys, tempfile

BIN, DATA = os.path.abspath(sys.argv[1]), "../shared/data/feeds"
VERBOSE = len(sys.argv) > 2
GOAL = 0.97
if not os.path.exists(f"{DATA}/expected.json"):
    print(f"skipped: no {DATA}")
    sys.exit(77)

SAMPLES = ["中文", "жук", "한국", "ไทย", "café", "cafe"]

REASONS = {
    "encoding/bozo_linenoise.xml": "all bytes but one are UTF-8 and are read as that; feedparser reads them as windows-1252",
    "wellformed/atom/entry_updated_multiple_values.xml": "of two dates of the same name the first counts here, not the last",
    "wellformed/atom10/entry_content_and_summary.xml": "a summary beside the full text is not kept",
    "wellformed/rss/item_description_and_summary.xml": "description and summary are both summaries: one is kept",
}


def plain(text):
    """What a reader sees of it."""
    return " ".join(html.unescape(re.sub(r"""<(?:[^>"']|"[^"]*"|'[^']*')*>""", "", text)).split())


def same(got, want):
    if got is None or want is None:
        return (got or None) == want or plain(want or "") == ""
    return got == want or " ".join(got.split()) == " ".join(want.split()) or plain(got) == plain(want) or got == plain(want)


# --- what a case says of an article: (path without its numbers) -> what we have ---

def title(d): return d["meta"].get("title")
def outlet(d): return d["meta"].get("outlet")
def link(d): return d["meta"].get("url")
def authors(d): return d["meta"].get("byline", [])
def language(d): return d["meta"].get("lang")
def published(d): return d["meta"].get("published")
def modified(d): return d["meta"].get("modified")
def moment(d, which): return (d.get("article") or {}).get(which, {}).get("value")
def content(d): return base64.b64decode(d.get("raw", "")).decode("utf-8", "replace")


ENTRY = {
    "title": ("titles", title), "title_detail.value": ("titles", title), "source.title": ("titles", outlet), "source.title_detail.value": ("titles", outlet),
    "link": ("links", link), "links.href": ("links", link), "id": ("links", lambda d: d.get("id")),
    "published": ("dates", published), "created": ("dates", published), "updated": ("dates", modified), "modified": ("dates", modified),
    "published_parsed": ("dates", lambda d: moment(d, "published")), "created_parsed": ("dates", lambda d: moment(d, "published")),
    "updated_parsed": ("dates", lambda d: moment(d, "modified") or moment(d, "published")),
    "author": ("authors", authors), "author_detail.name": ("authors", authors), "authors.name": ("authors", authors),
    "description": ("content", content), "summary": ("content", content), "summary_detail.value": ("content", content), "content.value": ("content", content),
    "content.language": ("content", language), "summary_detail.language": ("content", language), "title_detail.language": ("titles", language), "language": ("content", language),
}
FEED = {
    "title": ("titles", outlet), "title_detail.value": ("titles", outlet), "title_detail.language": ("titles", language), "language": ("content", language),
}


def holds(kind, got, want):
    if isinstance(got, list):
        bare = re.sub(r"\s*\([^)]*@[^)]*\)$", "", want)
        return any(same(name, want) or same(name, bare) for name in got)
    if isinstance(want, list):  # feedparser's time tuple, UTC
        if not got:
            return False
        t = datetime.datetime.fromisoformat(got.replace("Z", "+00:00"))
        t = t.astimezone(datetime.timezone.utc) if t.tzinfo else t
        return [t.year, t.month, t.day, t.hour, t.minute, t.second][:len(want)] == want[:6]
    if isinstance(want, str) and re.fullmatch(r"[a-z]{2}-[A-Z]{2}", want or "") and got:
        got = got.replace("_", "-")
    return same(got, want)


def wanted(case):
    """(kind, entry or None, reader, value) of what it says, or the reason for which it is apart."""
    out, apart = [], "tests feedparser's own details"
    for e in case["expect"]:
        path = e["path"]
        if path == ["bozo"] or e["op"] != "==":
            continue
        if path == ["encoding"]:
            out.append(("encoding", 0, None, e["value"]))
            continue
        names = ".".join(p for p in path[1:] if isinstance(p, str))
        row = (ENTRY if path[0] == "entries" else FEED if path[0] == "feed" else {}).get(names)
        if row is None:
            apart = "says something of the feed itself" if path[0] == "feed" else apart
        elif names == "links.href" and path[-2] != 0 or names.startswith("content") and path[3] != 0:
            apart = "says something of a second link or content"
        else:
            out.append((row[0], path[1] if path[0] == "entries" else 0, row[1], e["value"]))
    if any("127.0.0.1" in str(e.get("value")) for e in case["expect"]):
        return "needs HTTP headers or the address"
    if out and any(h[1].split(":")[0] in ("Content-Location", "Content-Language") or "charset" in h[1] or h[1].startswith("Content-type: text/") for h in case["headers"]):
        return "needs HTTP headers or the address"
    return out or apart


def with_entry(data, encoding):
    """A feed without entries tells nothing of articles: it gets one, and for the sake of an encoding one in its letters. Returns the title too."""
    codec = "utf-8"
    for bom, name in ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(bom):
            codec = name
            break
    else:
        codec = codecs.lookup(encoding).name if encoding else "latin-1"
    text = data.decode(codec, "surrogateescape") if encoding and not codec.startswith("utf-") else data.decode(codec) if codec != "utf-8" or encoding else data.decode("latin-1")
    sample = next((s for s in SAMPLES if encodable(s, codec)), "cafe") if encoding else "entry"
    has = re.search(r"<(\w+:)?(item|entry)[\s>]", text, re.I) is not None
    if has and not encoding:  # an entry of a date alone is refused as empty: it gets a title
        if "title" not in text.lower() and not re.search(r"description|summary|content|body|fullitem|abstract", text.split("-->")[-1], re.I):
            text = re.sub(r"</((\w+:)?(item|entry))>", r"<\2title>entry</\2title></\1>", text)
            return text.encode("latin-1"), None
        return data, None
    root = re.search(r"<(\w+:)?(rss|feed|rdf|channel)[\s>]", text, re.I)
    prefix, kind = (root.group(1) or "", root.group(2).lower()) if root else ("", "rss")
    p = "" if kind == "rdf" else prefix
    name = "entry" if kind == "feed" else "item"
    entry = f"<{p}{name}><{p}title>{sample}</{p}title></{p}{name}>"
    ends = [m.start() for m in re.finditer(r"</(\w+:)?(channel|feed|rdf)\s*>" if kind != "rss" or re.search("</channel", text, re.I) else r"</rss\s*>", text, re.I)]
    if not ends:
        return data, None
    at = ends[0]
    return (text[:at] + entry + text[at:]).encode(codec, "surrogateescape"), sample


def encodable(s, codec):
    try:
        s.encode(codec)
        return True
    except UnicodeError:
        return False


def run(folder):
    documents = subprocess.run([f"{BIN}/wiredesk-ingest", "--stdio", "."], cwd=folder, capture_output=True)
    articles = subprocess.run([f"{BIN}/wiredesk-normalize", "--stdio"], input=documents.stdout, capture_output=True)
    done = [json.loads(line) for line in articles.stdout.splitlines()]
    out = {}
    for line, article in zip(documents.stdout.splitlines(), done):
        d = json.loads(line)
        d.setdefault("meta", {})
        d["article"] = article
        out.setdefault(int(d["name"].split(".")[0].lstrip("./")), []).append(d)
    return out


def main():
    cases = json.load(open(f"{DATA}/expected.json"))
    apart, asked, samples = {}, {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for i, case in enumerate(cases):
            want = wanted(case)
            if isinstance(want, str):
                apart[want] = apart.get(want, 0) + 1
                continue
            asked[i] = want
            encoding = next((w[3] for w in want if w[0] == "encoding"), None)
            data, samples[i] = with_entry(open(f"{DATA}/{case['file']}", "rb").read(), encoding)
            with open(f"{folder}/{i:04}.xml", "wb") as f:
                f.write(data)
        got = run(folder)
    tally, missed = {}, []
    for i, want in asked.items():
        kind, documents = want[0][0], got.get(i, [])
        right = all(n < len(documents) and (samples[i] in (None, "") or title(documents[-1]) == samples[i]) if k == "encoding" else
                    n < len(documents) and holds(k, read(documents[n]), value) for k, n, read, value in want)
        counts = tally.setdefault(kind, [0, 0])
        counts[0] += right
        counts[1] += 1
        if not right:
            missed.append(f"  {cases[i]['file']}: {REASONS.get(cases[i]['file'], cases[i]['expect_src'][:110])}" + (f"  GOT {[read(documents[n]) if read and n < len(documents) else [d['meta'] for d in documents] for k, n, read, v in want]!r:.160}" if VERBOSE else ""))
    right, total = sum(c[0] for c in tally.values()), sum(c[1] for c in tally.values())
    print(f"{len(cases)} cases, {total} of them say something of an article's titles, links, dates, authors, content or encoding: {right} read as they say, {100 * right / total:.1f} %")
    for kind, (a, b) in sorted(tally.items()):
        print(f"  {kind}: {a} of {b}")
    for reason, n in sorted(apart.items()):
        print(f"apart: {n} {reason}")
    print("not read as they say:")
    print("\n".join(missed))
    return 0 if right >= GOAL * total else 1


sys.exit(main())
