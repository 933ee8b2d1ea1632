#!/usr/bin/python3
"""run_damage.py - journal, index and ledger with one region damaged after another: no program dies of it, and what a start does not take is named.

Usage: run_damage.py BIN [REGIONS [SEED]]: so many regions of each store, evenly over its file; 64 bytes of each become noise, at the head
of a page or at a random place."""
import collections
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile

from proofs import BESIDE, BIN, Daemons, argument, check, finish, wait_for

REGIONS, SEED = argument(1, 25), argument(2, 1)
dice = random.Random(SEED)
folder = tempfile.mkdtemp(prefix="wd-damage-")
NOISE, PAGE = 64, 4096


def run(*command, given=""):
    return subprocess.run(command, input=given, capture_output=True, text=True, errors="replace")


def make():
    """A journal that holds documents, an index and a ledger of the same."""
    state = f"{folder}/whole"
    ingest = Daemons(state, start=("ingest",), keep=False)
    wait_for(30, lambda: ingest.status())
    check(run(f"{BIN}/wiredesk", "feed", "--state", state, "examples").returncode == 0, "a journal holds documents")
    check(ingest.stop() == [], "which nobody took")
    text = run(f"{BIN}/wiredesk-ingest", "--stdio", "--accepted", "1790000000000", "examples").stdout
    for stage in ("normalize", "tag", "dedup", "report"):
        done = run(f"{BIN}/wiredesk-{stage}", "--stdio", "--state", state, *(["--no-pages"] if stage == "report" else []), given=text)
        text = done.stdout
    check(text.count("\n") > 40, "an index and a ledger have them")
    return state


def ledger_rows(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.text_factory = bytes
    try:
        return [sorted(map(repr, db.execute(f"SELECT * FROM {table}"))) for table in ("documents", "bodies", "stream", "agains")]
    finally:
        db.close()


STORES = {  # file, and what opens it as its daemon does
    "journal": ("journal/data.mdb", lambda s: run(f"{BIN}/wiredesk-ingest", "--state", s, "--forget", "none")),
    "index": ("index/data.mdb", lambda s: run(f"{BIN}/wiredesk-dedup", "--state", s, "--stdio")),
    "ledger": ("report/ledger.db", lambda s: run(f"{BIN}/wiredesk-report", "--state", s, "--stdio", "--no-pages")),
}


def content(store, state):
    """What the store holds, or None when reading it says that it is damaged; a program that dies of it raises."""
    if store == "ledger":
        try:
            return ledger_rows(f"{state}/report/ledger.db")
        except sqlite3.DatabaseError:
            return None
    done = run(f"{BESIDE}/audit", state)
    if done.returncode < 0:
        raise RuntimeError(f"signal {-done.returncode}")
    return [line for line in done.stdout.splitlines() if not line.startswith("end")] if done.returncode == 0 else None


def damaged(whole, store):
    file, start = STORES[store]
    size = os.path.getsize(f"{whole}/{file}")
    state = f"{folder}/{store}"
    os.makedirs(os.path.dirname(f"{state}/{file}"))
    shutil.copy(f"{whole}/{file}", f"{state}/{file}")
    good = content(store, state)
    told, examples, deaths = collections.Counter(), {}, []
    for i in range(REGIONS):
        shutil.rmtree(state)
        os.makedirs(os.path.dirname(f"{state}/{file}"))
        shutil.copy(f"{whole}/{file}", f"{state}/{file}")
        at = min(size * i // REGIONS + dice.randrange(max(1, size // REGIONS)), size - NOISE)
        at = at if i % 2 else at // PAGE * PAGE  # heads of pages are few bytes, and what all else hangs on
        with open(f"{state}/{file}", "r+b") as f:
            f.seek(at)
            f.write(dice.randbytes(NOISE))
        before = hashlib.blake2b(open(f"{state}/{file}", "rb").read()).digest()
        done = start(state)
        if done.returncode == 64:
            named = os.path.basename(file) in done.stderr and "damaged" in done.stderr
            kept = hashlib.blake2b(open(f"{state}/{file}", "rb").read()).digest() == before
            told["named at the start" if named and (kept or store == "index") else "refused badly"] += 1  # an index may have its format noted anew
            examples.setdefault("named at the start", done.stderr.strip())
        elif done.returncode < 0:
            deaths.append(f"byte {at}: signal {-done.returncode}")
        elif done.returncode != 0:
            told["met at the start, without a name"] += 1
        else:
            try:
                now = content(store, state)
                told["met when it is read" if now is None else "harmless" if now == good else "not noticed"] += 1
            except RuntimeError as e:
                deaths.append(f"byte {at}: {e}")
    print(f"     {store}: {size} bytes, {REGIONS} regions: " + ", ".join(f"{n} {what}" for what, n in sorted(told.items())))
    print(f"     e.g. {examples.get('named at the start', '-')}")
    check(deaths == [], f"{store}: no program dies of it {deaths[:3]}")
    check(told["named at the start"] > 0 and told["refused badly"] == 0, f"{store}: what is refused is named, and left as it was")


whole = make()
for store in STORES:
    damaged(whole, store)
shutil.rmtree(folder)
finish()
