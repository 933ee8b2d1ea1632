#!/usr/bin/python3
"""run_retract.py - documents taken back from a pipe that runs and from one that does not; of what is forgotten no byte is left in the state directory."""
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

from proofs import BIN, CHAOS, Daemons, Stores, check, finish, key_of, wait_for
from report_pipe import hold

folder = tempfile.mkdtemp(prefix="wd-retract-")
state = f"{folder}/state"


def event(words, extra=""):
    return (f"Ferry with 214 aboard runs aground off Kestrel Point\n\nAll 214 passengers were brought ashore on Tuesday after the ferry Maren Sund ran aground "
            f"off Kestrel Point, the coast guard said.\n\n{words}\n\nThe ferry Maren Sund left Port Calder at six.{extra}\n")


# Words that stand in one document alone.
SECRET = ["Zelbrunth Quovadis", "crankoffle bewilders", "wuzzlepate harbourmaster", "Ottilie Brandmeersch", "zwölfundneunzig Möwen", "4711 snorkelbirds"]
DOCUMENTS = {
    "first.txt": event('"We had a ship on a sandbank and very little to see," said coast guard spokeswoman Tilde Aberg. Nine people were injured.'),
    "secret.txt": event(f'"We had a ship on a sandbank and very little to see, {SECRET[1]}," said coast guard spokeswoman Tilde Aberg. Fourteen people were injured. '
                        f'{SECRET[0]}, a {SECRET[2]}, counted {SECRET[5]}. "There were {SECRET[4]} over us," said Mayor {SECRET[3]}.'),
    "third.txt": event('Twelve people were injured, said the owner of the line. "We will look at everything," said Piet Larsmo of Calder Lines.'),
    "tram.txt": "Veldhaven votes for its fourth tram line\n\nThe council of Veldhaven voted on Monday for a fourth tram line, 26 votes to 19. "
                "\"It is about time,\" said Mayor Joost Falkenrath.\n",
    "closed.txt": "Aldane Foods buys Brightwell Dairy\n\nAldane Foods said on Wednesday that it buys Brightwell Dairy for 1.2 billion dollars. "
                  "\"Milk is milk,\" said Vexillara Umberquist of Aldane Foods.\n",
}
CLOSED = ["Vexillara Umberquist", "Milk is milk"]
TRAM = ["Joost Falkenrath", "It is about time"]


def wiredesk(*arguments):
    done = subprocess.run([f"{BIN}/wiredesk", *arguments, "--state", state], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def feed(name, text=None):
    path = pathlib.Path(folder, name)
    path.write_text(text or DOCUMENTS[name])
    done = subprocess.run([f"{BIN}/wiredesk", "feed", "--state", state, name], cwd=folder, capture_output=True, text=True)
    check(done.returncode == 0, f"{name} is fed {done.stderr.strip().splitlines()[-1:] if done.returncode else str()}")
    wiredesk("status", "--settle", "30s")
    db = sqlite3.connect(f"file:{state}/report/ledger.db?mode=ro", uri=True)
    row = db.execute("SELECT key FROM documents WHERE name = ?", (name,)).fetchone()
    db.close()
    return row[0] if row else None


def rows(sql, *values):
    db = sqlite3.connect(f"file:{state}/report/ledger.db?mode=ro", uri=True)
    try:
        return db.execute(sql, values).fetchall()
    finally:
        db.close()


def found_in(words):
    """Files of the state directory that hold any of these, as they are or as JSON writes them."""
    needles = {form for w in words for form in (w.encode(), json.dumps(w)[1:-1].encode(), w.encode("ascii", "xmlcharrefreplace"), *(p.encode() for p in w.split() if len(p) > 7))}
    found = []
    for path in pathlib.Path(state).rglob("*"):
        if path.is_file():
            bytes_of = path.read_bytes()
            found += [f"{path.relative_to(state)}: {n.decode()}" for n in needles if n in bytes_of]
    return found


def lines():
    return [row[0].encode() for row in rows("SELECT line FROM stream ORDER BY seq")]


def last_story(story):
    told = [json.loads(line) for line in lines()]
    return [t for t in told if t["type"] == "story" and t["id"] == story and t["op"] in ("new", "update")][-1]


def settle():
    wiredesk("status", "--settle", "30s")
    time.sleep(0.7)  # pages are written a moment later


def sound(what):
    faults = [f for f in Stores(state).faults() if "have not exactly one line" not in f]
    check(faults == [], f"{what}: the stores say nothing against each other {faults}")
    texts = dict(rows("SELECT d.key, b.text FROM documents d JOIN bodies b ON b.id = d.id WHERE b.text IS NOT NULL"))
    hold(lines(), texts, what)


def running():
    pipe = Daemons(state, keep=False)
    wait_for(30, lambda: pipe.status() and pipe.status("report"))
    keys = {name: feed(name) for name in DOCUMENTS}
    settle()
    story = rows("SELECT story FROM documents WHERE key = ?", keys["secret.txt"])[0][0]
    check(len(rows("SELECT key FROM documents WHERE story = ?", story)) == 3, "three accounts of the ferry are one story")
    check(any(k in str(last_story(story)) for k in (SECRET[0], SECRET[3])), "which tells what the second says")
    check(len({f.split(":")[0] for f in found_in(SECRET)}) >= 4, "it is in many files before")

    code, out, err = wiredesk("retract", keys["tram.txt"], "--why", "the vote was last year's")
    check(code == 0 and "retracted" in out, f"a document is retracted: {out.strip() or err}")
    settle()
    told = [json.loads(line) for line in lines()]
    check([t["why"] for t in told if t["op"] == "retract"] == ["the vote was last year's"], "a retract line says why")
    check(told[-1]["type"] != "story" or told[-1]["op"] == "close", "its story, which had no other, is closed")
    check(rows("SELECT count(*) FROM articles WHERE key = ?", keys["tram.txt"]) == [(0,)], "SQL's articles are without it")
    check(wiredesk("search", "Falkenrath")[1].strip() == "", "search does not find it")
    check(rows("SELECT count(*) FROM documents WHERE key = ? AND outcome = 1", keys["tram.txt"]) == [(1,)], "its outcome stays")
    check("was retracted already" in wiredesk("retract", keys["tram.txt"], "--why", "x")[1], "twice is once")
    before = len(lines())
    feed("tram.txt")
    settle()
    check([json.loads(line)["type"] for line in lines()[before:]] in ([], ["stats"]), "fed again it changes nothing")
    check("every document is accounted for" in wiredesk("status")[1], "and is counted")
    code, out, err = wiredesk("show", keys["tram.txt"], "--json")
    check(code == 0 and json.loads(out)["outcome"] == "retracted" and json.loads(out)["fed_again"] == 1, f"show says what became of it {err}")
    check(wiredesk("retract", "0" * 32, "--why", "x")[0] == 1 and wiredesk("forget", "0" * 32)[0] == 1, "an unknown key is said to be unknown")
    check(wiredesk("retract", keys["first.txt"])[0] == 64, "a reason is asked for")

    code, out, err = wiredesk("forget", keys["secret.txt"], "--why", "court order 12")
    check(code == 0 and "forgotten" in out, f"a document is forgotten: {out.strip() or err}")
    settle()
    check(found_in(SECRET) == [], f"no file of the running pipe has a word of it {found_in(SECRET)[:6]}")
    told = [json.loads(line) for line in lines()]
    check([t["seq"] for t in told] == list(range(1, len(told) + 1)), "the lines' numbers have no gap")
    check(any(t["op"] == "retract" and t.get("forget") and t["id"] == keys["secret.txt"] for t in told), "a line tells readers to forget, too")
    check(any(t["op"] == "forgotten" and set(t) == {"v", "seq", "ts", "type", "op", "id"} for t in told), "of lines that quoted it the head is left")
    last = last_story(story)
    check({a["id"] for a in last["articles"]} == {keys["first.txt"], keys["third.txt"]}, "the story is told of the two others")
    page = pathlib.Path(state, "report/pages/stories", f"{story}.html")
    check(wait_for(10, lambda: page.exists() and "Piet Larsmo" in page.read_text()), "its page, too")
    check(wiredesk("tail", "--from", "1", "--no-follow")[0] in (0, 64) and wiredesk("show", story)[0] == 0, "tail and show read them")
    feed("secret.txt")
    settle()
    check(pipe.settle(20), "fed again")
    code, out, err = wiredesk("forget", keys["secret.txt"])
    check(code == 0 and "already" in out and found_in(SECRET) == [], f"and forgotten again, it leaves nothing {found_in(SECRET)[:6]} {out.strip() or err}")
    check(pipe.stop() == [], "the daemons end as asked")
    check(found_in(SECRET) == [], f"nor do their ends bring it back {found_in(SECRET)[:6]}")
    sound("after both")
    return keys


def stopped(keys):
    check(found_in(TRAM) != [] and found_in(CLOSED) != [], "others are still there")
    code, out, err = wiredesk("forget", keys["tram.txt"])
    check(code == 0, f"one is forgotten while no daemon runs: {out.strip() or err}")
    check(found_in(TRAM) == [], f"and nothing is left {found_in(TRAM)[:6]}")
    sound("after that")
    if not CHAOS:
        print("     (a forgetting that is cut short needs a build with -DCHAOS=ON)")
        return
    done = subprocess.run([f"{BIN}/wiredesk", "forget", keys["closed.txt"], "--state", state], env={**os.environ, "WIREDESK_CHAOS": "report.forgetting"}, capture_output=True)
    check(done.returncode != 0 and found_in(CLOSED) != [], "a forgetting that was cut short has left words in a day file")
    pipe = Daemons(state, keep=False)
    check(bool(wait_for(30, lambda: pipe.status("report"))), "report starts on it")
    time.sleep(1)
    check(found_in(CLOSED) == [], f"and ends it {found_in(CLOSED)[:6]}")
    check(pipe.stop() == [], "as asked")
    sound("in the end")


stopped(running())
shutil.rmtree(folder)
finish()
