#!/usr/bin/python3
"""run_disk_fails.py - the disk fails at the n-th write, sync, cut or name, for every n: what was acked is there, nothing comes twice, the reason is told.

Usage: run_disk_fails.py BIN [EVERY [STAGE...]]     (every n-th call is tried, beginning with the first; 1: all)

ingest, dedup and report each run alone between sockets of this test, once for each call that they make on the files of their store (tests/preload.c
counts and fails it): with EIO, with ENOSPC, and with a write that writes half. The daemon goes on, or ends with 75 and a line that says why; then its
store is opened again and held against what had been said."""
import concurrent.futures
import re
import shutil
import tempfile

from proofs import *

EVERY, CHOSEN = argument(1, 12), sys.argv[3:] or ["ingest", "dedup", "report"]
ERRORS = {"EIO": 5, "ENOSPC": 28, "half a write": 0}
INSTANCE = bytes(range(16))
context = zmq.Context.instance()


def bound(kind, state, name):
    sock = context.socket(kind)
    sock.linger = 0
    sock.bind(f"ipc://{state}/sock/{name}")
    return sock


def connected(kind, state, name):
    sock = context.socket(kind)
    sock.linger, sock.reconnect_ivl = 0, 10
    sock.connect(f"ipc://{state}/sock/{name}")
    return sock


class Life:
    """One daemon in a state directory of its own, with its disk failing."""

    def __init__(self, stage, fail, options=()):
        self.stage, self.state = stage, os.path.realpath(tempfile.mkdtemp(prefix="wd-disk-"))
        os.mkdir(f"{self.state}/sock")
        self.log, self.calls, self.socks = f"{self.state}/log", f"{self.state}/calls", []
        self.environment = preloaded(root=self.state, calls=self.calls, **({"fail": f"{fail[0]}:1:{fail[1]}"} if fail else {}))
        self.command, self.process, self.left = [f"{BIN}/wiredesk-{stage}", "--state", self.state, *options], None, None

    def start(self, **streams):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stderr=log, env={**os.environ, **self.environment}, **streams)

    def alive(self):
        return self.process.poll() is None

    def end(self):
        """What is wrong with how it ended."""
        if self.alive():
            self.process.terminate()
        status = self.process.wait(60)
        self.left = status if self.left is None else self.left
        said = [line for line in open(self.log, errors="replace").read().splitlines()]
        if status == 0:
            return []
        if status != 75:
            return [f"it ended with {status}: {said[-1:]}"]
        return [] if any(re.search("I/O|Input/output|No space|full|cannot open the ledger /", line) for line in said) else [f"it ended with 75 and does not say why: {said[-2:]}"]

    def close(self):
        for sock in self.socks:
            sock.close()
        shutil.rmtree(self.state, ignore_errors=True)


# --- ingest: feeders before it, a pipe behind it that answers at once ---

def ingest(fail):
    life = Life("ingest", fail)
    inlet, returns = bound(zmq.PULL, life.state, "normalize.0.in"), bound(zmq.XPUB, life.state, "report.0.returns")
    feed = connected(zmq.DEALER, life.state, "feed")
    life.socks = [inlet, returns, feed]
    life.start()
    acked, answered, asked, heard, end = set(), set(), {}, 0, time.monotonic() + 30
    source = news(random.Random(5))
    pending = [next(source) for _ in range(17)] + [(99, "long.txt", "text/plain", b"A long one\n\n" + b"A word. " * 8000)]
    while life.alive() and time.monotonic() < end:
        if heard == 2 and not asked and pending:  # three at a time, so that there are several commits
            for i, name, kind, body in [pending.pop() for _ in range(3)]:
                asked[i] = {"v": 1, "ref": i, "source": "disk", "id": name, "name": name, "type": kind, "body": body}
                feed.send_multipart([b"", msgpack.packb(asked[i])])
        while returns.poll(0):
            heard += returns.recv()[:1] == b"\1"
        while feed.poll(2):
            reply = msgpack.unpackb(feed.recv_multipart()[1])
            if reply["status"] == "ok":
                acked.update(reply["keys"])
                asked.pop(reply["ref"], None)
            elif reply["status"] == "busy":
                feed.send_multipart([b"", msgpack.packb(asked[reply["ref"]])])
                time.sleep(0.05)
        while inlet.poll(0):
            doc = msgpack.unpackb(inlet.recv())
            answered.add(doc["key"])
            note = {"kind": "outcome", "instance": doc["instance"], "seq": doc["seq"], "epoch": doc["epoch"], "try": doc["try"], "key": doc["key"],
                    "outcome": "reported", "stage": "report"}
            returns.send(doc["instance"] + msgpack.packb(note))
        if not pending and not asked and answered >= acked:
            break
    time.sleep(0.15)  # outcomes are retired together
    goes_on = life.alive()
    bad = life.end()
    if goes_on and len(acked) != 18:
        bad.append(f"it lives on and has acked {len(acked)} of 18")
    found = Stores(life.state)
    if found.trouble:
        bad.append(found.trouble)
    elif acked - answered - set(found.held):
        bad.append(f"{len(acked - answered - set(found.held))} acked documents are gone")
    return life, bad


# --- dedup: a filter, twice over the same documents ---

def dedup(fail, answers={}):
    source = news(random.Random(6))
    lines = "".join(json.dumps({"key": f"{i:032x}", "accepted": 1930000000000 + i * 60000, "text": body.decode()}) + "\n"
                    for i, _, kind, body in (next(source) for _ in range(60)) if kind == "text/plain")
    life = Life("dedup", fail, ("--stdio", "--batch", "16"))
    told = lambda out: {json.loads(line)["key"]: line for line in out.splitlines(keepends=True) if line.endswith("\n") and '"verdict"' in line}

    def judge():
        life.start(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        out = life.process.communicate(lines)[0]
        return told(out)

    first = judge()
    bad = life.end()
    life.environment.pop("PROOF_FAIL", None)
    second = judge()
    bad += [f"without the trouble: {what}" for what in life.end()]
    changed = [key for key, line in first.items() if second.get(key) != line]
    if changed:
        bad.append(f"{len(changed)} verdicts that were given are others now")
    if answers.setdefault("quiet", second) != second:
        bad.append("the verdicts are not those of a quiet run")
    return life, bad


# --- report: documents before it, outcomes behind it ---

def report(fail):
    life = Life("report", fail, ("--coalesce", "50ms", "--no-pages", "--batch", "4"))
    push, returns = connected(zmq.PUSH, life.state, "report.0.in"), connected(zmq.SUB, life.state, "report.0.returns")
    push.immediate = 1
    returns.subscribe(INSTANCE)
    life.socks = [push, returns]
    life.start()
    told, sent, end = set(), 0.0, time.monotonic() + 30
    source = news(random.Random(8))
    documents = {}
    for i, name, _, body in (next(source) for _ in range(12)):
        text = body.decode()
        documents[f"{i + 1:032x}"] = {"v": 1, "to": "report", "instance": INSTANCE, "seq": i + 1, "epoch": 1, "try": 0, "key": f"{i + 1:032x}", "source": "disk",
                                      "name": name, "accepted": 1700000000000 + i, "text": text, "title": [0, text.index("\n")], "title_basis": "line", "body": 0,
                                      "verdict": {"kind": "original"}, "story": {"id": f"S{i // 4}", "reasons": ["same"]}}
    documents[f"{3:032x}"]["fail"] = {"stage": "tag", "error": "fault", "detail": "a test"}
    while life.alive() and time.monotonic() < end and set(documents) - told:
        if time.monotonic() - sent > 1:
            for key in sorted(set(documents) - told):
                if push.poll(20, zmq.POLLOUT):
                    push.send(msgpack.packb(documents[key]), zmq.DONTWAIT)
                    sent = time.monotonic()
        while returns.poll(5):
            note = msgpack.unpackb(returns.recv()[16:])
            if note["kind"] == "outcome":
                told.add(note["key"])
    time.sleep(0.1)  # stories are told
    goes_on = life.alive()
    bad = life.end()
    if goes_on and len(told) != len(documents):
        bad.append(f"it lives on and has told the outcome of {len(told)} of {len(documents)}")
    found = Stores(life.state)
    bad += found.faults()
    if told - {key for key, _ in found.outcomes}:
        bad.append("outcomes that were told are gone")
    return life, bad


WORK = {"ingest": ingest, "dedup": dedup, "report": report}


def one(stage, n, error):
    life, bad = WORK[stage]((n, ERRORS[error]))
    life.close()
    return stage, life.left == 75, f"{stage}, call {n}, {error}: {'; '.join(bad)}" if bad else None


calls, jobs, done = {}, [], []
for stage in CHOSEN:
    life, bad = WORK[stage](None)
    calls[stage] = os.path.getsize(life.calls)
    check(bad == [], f"{stage}: nothing is wrong when nothing fails, with {calls[stage]} calls on its files {bad or ''}")
    life.close()
    jobs += [(stage, n, error) for shift, error in enumerate(ERRORS) for n in range(1 + shift * 3 % EVERY, calls[stage] + 1, EVERY)]
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    done = list(pool.map(lambda job: one(*job), jobs))
for stage in CHOSEN:
    mine = [d for d in done if d[0] == stage]
    harm = [d[2] for d in mine if d[2]]
    for line in harm[:15]:
        print(f"     {line[:330]}")
    check(not harm, f"{stage}: {len(mine)} failures, {sum(d[1] for d in mine)} of them ended it with 75 and a reason, in the others it went on: {len(harm)} did harm")
finish()
