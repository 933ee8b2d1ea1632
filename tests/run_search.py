#!/usr/bin/python3
"""run_search.py - search and export read a ledger while its writer runs and without it; spans of what was found stand in their texts."""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile

BIN = os.path.abspath(sys.argv[1])
failures = []


def check(true, what):
    print(("ok   " if true else "FAIL ") + what, flush=True)
    if not true:
        failures.append(what)


def run(program, *args, data=b"", status=0):
    p = subprocess.run([f"{BIN}/{program}", *args], input=data, capture_output=True, timeout=120)
    check(p.returncode == status, f"{program} {' '.join(args[:3])} ends with {status}" + ("" if p.returncode == status else f", not {p.returncode}: {p.stderr}"))
    return p.stdout


def document(key, title, body, outlet="Fenwick Mail", **more):
    text = f"{title}\n\n{body}\n"
    name = text.encode().index(b"Ines Calder") if "Ines Calder" in text else None
    fields = {"key": key, "text": text, "title": [0, len(title.encode())], "title_basis": "line", "body": len(title.encode()) + 2, "outlet": {"value": outlet, "basis": "meta"},
              "verdict": {"kind": "original"}, "story": {"id": "s1", "storyline": "l1", "reasons": ["first"]}, "accepted": 1700000000000}
    if name is not None:
        fields["entities"] = [{"name": "Ines Calder", "type": "person", "mentions": [{"b": name, "e": name + 11, "score": 0.9}]}]
    fields.update(more)
    return fields


TEXTS = [
    document("a1", "Harbour of Fenwick closes", "Mayor Ines Calder closed the harbour on Tuesday. A café stayed open."),
    document("a2", "Ferries wait at Fenwick", "Two ferries waited, and \"nobody knew why,\" said Ines Calder.", outlet="Northern Wire"),
    document("b1", "=1+1 is a title, \"with quotes\"", "Rockfall on the pass\nroad to Ulm. <b>Nothing</b> else.", story={"id": "s2", "storyline": "l2", "reasons": ["first"]}),
]

with tempfile.TemporaryDirectory(prefix="wd-search-") as state:
    run("wiredesk-report", "--stdio", "--state", state, data="".join(json.dumps(d) + "\n" for d in TEXTS).encode())
    texts = {d["key"]: d["text"].encode() for d in TEXTS}

    def search(*words, status=0):
        return [json.loads(line) for line in run("wiredesk", "search", "--state", state, "--json", *words, status=status).splitlines()]

    found = search("harbour")
    check([f["key"] for f in found] == ["a1"], "a word is found")
    check(search("CAFE")[0]["key"] == "a1", "whatever its case and accents")
    check([f["key"] for f in search("ferr*")] == ["a2"] and [f["key"] for f in search("name:calder", "--", "-harbour")] == ["a2"], "beginnings, names, exclusions")
    check([f["key"] for f in search("Calder", "--outlet", "northern wire")] == ["a2"] and [f["key"] for f in search("fenwick", "--story", "s1", "-n", "1", "--newest")] == ["a2"],
          "outlet, story, number and order are kept")
    calder = next(e["id"] for e in csv.DictReader(io.StringIO(run("wiredesk", "export", "--state", state, "entities").decode("utf-8-sig"), newline="")))
    check([f["key"] for f in search("fenwick", "--entity", calder)] == ["a1", "a2"] and search("rockfall", "--entity", calder, status=1) == [], "an entity is found by its id")
    check(calder in run("wiredesk", "show", "--state", state, "a1").decode(), "and shown with it")
    check(search("Fenwick", "--until", "2023-01-01", status=1) == [], "nothing found is status 1")
    for f in search("Ines Calder OR rockfall"):
        for s in [f["excerpt"], *f["matches"]]:
            check(texts[s["d"]][s["b"]:s["e"]] == s["t"].encode() and f["matches"], f"the words of {f['key']} [{s['b']}, {s['e']}) stand in its text")
    plain = run("wiredesk", "search", "--state", state, "rockfall").decode()
    check("with quotes" in plain and "b1" in plain and "\x1b" not in plain, "for people: plain when piped")

    def table(what, *args):
        return list(csv.DictReader(io.StringIO(run("wiredesk", "export", "--state", state, what, *args).decode("utf-8-sig"), newline="")))

    articles = table("articles")
    check([a["text"].encode() for a in articles] == [texts[a["key"]] for a in articles] and len(articles) == 3, "exported texts are the texts, byte for byte")
    check(articles[2]["title"] == TEXTS[2]["text"].split("\n")[0], "quotes and commas survive")
    check(table("articles", "--spreadsheet")[2]["title"].startswith("'="), "--spreadsheet disarms formulas")
    check([(e["name"], e["articles"]) for e in table("entities")] == [("Ines Calder", "2")], "entities are counted over articles")
    check({s["id"] for s in table("stories")} == {"s1", "s2"} and [s["id"] for s in table("stories", "--story", "s2")] == ["s2"], "stories")
    check(len(table("mentions", "--story", "s1")) == 2 and table("quotes") == [] and table("rejects") == [], "mentions, and empty tables have their heads")
    lines = [json.loads(line) for line in run("wiredesk", "export", "--state", state, "--json", "stories").splitlines()]
    check([line["state"] for line in lines] == ["open", "open"] and all(isinstance(line["rev"], int) for line in lines), "JSON Lines keep numbers numbers")

    # While the writer runs: it waits for more on its input.
    writer = subprocess.Popen([f"{BIN}/wiredesk-report", "--stdio", "--state", state], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    check([f["key"] for f in search("harbour")] == ["a1"] and len(table("articles")) == 3, "both read beside the writer")
    writer.stdin.close()
    check(writer.wait(60) == 0, "which is not disturbed")

sys.exit(1 if failures else 0)
