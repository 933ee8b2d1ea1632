#!/usr/bin/python3
"""run_kill.py - kill -9 of every daemon and of the feeder while documents flow, at any moment and at named points: nothing is lost, nothing comes twice.

Usage: run_kill.py BIN [KILLS [SEED]]     (of five kills two are of a daemon at any moment, two of a daemon at a named point, one of the feeder)"""
import shutil
import tempfile

from proofs import *

KILLS, SEED = argument(1, 40), argument(2, 1)
DOCUMENTS = 40  # to a folder: what the feeder is at when it is killed is fed again from its beginning
POINTS = {
    "ingest": ["ingest.before_commit", "ingest.after_commit", "ingest.before_retire", "ingest.after_retire"],
    "normalize": ["worker.after_recv", "worker.before_send"],
    "tag": ["worker.before_send", "worker.after_recv"],
    "dedup": ["dedup.before_commit", "dedup.after_commit", "worker.before_send"],
    "report": ["report.before_commit", "report.after_commit", "report.after_publish", "pages.before_rename"],
}
dice = random.Random(SEED)


class Feeding(threading.Thread):
    """`wiredesk feed` on one folder of files after the other, each again until it says that all are on ingest's disk."""

    def __init__(self, state):
        super().__init__(daemon=True)
        self.state, self.enough, self.process, self.killed = state, threading.Event(), None, 0
        self.keys, self.runs, self.trouble = set(), 0, []
        self.source = news(dice)
        self.start()

    def run(self):
        while not self.enough.is_set():
            folder = f"{self.state}/in/{self.runs}"
            os.makedirs(folder)
            for _ in range(DOCUMENTS):
                i, name, kind, body = next(self.source)
                open(f"{folder}/{name}", "wb").write(body)
                self.keys.add(key_of("feed", f"in/{self.runs}/{name}", body))
            self.feed(folder)
            self.runs += 1

    def feed(self, folder):
        while True:
            self.process = subprocess.Popen([f"{BIN}/wiredesk", "feed", "--state", ".", "--quiet", "--wait", "5m", os.path.relpath(folder, self.state)],
                                            cwd=self.state, stderr=subprocess.DEVNULL)
            status = self.process.wait()
            if status == 0:
                return
            if status != -signal.SIGKILL:
                self.trouble.append(f"the feeder left with {status}")
                return

    def kill(self):
        """In the middle of a folder, if it can be had."""
        for _ in range(200):
            p = self.process
            if p is not None and p.poll() is None:
                time.sleep(dice.uniform(0, 0.02))
                if p.poll() is None:
                    p.kill()
                    self.killed += 1
                    return True
            time.sleep(0.005)
        return False


def at_point(pipe, stage, n):
    """Kills it, and its successor dies when it reaches a named point."""
    point = POINTS[stage][n % len(POINTS[stage])]
    most = 8 if point.startswith("worker.") else 2  # a commit takes many documents
    chaos = f"{point}:{dice.randint(1, most)}"
    before = len(pipe.deaths)
    with pipe.lock:
        p = pipe.process[stage, 0]
        p.ours = True
        p.kill()
        p.wait()
        pipe.deaths.append((stage, None))
        pipe.start(stage, 0, WIREDESK_CHAOS=chaos)
    if not wait_for(90, lambda: (stage, chaos) in pipe.deaths[before:]):
        pipe.trouble.append(f"{chaos} was never reached")
        return False
    return True


def main():
    state = tempfile.mkdtemp(prefix="wiredesk-kill-")
    pipe = Daemons(state)
    check(wait_for(30, lambda: all(pipe.status(stage) for stage in STAGES)), "five daemons are up")
    feeding = Feeding(state)
    ledger_grows(pipe)
    n = 0
    while len(pipe.deaths) + feeding.killed < KILLS and not pipe.trouble and not feeding.trouble:
        stage = STAGES[n % len(STAGES)]
        if CHAOS:
            at_point(pipe, stage, n // len(STAGES))  # two kills
        for _ in range(2 if CHAOS else 4):
            time.sleep(dice.uniform(0, 0.15))
            pipe.kill(dice.choice(STAGES))
        feeding.kill()
        n += 1
        if n % 5 == 0:  # so that the stores do not only die young
            ledger_grows(pipe)
    kills = len(pipe.deaths)
    feeding.enough.set()
    feeding.join(120)
    check(pipe.settle(180), "all that was fed has its outcome")
    status = subprocess.run([f"{BIN}/wiredesk", "status", "--state", state], capture_output=True, text=True)
    check(status.returncode == 0, f"wiredesk status balances{'' if status.returncode == 0 else ': ' + status.stdout + status.stderr}")
    sender = pipe.status()["sender"]
    trouble = pipe.stop() + feeding.trouble
    check(trouble == [], f"no daemon left otherwise: {trouble or 'all by kill -9, or asked to'}")
    found = Stores(state)
    lost = found.at_rest(feeding.keys)
    check(lost == [], f"journal, index, ledger and day files hold each of {len(feeding.keys)} documents once: {lost or found.counts()}")
    named = {point.split(":")[0] for _, point in pipe.deaths if point}
    print(f"{kills} kills of daemons, {sum(p is not None for _, p in pipe.deaths)} of them at {len(named)} named points"
          f"{'' if CHAOS else ' (this build has none: -DCHAOS=ON gives them)'}, {feeding.killed} of the feeder; {len(found.lines)} lines")
    print("deaths: " + ", ".join(f"{stage} {sum(s == stage for s, _ in pipe.deaths)}" for stage in STAGES))
    print(f"sender since its last start: {sender['resends']} sent again, {sender['probes']} probes, {sender['false_resends']} for nothing")
    if wrong:
        print(f"kept for a look: {state}")
        os.system(f"tail -n 40 {state}/log")
    else:
        shutil.rmtree(state, ignore_errors=True)


def ledger_grows(pipe):
    """Until a few more documents have had their outcome."""
    before = pipe_outcomes(pipe.state)
    wait_for(60, lambda: pipe_outcomes(pipe.state) >= before + 20)


def pipe_outcomes(state):
    try:
        db = sqlite3.connect(f"file:{state}/report/ledger.db?mode=ro", uri=True, timeout=10)
        try:
            return db.execute("SELECT count(*) FROM documents").fetchone()[0]
        finally:
            db.close()
    except sqlite3.OperationalError:
        return 0


main()
finish()
