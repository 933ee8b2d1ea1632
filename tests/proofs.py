"""proofs.py - what the proofs of the promise share: daemons that are killed and started again, invented news, a feeder, and the audit of the four stores.

The audit believes no daemon: held documents are read from the journal, verdicts from the index (both by tests/audit.c, the daemons' own code), outcomes
with SQL from the ledger, lines from the day files, and a document's key is computed here."""
import atexit
import collections
import glob
import hashlib
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

try:
    import msgpack
    import zmq
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

BIN = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
BESIDE = os.path.join(os.path.dirname(BIN), "proof")  # audit and preload.so
STAGES = ("ingest", "normalize", "tag", "dedup", "report")
PROGRAM = open(f"{BIN}/wiredesk-tag", "rb").read() if os.path.exists(f"{BIN}/wiredesk-tag") else b""
SANITIZED, CHAOS = b"__asan_init" in PROGRAM, b"WIREDESK_CHAOS" in PROGRAM
wrong = []  # what was found


def argument(at, default):
    """The at-th argument behind BIN, of the default's type."""
    return type(default)(sys.argv[at + 1]) if len(sys.argv) > at + 1 else default


def check(true, what):
    """Says what holds; remembers what does not."""
    print(("ok   " if true else "FAIL ") + what, flush=True)
    if not true:
        wrong.append(what)
    return true


def finish():
    sys.exit(1 if wrong else 0)


def preloaded(**settings):
    """The environment that loads tests/preload.c into a daemon, whose records lie where a sandbox would not let it write."""
    found = {"WIREDESK_SANDBOX": "off", "LD_PRELOAD": f"{BESIDE}/preload.so", **{f"PROOF_{k.upper()}": str(v) for k, v in settings.items()}}
    if SANITIZED:
        found["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return found


class Daemons:
    """Daemons on a state directory. With `keep` each is started again when it dies of a signal; what else ends one is trouble."""

    def __init__(self, state, start=STAGES, keep=True, bins=None, before=None, **environment):
        """bins: {stage: folder} where it is not BIN; before: {stage: words before its command line}."""
        self.state, self.bins, self.before, self.environment, self.keep = state, bins or {}, before or {}, environment, keep
        self.process, self.options, self.own = {}, {}, {}
        self.deaths, self.trouble, self.stopping = [], [], False
        self.lock = threading.RLock()
        os.makedirs(state, exist_ok=True)
        self.log = open(f"{state}/log", "ab")
        atexit.register(self.abandon)
        for stage in reversed(start):
            self.start(stage)
        if keep:
            threading.Thread(target=self.watch, daemon=True).start()

    def start(self, stage, replica=0, *options, **environment):
        """Options are for good, the environment for this life."""
        with self.lock:
            name = (stage, replica)
            if options:
                self.options[name] = options
            self.own[name] = environment
            command = [*self.before.get(stage, ()), f"{self.bins.get(stage, BIN)}/wiredesk-{stage}", "--state", self.state, "--replica", str(replica), *self.options.get(name, ())]
            self.process[name] = subprocess.Popen(command, stderr=self.log, env={**os.environ, **self.environment, **environment})
            self.process[name].ours = False
            return self.process[name]

    def watch(self):
        while not self.stopping:
            time.sleep(0.01)
            with self.lock:
                for (stage, replica), p in list(self.process.items()):
                    if p.poll() is None or self.stopping:
                        continue
                    if p.returncode != -signal.SIGKILL:
                        self.trouble.append(f"{stage}.{replica} left with {p.returncode}")
                    self.deaths.append((stage, None if p.ours else self.own[stage, replica].get("WIREDESK_CHAOS")))
                    self.start(stage, replica)

    def kill(self, stage, replica=0):
        with self.lock:
            p = self.process[stage, replica]
            p.ours = True
            p.kill()
            p.wait()
            if self.keep:
                self.deaths.append((stage, None))
                self.start(stage, replica)

    def end(self, stage, replica=0, seconds=60):
        """Asks one to stop, and waits for it. Its exit status."""
        with self.lock:
            p = self.process.pop((stage, replica))
            p.terminate()
            status = p.wait(seconds)
            if status != 0:
                self.trouble.append(f"{stage}.{replica} left with {status} when asked to stop")
            return status

    def stop(self):
        """Upstream first. All that went wrong with any."""
        with self.lock:
            self.stopping = True
            for stage, replica in sorted(self.process, key=lambda name: STAGES.index(name[0])):
                self.end(stage, replica)
        self.log.close()
        return self.trouble

    def abandon(self):
        """Leaves no process behind when a proof breaks off."""
        self.stopping = True
        for p in self.process.values():
            if p.poll() is None:
                p.kill()

    def up(self, seconds=30):
        return wait_for(seconds, lambda: all(self.status(stage, replica) for stage, replica in self.process))

    def status(self, stage="ingest", replica=0):
        class Unix(http.client.HTTPConnection):
            def connect(connection):
                connection.sock = socket.socket(socket.AF_UNIX)
                connection.sock.settimeout(10)
                connection.sock.connect(f"{self.state}/sock/{stage}.{replica}.http")
        c = Unix("localhost")
        c.request("GET", "/status")
        return json.loads(c.getresponse().read())

    def settle(self, seconds, accepted=None):
        """Until nothing is in flight (and so many were accepted)."""
        return wait_for(seconds, lambda: (j := self.status()["journal"])["in_flight"] == 0 and j["accepted"] >= (accepted or 0))

    def tail_of_log(self, lines=40):
        self.log.flush()
        return "".join(open(f"{self.state}/log", errors="replace").readlines()[-lines:])


def wait_for(seconds, test):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = test()
            if found:
                return found
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            pass
        time.sleep(0.05)
    return False


# --- what is fed ---

def news(dice, first=0):
    """Invented news without end: (number, name, type, body). Copies, near copies, pages, and some that nobody can read."""
    syllables = ["ba", "dor", "fen", "gri", "hal", "jo", "kem", "lu", "mar", "nel", "os", "pri", "qua", "ril", "sto", "tav", "ul", "vim", "wen", "yar"]
    vocabulary = ["".join(dice.choice(syllables) for _ in range(dice.randint(2, 4))) for _ in range(3000)]
    people = ["Mara Tolen", "Idris Veck", "Oona Sarrel", "Pavel Dunmore", "Lise Karrow", "Tomas Ebury"]
    places = ["Harrowgate Bay", "Vellin", "Port Anselm", "Quorra", "Saltmere"]
    words_of = lambda n: " ".join(dice.choice(vocabulary) for _ in range(n))
    texts, i = [], first
    while True:
        draw = dice.random()
        if texts and draw < 0.15:
            text = dice.choice(texts[-200:])
            if draw < 0.08:
                text += f"\n\nOur correspondent added a line numbered {i}."
        else:
            who, where = dice.choice(people), dice.choice(places)
            text = (f"{where} council backs {words_of(3)}\n\n{where.upper()} - {who} said on Tuesday that {dice.randint(2, 900)} {words_of(12)}. "
                    f"\"{words_of(8).capitalize()},\" {who.split()[1]} said. {words_of(40).capitalize()}.\n\n{words_of(25).capitalize()}.\n")
            texts.append(text)
        if i % 50 == 7:
            yield i, f"doc-{i}.html", "text/html", f"<html><head><title>Plan {i}</title></head><body><article><p>{text}</p></article></body></html>".encode()
        elif i % 100 == 13:
            yield i, f"doc-{i}.html", "text/html", b"<html><body><script>nothing()</script></body></html>"
        else:
            yield i, f"doc-{i}.txt", "text/plain", text.encode()
        i += 1


def key_of(source, name, body):
    h = hashlib.blake2b(digest_size=16)
    for part in (source.encode(), name.encode(), body):
        h.update(len(part).to_bytes(8, "little") + part)
    return h.hexdigest()


class Feeder(threading.Thread):
    """Feeds news, `most` of it or until stop() is called, a window of requests at a time and `rate` a second; what has no answer in three seconds is asked
    again. acked: {key: number}; told: how often each answer came."""

    def __init__(self, endpoint, dice, most=None, rate=None, window=128, source="proof", items=None):
        super().__init__(daemon=True)
        self.endpoint, self.items, self.most, self.rate, self.window, self.source = endpoint, items or news(dice), most, rate, window, source
        self.acked, self.told, self.fed, self.enough = {}, collections.Counter(), 0, threading.Event()
        self.start()

    def stop(self):
        self.enough.set()
        self.join()

    def room(self, began):
        if self.enough.is_set() or (self.most is not None and self.fed >= self.most):
            return False
        return self.rate is None or self.fed < self.rate * (time.monotonic() - began)

    def run(self):
        sock = zmq.Context.instance().socket(zmq.DEALER)
        sock.linger, sock.reconnect_ivl, sock.reconnect_ivl_max = 0, 20, 200
        sock.setsockopt(zmq.TCP_MAXRT, 6000)  # this and the next as `wiredesk feed` does
        sock.setsockopt(zmq.CONNECT_TIMEOUT, 3000)
        sock.connect(self.endpoint)
        waiting, again, began = {}, [], time.monotonic()
        while waiting or again or not (self.enough.is_set() or (self.most is not None and self.fed >= self.most)):
            while len(waiting) < self.window and (again or self.room(began)):
                request = again.pop() if again else self.next_request()
                sock.send_multipart([b"", msgpack.packb(request)])
                waiting[request["ref"]] = (time.monotonic(), request)
            while sock.poll(20):
                self.hear(msgpack.unpackb(sock.recv_multipart()[1]), waiting, again)
            for ref, (at, request) in list(waiting.items()):
                if time.monotonic() - at > 3:
                    del waiting[ref]
                    again.append(request)
        sock.close()

    def next_request(self):
        i, name, kind, body = next(self.items)
        self.fed += 1
        return {"v": 1, "ref": i, "source": self.source, "id": name, "name": name, "type": kind, "body": body}

    def hear(self, reply, waiting, again):
        sent = waiting.pop(reply["ref"], None)
        self.told[reply["status"]] += 1
        if reply["status"] == "ok":
            for key in reply["keys"]:
                self.acked[key] = reply["ref"]
                if sent and key != key_of(self.source, sent[1]["id"], sent[1]["body"]):
                    check(False, f"the key {key} is that of {sent[1]['id']}")
        elif sent and reply["status"] == "busy":
            again.append(sent[1])
            time.sleep(0.02)


# --- what came of it ---

class Stores:
    """The journal, the index, the ledger and the day files of a state directory without daemons."""

    def __init__(self, state):
        done = subprocess.run([f"{BESIDE}/audit", state], capture_output=True, text=True, errors="replace")
        self.trouble = "" if done.returncode == 0 else (done.stderr.strip() or f"audit ended with {done.returncode}")
        self.held, self.judged, self.accepted = [], [], 0
        for line in done.stdout.splitlines():
            what, *rest = line.split()
            if what == "held":
                self.held.append(rest[0])
            elif what == "judged":
                self.judged.append(tuple(rest))
            elif what == "journal":
                self.accepted = int(rest[0])
        self.outcomes, self.lines = [], []
        if os.path.exists(f"{state}/report/ledger.db") and not self.trouble:
            db = sqlite3.connect(f"file:{state}/report/ledger.db?mode=ro", uri=True)
            self.outcomes = db.execute("SELECT key, outcome FROM outcomes").fetchall()
            self.lines = [row[0].encode() for row in db.execute("SELECT line FROM stream ORDER BY seq")]
            db.close()
        self.files = {kind: b"".join(open(p, "rb").read() for p in sorted(glob.glob(f"{state}/report/{kind}/*.jsonl"))).splitlines()
                      for kind in ("stream", "rejects")}

    def faults(self):
        """What the stores say against each other, whoever fed them."""
        found = [self.trouble] if self.trouble else []
        parsed = [json.loads(line) for line in self.lines]
        if [line["seq"] for line in parsed] != list(range(1, len(parsed) + 1)):
            found.append("the ledger's lines have a gap or a repeat")
        if self.files["stream"] != self.lines:
            found.append(f"the day files hold {len(self.files['stream'])} lines that are not the ledger's {len(self.lines)}")
        if self.files["rejects"] != [line for line, p in zip(self.lines, parsed) if p["type"] == "reject"]:
            found.append("the reject files are not the ledger's rejects")
        once = collections.Counter(key for key, outcome in self.outcomes if outcome != "again")
        told = collections.Counter(p["id"] for p in parsed if p["type"] in ("article", "reject") and p["op"] == "new")
        if any(n > 1 for n in once.values()):
            found.append(f"{sum(n > 1 for n in once.values())} documents have two outcomes")
        if told != once:
            found.append(f"{len(told - once) + len(once - told)} documents have not exactly one line for their outcome")
        judged = collections.Counter(key for key, _ in self.judged)
        if any(n > 1 for n in judged.values()):
            found.append(f"{sum(n > 1 for n in judged.values())} documents were judged twice")
        if len(set(self.held)) != len(self.held):
            found.append("the journal holds a document twice")
        return found

    def at_rest(self, acked):
        """faults(), and what is wrong with them when these were acked and all is done."""
        found = self.faults()
        have = {key: outcome for key, outcome in self.outcomes if outcome != "again"}
        lost, strange = set(acked) - set(have), set(have) - set(acked)
        unjudged = {key for key, outcome in have.items() if outcome != "rejected"} - {key for key, _ in self.judged}
        for what, keys in (("acked documents have no outcome", lost), ("outcomes are of documents that nobody was acked", strange),
                           ("documents with an outcome have no verdict in the index", unjudged), ("documents are still held", self.held)):
            if keys:
                found.append(f"{len(keys)} {what}, e.g. {sorted(keys)[:3]}")
        if self.accepted != len(self.outcomes):
            found.append(f"the journal accepted {self.accepted} documents, the ledger has {len(self.outcomes)} outcomes")
        return found

    def counts(self):
        return dict(collections.Counter(outcome for _, outcome in self.outcomes))
