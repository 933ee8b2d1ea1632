#!/usr/bin/python3
"""run_kill.py - forty kill -9 over the five daemons while documents flow, twenty of them at named points: nothing is lost, nothing comes twice.

Usage: run_kill.py BIN [DOCUMENTS [ROUNDS [SEED]]]     (a round is one kill from outside and one at a named point)
"""
import glob, http.client, json, os, random, shutil, signal, socket, sqlite3, subprocess, sys, tempfile, threading, time

try:
    import msgpack, zmq
except ImportError:
    print("skipped: needs python3-zmq and python3-msgpack")
    sys.exit(77)

BIN = sys.argv[1]
DOCUMENTS = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 20
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else 1
STAGES = ["ingest", "normalize", "tag", "dedup", "report"]
POINTS = {
    "ingest": ["ingest.before_commit", "ingest.after_commit", "ingest.before_retire", "ingest.after_retire"],
    "normalize": ["worker.after_recv", "worker.before_send"],
    "tag": ["worker.before_send", "worker.after_recv"],
    "dedup": ["dedup.before_commit", "dedup.after_commit", "worker.before_send"],
    "report": ["report.before_commit", "report.after_commit", "report.after_publish"],
}
LIMIT_S = 800
BEGAN = time.monotonic()
dice = random.Random(SEED)


def has_points():
    with open(f"{BIN}/wiredesk-ingest", "rb") as f:
        return b"WIREDESK_CHAOS" in f.read()


class Pipe:
    """The five daemons, each started again when it dies."""

    def __init__(self, state):
        self.state, self.process, self.point = state, {}, {}
        self.killed, self.at_points, self.trouble = 0, [], []
        self.stopping, self.lock = False, threading.Lock()
        self.log = open(f"{state}/log", "ab")
        for stage in reversed(STAGES):
            self.start(stage)
        threading.Thread(target=self.watch, daemon=True).start()

    def start(self, stage):
        env = {k: v for k, v in os.environ.items() if k != "WIREDESK_CHAOS"}
        if stage in self.point:
            env["WIREDESK_CHAOS"] = self.point[stage]
        self.process[stage] = subprocess.Popen([f"{BIN}/wiredesk-{stage}", "--state", self.state], env=env, stderr=self.log)

    def watch(self):
        while not self.stopping:
            time.sleep(0.02)
            with self.lock:
                for stage, p in list(self.process.items()):
                    if p.poll() is None or self.stopping:
                        continue
                    point = self.point.pop(stage, None)
                    if p.returncode != -signal.SIGKILL:
                        self.trouble.append(f"{stage} left with {p.returncode}")
                    elif point and not getattr(p, "from_outside", False):
                        self.at_points.append(point)
                    elif point:
                        self.point[stage] = point
                    self.start(stage)

    def kill(self, stage, then=None):
        with self.lock:
            p = self.process[stage]
            if then:
                self.point[stage] = then
            p.from_outside = True
            p.kill()
            self.killed += 1

    def stop(self):
        with self.lock:
            self.stopping = True
            for stage in STAGES:
                self.process[stage].terminate()
                self.process[stage].wait(60)
        return [f"{s} left with {p.returncode} when asked to stop" for s, p in self.process.items() if p.returncode != 0]


def get(path, target):
    class Unix(http.client.HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(10)
            self.sock.connect(path)
    c = Unix("localhost")
    c.request("GET", target)
    return json.loads(c.getresponse().read())


def documents():
    """Invented news: copies, near copies, a page, and some that nobody can read."""
    syllables = ["ba", "dor", "fen", "gri", "hal", "jo", "kem", "lu", "mar", "nel", "os", "pri", "qua", "ril", "sto", "tav", "ul", "vim", "wen", "yar"]
    vocabulary = ["".join(dice.choice(syllables) for _ in range(dice.randint(2, 4))) for _ in range(3000)]
    people = ["Mara Tolen", "Idris Veck", "Oona Sarrel", "Pavel Dunmore", "Lise Karrow", "Tomas Ebury"]
    places = ["Harrowgate Bay", "Vellin", "Port Anselm", "Quorra", "Saltmere"]
    texts = []
    for i in range(DOCUMENTS):
        draw = dice.random()
        if texts and draw < 0.15:
            text = dice.choice(texts[-200:])
            if draw < 0.08:
                text += f"\n\nOur correspondent added a line numbered {i}."
        else:
            who, where = dice.choice(people), dice.choice(places)
            words_of = lambda n: " ".join(dice.choice(vocabulary) for _ in range(n))
            text = (f"{where} council backs {words_of(3)}\n\n{where.upper()} - {who} said on Tuesday that {dice.randint(2, 900)} {words_of(12)}. "
                    f"\"{words_of(8).capitalize()},\" {who.split()[1]} said. {words_of(40).capitalize()}.\n\n{words_of(25).capitalize()}.\n")
            texts.append(text)
        if i % 50 == 7:
            yield i, f"doc-{i}.html", "text/html", f"<html><head><title>Plan {i}</title></head><body><article><p>{text}</p></article></body></html>".encode()
        elif i % 100 == 13:
            yield i, f"doc-{i}.html", "text/html", b"<html><body><script>nothing()</script></body></html>"
        else:
            yield i, f"doc-{i}.txt", "text/plain", text.encode()


class Ledger:
    def __init__(self, state):
        self.path = f"{state}/report/ledger.db"

    def ask(self, sql):
        try:
            db = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
            try:
                return db.execute(sql).fetchall()
            finally:
                db.close()
        except sqlite3.OperationalError:
            return []

    def outcomes(self):
        rows = self.ask("SELECT count(*) FROM documents")
        return rows[0][0] if rows else 0


def feed(pipe, ledger, acked):
    """A window of requests; what is not answered in three seconds is asked again."""
    ctx = zmq.Context()
    sock = ctx.socket(zmq.DEALER)
    sock.linger = 0
    sock.connect(f"ipc://{pipe.state}/sock/feed")
    source, waiting, again, progress = documents(), {}, [], 0
    fed = 0
    while fed < DOCUMENTS or waiting or again:
        now = time.monotonic()
        if now - BEGAN > LIMIT_S:
            break
        progress = max(progress, ledger.outcomes()) if fed - progress >= 500 else progress
        while len(waiting) < 128 and (again or (fed < DOCUMENTS and fed - progress < 600)):
            if again:
                ref, request = again.pop()
            else:
                i, name, kind, body = next(source)
                ref, request = i, {"v": 1, "ref": i, "source": "kill-test", "id": f"doc-{i}", "name": name, "type": kind, "body": body}
                fed += 1
            sock.send_multipart([b"", msgpack.packb(request)])
            waiting[ref] = (now, request)
        while sock.poll(20):
            reply = msgpack.unpackb(sock.recv_multipart()[1])
            sent = waiting.pop(reply["ref"], None)
            if reply["status"] == "ok":
                for key in reply["keys"]:
                    acked[key] = reply["ref"]
            elif sent and reply["status"] == "busy":
                again.append((reply["ref"], sent[1]))
            elif reply["status"] == "refused":
                pipe.trouble.append(f"refused: {reply}")
        for ref, (at, request) in list(waiting.items()):
            if time.monotonic() - at > 3:
                del waiting[ref]
                again.append((ref, request))
    ctx.destroy(linger=0)


def wait_for(what, seconds, test):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if test():
                return True
        except (OSError, ValueError, http.client.HTTPException):
            pass
        time.sleep(0.1)
    print(f"gave up waiting: {what}")
    return False


def kill_them(pipe, ledger, points):
    """A round: kill one from outside, and let its successor die at a named point."""
    order = STAGES * (ROUNDS // len(STAGES) + 1)
    for n in range(ROUNDS):
        goal = DOCUMENTS * (n + 1) // (ROUNDS + 4)
        wait_for(f"{goal} outcomes", LIMIT_S, lambda: ledger.outcomes() >= goal or time.monotonic() - BEGAN > LIMIT_S)
        stage = order[n]
        choice = POINTS[stage][n // len(STAGES) % len(POINTS[stage])]
        before = len(pipe.at_points)
        most = 8 if choice.startswith("worker.") else 2  # a commit takes many documents: there must be enough left to reach it
        pipe.kill(stage, f"{choice}:{dice.randint(1, most)}" if points else None)
        if not points:
            time.sleep(0.3)
            pipe.kill(stage)
        elif not wait_for(f"{choice} to be reached", 60, lambda: len(pipe.at_points) > before):
            pipe.trouble.append(f"{choice} was never reached")
            return


def audit(pipe, ledger, acked):
    wrong = []
    lines = []
    for path in sorted(glob.glob(f"{pipe.state}/report/stream/*.jsonl")):
        with open(path, encoding="utf-8") as f:
            lines += [json.loads(line) for line in f]
    seqs = [line["seq"] for line in lines]
    if seqs != list(range(1, len(seqs) + 1)):
        at = next(i for i, s in enumerate(seqs) if s != i + 1)
        wrong.append(f"seq has a gap or a repeat at line {at + 1}: {seqs[max(0, at - 2):at + 3]}")
    rows = ledger.ask("SELECT key, count(*) FROM outcomes WHERE outcome <> 'again' GROUP BY key")
    count = dict(rows)
    lost = [k for k in acked if count.get(k, 0) == 0]
    twice = [k for k, n in count.items() if n > 1]
    if lost:
        wrong.append(f"{len(lost)} accepted documents have no outcome, e.g. {lost[:3]}")
    if twice:
        wrong.append(f"{len(twice)} documents have two outcomes, e.g. {twice[:3]}")
    if set(count) - set(acked):
        wrong.append(f"{len(set(count) - set(acked))} outcomes of documents that nobody was told of")
    told = {}
    for line in lines:
        if (line["type"], line["op"]) in (("article", "new"), ("reject", "new")):
            told[line["id"]] = told.get(line["id"], 0) + 1
    bad = [k for k in acked if told.get(k, 0) != 1]
    if bad:
        wrong.append(f"{len(bad)} documents have not exactly one line, e.g. {[(k, told.get(k, 0)) for k in bad[:3]]}")
    return wrong, lines, dict(ledger.ask("SELECT outcome, count(*) FROM outcomes GROUP BY outcome"))


def main():
    for stage in STAGES:
        if not os.path.exists(f"{BIN}/wiredesk-{stage}"):
            print(f"{BIN}/wiredesk-{stage} is not there")
            return 1
    points = has_points()
    state = tempfile.mkdtemp(prefix="wiredesk-kill-")
    pipe, ledger, acked = Pipe(state), Ledger(state), {}
    feeder = threading.Thread(target=feed, args=(pipe, ledger, acked), daemon=True)
    feeder.start()
    kill_them(pipe, ledger, points)
    feeder.join(max(1, LIMIT_S - (time.monotonic() - BEGAN)))
    path = f"{state}/sock/ingest.0.http"
    rest = wait_for("every outcome", 120, lambda: get(path, "/status")["journal"]["in_flight"] == 0)
    status = subprocess.run([f"{BIN}/wiredesk", "status", "--state", state], capture_output=True, text=True)
    sender = get(path, "/status")["sender"] if rest else {}
    wrong = pipe.trouble + pipe.stop()
    failed, lines, outcomes = audit(pipe, ledger, acked)
    wrong += failed
    if status.returncode != 0:
        wrong.append(f"status does not balance:\n{status.stdout}{status.stderr}")
    if not rest or len(acked) != DOCUMENTS:
        wrong.append(f"{len(acked)} of {DOCUMENTS} documents accepted, at rest: {rest}")
    if points and len(pipe.at_points) < ROUNDS:
        wrong.append(f"only {len(pipe.at_points)} deaths at named points")
    print(f"{DOCUMENTS} documents, {pipe.killed} kills from outside, {len(pipe.at_points)} at named points "
          f"({'' if points else 'this build has none: -DCHAOS=ON gives them; '}{len(set(p.split(':')[0] for p in pipe.at_points))} different), "
          f"{len(lines)} lines, outcomes {outcomes}, {time.monotonic() - BEGAN:.0f} s")
    print(f"sender: {sender}")
    for line in wrong:
        print("WRONG:", line)
    if wrong:
        print(f"kept for a look: {state}")
        os.system(f"tail -n 40 {state}/log")
        return 1
    shutil.rmtree(state, ignore_errors=True)
    return 0


sys.exit(main())
