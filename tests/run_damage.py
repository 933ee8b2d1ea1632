#!/usr/bin/python3
"""run_damage.py - journal, index, ledger, its log and the day files with one region damaged after another: a start names what is damaged and refuses to guess,
`wiredesk repair` saves the rest, and what it does not name as lost is all there.

Usage: run_damage.py BIN [REGIONS [SEED]]: so many regions of each store, evenly over its file; 64 bytes of each become noise, at the head
of a page or at a random place."""
import collections
import glob
import hashlib
import os
import random
import re
import resource
import shutil
import sqlite3
import subprocess
import tempfile

from proofs import BESIDE, BIN, Daemons, Feeder, Stores, argument, check, finish, wait_for

REGIONS, SEED = argument(1, 4), argument(2, 1)
dice = random.Random(SEED)
folder = tempfile.mkdtemp(prefix="wd-damage-")
NOISE, PAGE = 64, 4096
DOCUMENTS = 60


def run(*command, given=""):
    return subprocess.run(command, input=given, capture_output=True, text=True, errors="replace")


def digest(path):
    return hashlib.blake2b(open(path, "rb").read()).digest()


def fed(state, source, n):
    feeder = Feeder(f"ipc://{state}/sock/feed", random.Random(source), most=n, source=source)
    feeder.join(60)
    return set(feeder.acked)


def make():
    """A state directory with all that there is: an index, a ledger whose last commits stand in its log, day files, and a journal that holds documents."""
    state = f"{folder}/whole"
    pipe = Daemons(state, keep=False)
    wait_for(30, lambda: pipe.status())
    acked = fed(state, "first", DOCUMENTS)
    check(pipe.settle(60, DOCUMENTS) and pipe.stop() == [], "a pipe that has worked and was stopped")
    pipe = Daemons(state, keep=False)
    wait_for(30, lambda: pipe.status())
    acked |= fed(state, "second", DOCUMENTS // 2)
    check(pipe.settle(60), "worked again")
    pipe.process["report", 0].kill()
    pipe.process["report", 0].wait()
    acked |= fed(state, "third", DOCUMENTS)
    pipe.stop()
    check(os.path.getsize(f"{state}/report/ledger.db-wal") > 8 * PAGE, "and whose report was killed has commits in its log, and documents in its journal")
    rest = f"{folder}/rest"
    shutil.copytree(state, rest, ignore=shutil.ignore_patterns("sock"))
    check(START["ledger"](rest).returncode == 0 and not os.path.exists(f"{rest}/report/ledger.db-wal"), "the same at rest")
    return state, rest, acked


START = {  # what opens each store as its daemon does
    "journal": lambda s: run(f"{BIN}/wiredesk-ingest", "--state", s, "--forget", "none"),
    "index": lambda s: run(f"{BIN}/wiredesk-dedup", "--state", s, "--stdio"),
    "ledger": lambda s: run(f"{BIN}/wiredesk-report", "--state", s, "--retract", "none", "--no-pages"),
}


def audit(state):
    done = run(f"{BESIDE}/audit", state)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip()[-300:])
    return [line.split() for line in done.stdout.splitlines()]


def content(kind, state):
    """What the store holds, by key: of the journal frames' hashes, of the index verdicts', of the ledger outcomes, texts and lines."""
    if kind != "ledger":
        return {"held" if kind == "journal" else "judged": {words[1]: words[2] for words in audit(state) if words[0] in ("held", "judged")}}
    db = sqlite3.connect(f"file:{state}/report/ledger.db?mode=ro", uri=True)
    rows = {"outcomes": dict(db.execute("SELECT key, outcome FROM documents")), "lines": dict(db.execute("SELECT seq, line FROM stream")),
            "texts": dict(db.execute("SELECT d.key, b.text FROM documents d JOIN bodies b ON b.id = d.id")),
            "quotes": dict(db.execute("SELECT d.key || ' ' || q.b, q.words FROM quotations q JOIN documents d ON d.id = q.document"))}
    db.close()
    return rows


LOST = {"held": "that were acked", "judged": "verdicts", "outcomes": "documents' outcomes", "lines": "lines of the stream", "texts": "texts"}


def named_lost(said):
    """{what: names} from the words of wiredesk repair."""
    found = collections.defaultdict(set)
    for what, sign in LOST.items():
        for part in re.findall(rf"  lost \(\d+\): [^\n]*{sign}[^\n]*\n((?:    [^\n]*\n)*)", said):
            found[what] |= set(part.split())
    return found


def differences(good, now, lost):
    """What is not as it was and was not named. The journal's frames are another's when it goes on as another journal."""
    wrong = []
    for what, before in good.items():
        gone = {str(k) for k in before if k not in now[what] or (what != "held" and now[what][k] != before[k])}
        if what == "quotes":
            gone = {k for k in gone if k.split()[0] not in lost["texts"]}
        hashes = lost[what] - {str(k) for k in before}  # the index has no key of a verdict that is lost: one that the ledger does not know either is named by its hash
        if len(gone - lost[what]) > len(hashes):
            wrong.append(f"{what}: {sorted(gone - lost[what])[:3]}")
        if {str(k) for k in now[what]} - {str(k) for k in before} and what in ("held", "outcomes"):
            wrong.append(f"{what}: there are some that never were")
    return wrong


def region(path, i):
    size = os.path.getsize(path)
    if path.endswith("-wal"):
        size = size * 2 // 3  # in a log's last commits noise is what a power loss leaves there
    at = min(size * i // REGIONS + dice.randrange(max(1, size // REGIONS)), size - NOISE)
    at = at if i % 2 else at // PAGE * PAGE  # heads of pages are few bytes, and what all else hangs on
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(dice.randbytes(NOISE))
    return at


def damaged(name, kind, whole, file):
    """One region of the file after the other, each in a fresh copy of the store."""
    told, trouble, example, losses = collections.Counter(), [], "", collections.Counter()
    good = None
    for i in range(-1, REGIONS):
        state = f"{folder}/{name}"
        shutil.rmtree(state, ignore_errors=True)
        sub = os.path.dirname(file).split("/")[0]
        for store in {sub, "report" if name == "index" else sub}:  # the ledger knows the keys of verdicts that are lost
            shutil.copytree(f"{whole}/{store}", f"{state}/{store}")
        if i < 0:
            good = content(kind, state)
            continue
        at = region(f"{state}/{file}", i)
        before = digest(f"{state}/{file}")
        done = START[kind](state)
        if done.returncode == 64:
            refused = "damaged" in done.stderr and f"{sub}/" in done.stderr and "wiredesk repair" in done.stderr and digest(f"{state}/{file}") == before
            told["named at the start"] += 1
            example = example or done.stderr.strip().splitlines()[-1]
            if not refused:
                trouble.append(f"byte {at} is refused badly: {done.stderr.strip()[-200:]}")
        elif done.returncode != 0:
            trouble.append(f"byte {at}: {done.returncode}: {done.stderr.strip()[-200:]}")
        elif name != "files":
            told["harmless"] += 1
            if differences(good, content(kind, state), collections.defaultdict(set)):
                trouble.append(f"byte {at} is not noticed")
            continue
        else:
            told["a copy that a start need not look at, or mends"] += 1
        done = run(f"{BIN}/wiredesk", "repair", "--state", state)
        lost = named_lost(done.stdout)
        losses.update({what: len(names) for what, names in lost.items() if names})
        again = START[kind](state)
        if done.returncode not in (0, 1) or (done.returncode == 1) != any(lost.values()) and "sketches" not in done.stdout:
            trouble.append(f"byte {at}: repair {done.returncode}: {(done.stderr or done.stdout).strip()[-200:]}")
        elif again.returncode != 0:
            trouble.append(f"byte {at}: repaired, and does not start: {again.stderr.strip()[-200:]}")
        else:
            trouble += [f"byte {at}: {d}" for d in differences(good, content(kind, state), lost)]
            if kind == "ledger":
                lines = b"".join(line.encode() + b"\n" for _, line in sorted(content(kind, state)["lines"].items()))
                files = b"".join(open(p, "rb").read() for p in sorted(glob.glob(f"{state}/report/stream/*.jsonl")))
                if not lines.startswith(files):
                    trouble.append(f"byte {at}: the day files are not the ledger's")
    size = os.path.getsize(f"{whole}/{file}")
    print(f"     {name}: {size} bytes, {REGIONS} regions: " + ", ".join(f"{n} {what}" for what, n in sorted(told.items())))
    print(f"     lost in all repairs, by name: {dict(losses) or 'nothing'}; e.g. {example or '-'}")
    check(trouble == [], f"{name}: what is damaged is named and refused, and repaired all is there but what is named {trouble[:3]}")


def cut_short(whole):
    """Killed when the old ledger and its log had their other names and the new one none: nothing is lost, the log least of all."""
    state = f"{folder}/cut"
    shutil.copytree(f"{whole}/report", f"{state}/report")
    good, ledger = content("ledger", state), f"{state}/report/ledger.db"
    shutil.copy(f"{whole}/report/ledger.db-wal", f"{ledger}-wal")
    shutil.copy(f"{whole}/report/ledger.db", ledger)
    os.link(ledger, f"{ledger}.damaged")
    os.rename(f"{ledger}-wal", f"{ledger}.damaged-wal")
    os.mkdir(f"{state}/.repairing")
    dry = run(f"{BIN}/wiredesk", "repair", "--dry-run", "--state", state)
    forget = run(f"{BIN}/wiredesk-report", "--forget", "anything", "--state", state)
    check(forget.returncode == 64 and "its repair was cut short" in forget.stderr, f"nothing is taken out of a ledger whose repair was cut short {forget.stderr.strip()[-160:]}")
    check(dry.returncode == 64 and "cut short" in dry.stderr and not os.path.exists(f"{ledger}-wal"), f"a repair that was cut short is not tried dry {dry.stderr.strip()[-160:]}")
    done = run(f"{BIN}/wiredesk", "repair", "--state", state)
    wrong = differences(good, content("ledger", state), collections.defaultdict(set))
    check(done.returncode == 0 and wrong == [] and not os.path.exists(f"{ledger}.damaged"), f"but goes on, with the log that it had put aside {wrong} {done.stderr.strip()[-160:]}")


def no_room():
    """No file may be written beyond one page: as when a tool is killed at its work."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (PAGE, PAGE))


def all_at_once(rest, acked):
    """All three stores damaged, repaired, and the pipe goes on."""
    state = f"{folder}/all"
    shutil.copytree(rest, state)
    for name, file in (("journal", "journal/data.mdb"), ("index", "index/data.mdb"), ("ledger", "report/ledger.db")):
        for i in range(20):  # until one is in use
            shutil.copy(f"{rest}/{file}", f"{state}/{file}")
            size = os.path.getsize(f"{state}/{file}")
            with open(f"{state}/{file}", "r+b") as f:
                f.seek(dice.randrange(2 * PAGE, size - NOISE))
                f.write(dice.randbytes(NOISE))
            if START[name](state).returncode == 64:
                break
    dry = run(f"{BIN}/wiredesk", "repair", "--state", state, "--dry-run")
    check(dry.returncode == 1 and dry.stdout.count("would be saved") == 4 and START["index"](state).returncode == 64, "--dry-run tells what would be saved and changes nothing")
    cut = subprocess.run([f"{BIN}/wiredesk", "repair", "--state", state], capture_output=True, text=True, preexec_fn=no_room)
    check(cut.returncode == 75 and "wiredesk repair again" in cut.stderr and "wiredesk repair again" in run(f"{BIN}/wiredesk-ingest", "--state", state).stderr,
          f"a repair that cannot be done says so, and no daemon starts until one is: {cut.returncode} {cut.stderr.strip()[-200:]}")
    done = run(f"{BIN}/wiredesk", "repair", "--state", state)
    lost = named_lost(done.stdout)
    check(done.returncode in (0, 1) and done.stdout.count("the old file is") == 3, f"three damaged stores are written anew, {sum(map(len, lost.values()))} things are lost {done.stderr}")
    check(run(f"{BIN}/wiredesk", "repair", "--state", state).stdout.count(": whole\n") == 3, "and are whole then")
    pipe = Daemons(state, keep=False)
    check(pipe.settle(120), "the pipe goes on, and all that was held comes to its end")
    code = run(f"{BIN}/wiredesk", "repair", "--state", state)
    check(code.returncode == 75 and "stop the pipe first" in code.stderr, "while it runs nothing is repaired")
    check(pipe.stop() == [], "it ends as asked")
    found = Stores(state)
    missing = acked - {key for key, _ in found.outcomes} - lost["held"]
    check(found.faults() == [] and found.held == [] and missing == set(), f"of {len(acked)} acked documents none is missing that was not named {found.faults()} {sorted(missing)[:3]}")
    check({key for key, _ in found.outcomes} <= acked, "and there is none that was never fed")


whole, rest, acked = make()
day = os.path.relpath(sorted(glob.glob(f"{rest}/report/stream/*.jsonl"))[-1], rest)
for what in (("journal", "journal", rest, "journal/data.mdb"), ("index", "index", rest, "index/data.mdb"), ("ledger", "ledger", rest, "report/ledger.db"),
             ("log", "ledger", whole, "report/ledger.db-wal"), ("files", "ledger", rest, day)):
    damaged(*what)
cut_short(whole)
all_at_once(rest, acked)
shutil.rmtree(folder)
finish()
