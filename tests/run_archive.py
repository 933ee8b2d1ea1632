#!/usr/bin/python3
"""run_archive.py - with --archive every acked document's original can be had byte for byte, also after kills of ingest; each content lies there once. A
full archive makes feeders wait and loses nothing; what is forgotten or too old leaves it, and no other."""
import shutil
import struct
import tempfile
import zlib

from proofs import *

room = tempfile.mkdtemp(prefix="wd-archive-")
state, archive, clock = f"{room}/state", f"{room}/kept away/archive", f"{room}/clock"
os.makedirs(os.path.dirname(archive))
endpoint = f"ipc://{state}/sock/feed"


def run(*words):
    done = subprocess.run([f"{BIN}/{words[0]}", *words[1:]], capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def original(key):
    return run("wiredesk", "show", "--state", state, "--original", key)


def kept(items, source="proof"):
    """(number, name, type, body) as fed, and their keys."""
    return {key_of(source, name, body): body for _, name, _, body in items}


def take(items, **more):
    feeder = Feeder(endpoint, None, most=len(items), items=iter(items), **more)
    feeder.join()
    return feeder


def holds(body):
    """Whether the archive's file has the content, as it is or packed."""
    packed = zlib.compress(body, 1)
    return any(needle in open(f"{archive}/data.mdb", "rb").read() for needle in (body, packed, packed[8:-8]))


# --- every ack, through kills ---

dice = random.Random(4)
source = news(dice)
items = [next(source) for _ in range(400)]
pipe = Daemons(state, start=())
pipe.options["ingest", 0] = ("--archive", archive)
for stage in reversed(STAGES):
    pipe.start(stage, **({"WIREDESK_CHAOS": "ingest.between_commits:3"} if stage == "ingest" else {}))
check(pipe.up(), "the daemons are up, ingest in its sandbox with an archive elsewhere")
feeder = Feeder(endpoint, None, most=len(items), items=iter(items), rate=300)
wait_for(20, lambda: not CHAOS or pipe.deaths)
for k in range(4):
    time.sleep(0.25)
    pipe.kill("ingest")
feeder.join()
check(set(feeder.acked) == set(kept(items)) and pipe.settle(60), f"all {len(items)} are acked and have their outcome through kills of ingest: {pipe.deaths}")
check(not CHAOS or ("ingest", "ingest.between_commits:3") in pipe.deaths, "one of them between the commit of the archive and that of the journal")
bodies = kept(items)
missing = []
for key in dice.sample(sorted(bodies), 40):
    code, got, said = original(key)
    missing += [(key, code, said)] if code != 0 or got != bodies[key] else []
check(missing == [], f"originals come back byte for byte, held against the ledger's hash {missing[:2]}")
a = pipe.status()["archive"]
check(a["documents"] == len(items) and a["contents"] == len(set(bodies.values())) < len(items), f"each content is there once: {a}")
db = sqlite3.connect(f"file:{state}/report/ledger.db?mode=ro", uri=True)
runs = wrong_runs = 0
for key, text, frame in db.execute("SELECT d.key, b.text, b.frame FROM bodies b JOIN documents d USING(id) WHERE b.text IS NOT NULL LIMIT 60").fetchall():
    for t, s, n in msgpack.unpackb(frame if frame[0] & 0x80 else zlib.decompress(frame)).get("map", []):
        runs += 1
        wrong_runs += text.encode()[t:t + n] != bodies[key][s:s + n]
db.close()
check(runs > 60 and wrong_runs == 0, f"{runs} runs of origin maps lead to their bytes in the originals")
check(run("wiredesk", "show", "--state", state, "--original", "0" * 32)[0] == 1, "what was never fed has none: status 1")
code, told, said = run("wiredesk", "backup", "--state", state, f"{room}/backup")
check(code == 0 and archive in told.decode(), f"a backup says that the archive is not in it, and where it is: {told.decode().strip().splitlines()[-1:]} {said}")

# --- forgotten ---

text = f"Secret of the vault\n\nThe word is {dice.random()}.\n"
shared = f"Shared by two\n\nThe number is {dice.random()}.\n".encode()
more = [(1, "one.txt", "text/plain", text.encode()), (2, "two.txt", "text/plain", shared), (3, "three.txt", "text/plain", shared)]
take(more)
check(pipe.settle(30), "three more are fed, two of them alike")
one, two, three = (key_of("proof", name, body) for _, name, _, body in more)
check(holds(text.encode()) and holds(shared), "the archive's file has them")
check(run("wiredesk", "forget", "--state", state, one)[0] == 0 and original(one)[0] == 1, "one is forgotten and cannot be had any more")
check(not holds(text.encode()), "and its bytes are gone from the file")
check(run("wiredesk", "forget", "--state", state, two)[0] == 0 and original(two)[0] == 1 and original(three)[1] == shared, "another document of the same bytes keeps its own")
take(more[:1])
check(pipe.settle(30) and original(one)[0] == 1 and not holds(text.encode()), "fed again it is not taken again")
check(pipe.stop() == [], "all end well")
check(original(three)[1] == shared, "originals can be had without daemons")
check(run("wiredesk", "forget", "--state", state, three)[0] == 0 and original(three)[0] == 1 and not holds(shared), "and forgotten")

# --- damaged ---

victim = next(body for _, name, kind, body in items if kind == "text/plain" and len(body) > 300)
packed = zlib.compress(victim, 1)
data = bytearray(open(f"{archive}/data.mdb", "rb").read())
at = data.find(packed[40:-8])
data[at + 30] ^= 0x55
open(f"{archive}/data.mdb", "r+b").write(data)
code, got, said = original(key_of("proof", *[(n, b) for _, n, _, b in items if b == victim][0]))
check(at > 0 and code == 64 and got == b"" and "damaged" in said, f"a damaged original is not shown as one: {said.strip()}")
shutil.rmtree(archive)

# --- no room ---

pipe = Daemons(state, start=())
pipe.options["ingest", 0] = ("--archive", archive, "--archive-max", "1M")
for stage in reversed(STAGES):
    pipe.start(stage)
check(pipe.up(), "the daemons are up with an archive that holds 1 MB")
big = [(n, f"big-{n}.txt", "text/plain", f"Big number {n}\n\n".encode() + dice.randbytes(30000).hex().encode()) for n in range(60)]
feeder = Feeder(endpoint, None, most=len(big), items=iter(big), window=8)
check(wait_for(30, lambda: feeder.told["busy"] >= 3 and len(feeder.acked) > 5), "a full archive makes feeders wait")
check(wait_for(30, lambda: pipe.status()["journal"]["in_flight"] == 0), "what was acked has its outcome meanwhile")
few = len(feeder.acked)
pipe.keep = True
pipe.end("ingest")
pipe.start("ingest", 0, "--archive", archive, "--archive-max", "1G")
feeder.join()
check(few < len(big) == len(feeder.acked) and pipe.settle(60), f"{few} were taken, with more room the other {len(big) - few}")
check(all(original(key)[1] == body for key, body in list(kept(big).items())[::7]), "and each has its original")
check(pipe.stop() == [], "all end well")
lost = Stores(state).at_rest({*bodies, one, two, three, *kept(big)})
check(lost in ([], ["3 documents have not exactly one line for their outcome"]), f"each document has one outcome and, but the three forgotten ones, its line: {lost}")

# --- old ---

pathlike = lambda days: open(clock, "wb").write(struct.pack("<q", -days * 86400))
shutil.rmtree(archive)
for days, name in ((40, "old"), (10, "young"), (0, "new")):
    pathlike(days)
    pipe = Daemons(state, start=STAGES[1:])
    pipe.start("ingest", 0, "--archive", archive, *(("--keep", "30d") if name == "new" else ()), **preloaded(clock=clock))
    check(pipe.up(), f"ingest runs {days} days ago")
    if name != "new":
        take([(n, f"{name}-{n}.txt", "text/plain", f"{name} number {n}\n\nThis is {name} text {n}.\n".encode()) for n in range(150)])
        take([(1, f"{name}-copy.txt", "text/plain", b"The same in both\n\nOld and young.\n")])
        check(pipe.settle(30), "documents are fed")
    else:
        check(wait_for(20, lambda: pipe.status()["archive"]["documents"] == 151), f"with --keep 30d those of forty days ago go: {pipe.status()['archive']}")
        a = pipe.status()["archive"]
        check(a["expired"] == 151 and a["contents"] == 151 and 9 * 86400e3 < a["oldest_ms"] < 11 * 86400e3, "those of ten days ago stay")
    check(pipe.stop() == [], "all end well")
same = key_of("proof", "young-copy.txt", b"The same in both\n\nOld and young.\n")
check(original(same)[1].startswith(b"The same"), "a content that a younger document has too is kept for it")

if not wrong:
    shutil.rmtree(room)
finish()
