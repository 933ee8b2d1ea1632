#!/usr/bin/python3
"""run_stream.py - our example articles through the five filters: lines of their schema, spans in text and file, deltas that add up, same bytes each time."""
import base64
import itertools
import os
import pathlib
import subprocess
import sys
import tempfile

from report_pipe import check, finish, hold, json, numbered, spans

BIN = os.path.abspath(sys.argv[1])


def filter(stage, text, *args):
    done = subprocess.run([f"{BIN}/wiredesk-{stage}", "--stdio", *args], input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    check(done.returncode == 0, f"{stage} --stdio ends with 0 {done.stderr.decode()[:200]}")
    return done.stdout


def report(docs, *args):
    with tempfile.TemporaryDirectory(prefix="wd-stream-") as state:
        return filter("report", docs, "--state", state, *args).splitlines()


def chain(files):
    """Documents before and behind tag and dedup."""
    fed = filter("ingest", None, *files)
    docs = [json.loads(line) for line in fed.splitlines()]
    for i, doc in enumerate(docs):  # the time of the documents is the time of the lines
        doc["accepted"] = 1772500000000 + 1000 * i
    fed = "\n".join(json.dumps(doc) for doc in docs).encode() + b"\n"
    clean = filter("normalize", fed)
    with tempfile.TemporaryDirectory(prefix="wd-stream-") as state:
        return docs, clean, filter("dedup", filter("tag", clean), "--state", state)


def whole_documents(lines):
    """dedup prints a further line for each document that a story moved: report takes the documents."""
    return b"".join(line + b"\n" for line in lines.splitlines() if "text" in json.loads(line) or "fail" in json.loads(line))


def in_their_files(lines, fed, clean):
    raw = {doc["key"]: base64.b64decode(doc["raw"]) for doc in fed}
    maps = {doc["key"]: doc.get("map", []) for doc in map(json.loads, clean.splitlines())}
    wrong = runs = 0
    for s in itertools.chain.from_iterable(spans(json.loads(line)) for line in lines):
        for text, source, length in maps.get(s["d"], []):
            b, e = max(text, s["b"]), min(text + length, s["e"])
            if b >= e:
                continue
            runs += 1
            wrong += raw[s["d"]][source + b - text:source + e - text] != s["t"].encode()[b - s["b"]:e - s["b"]]
    check(runs > 0 and wrong == 0, f"{runs} verbatim runs of all spans stand in the files as fed")


SECTIONS = {"entities": "name", "facts": "id", "both_report": "id", "only": "id", "timeline": "id", "summary": "id", "quotes": "id", "conflicts": "id",
            "relations": "story"}


def deltas_add_up(lines):
    """Who follows only the deltas of a story knows what its last line holds."""
    known, seen, updates = {}, {}, 0
    for line in map(json.loads, lines):
        if line["type"] != "story" or "delta" not in line:
            continue
        updates += line["op"] == "update"
        mine = known.setdefault(line["id"], {})
        for section, change in line["delta"].items():
            if isinstance(change, dict):
                ids = mine.setdefault(section, set())
                ids |= set(change.get("added", []))
                ids -= set(change.get("removed", []))
        seen[line["id"]] = line
    wrong = []
    for story, line in seen.items():
        if known[story].get("articles", set()) != {a["id"] for a in line["articles"]}:
            wrong.append((story, "articles"))
        for section, key in SECTIONS.items():
            if known[story].get(section, set()) != {item[key] for item in line.get(section, [])}:
                wrong.append((story, section))
    check(wrong == [] and updates > 0, f"the deltas of {len(seen)} stories add up over {updates} updates {wrong[:3] or str()}")


fed, clean, judged = chain(sorted(str(p) for p in pathlib.Path("examples").iterdir()))
docs = whole_documents(judged)
texts = {doc["key"]: doc["text"] for doc in map(json.loads, docs.splitlines()) if "text" in doc}
lines = report(docs)
check(numbered(lines), "lines are numbered from 1")
hold(lines, texts, "the examples")
in_their_files(lines, fed, clean)
check({json.loads(line)["type"] for line in lines} >= {"article", "quote", "story", "reject", "stats"}, "every main type of line comes")
check(report(docs) == lines, "the same documents give the same bytes")
check(report(docs, "--batch", "1") == lines, "whatever the batch")
each = report(docs, "--coalesce", "0s")
hold(each, texts, "a line for each article")
deltas_add_up(each)
with tempfile.TemporaryDirectory(prefix="wd-stream-") as kept:
    first = filter("report", docs, "--state", kept).splitlines()
    again = [json.loads(line) for line in filter("report", docs, "--state", kept).splitlines()]
    check([line["type"] for line in again] == ["stats"] and again[0]["repeated"] == len(docs.splitlines()), "fed again, nothing is said again")
    check(again[0]["seq"] == len(first) + 1, "and numbers go on")
    bad = subprocess.run([f"{BIN}/wiredesk-report", "--stdio", "--state", kept], input=b'{"no json\n' + docs.splitlines()[0] + b"\n", stderr=subprocess.PIPE,
                         stdout=subprocess.PIPE)
    check(bad.returncode == 65 and b"line 1" in bad.stderr, "a line that is no document is named, and the status is 65")
finish()
