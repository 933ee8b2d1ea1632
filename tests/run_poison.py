#!/usr/bin/python3
"""run_poison.py - poison is convicted by evidence: documents that crash, hang or eat memory are rejected, and nobody else is.

Usage: run_poison.py BIN [ROUNDS [CPU_BUDGET]]

The whole pipe, in a build with -DCHAOS=ON, where the stage named by WIREDESK_POISON chokes on certain words (libcommon/chaos.h)."""
import json
import os
import pathlib
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

BIN = os.path.abspath(sys.argv[1])
STAGES = ("ingest", "normalize", "tag", "dedup", "report")
PROGRAM = open(f"{BIN}/wiredesk-tag", "rb").read()
SANITIZED = b"__asan_init" in PROGRAM
if b"POISON-CRASH" not in PROGRAM:
    print("skipped: not a build with -DCHAOS=ON")
    sys.exit(77)

failures = []


def check(true, what):
    print(("ok   " if true else "FAIL ") + what)
    if not true:
        failures.append(what)


def innocent(dice):
    words = ["".join(dice.choice("bcdfghklmnprstvwz") + dice.choice("aeiou") for _ in range(4)) for _ in range(30)]
    return " ".join(dice.choice(words) for _ in range(60)).capitalize() + "."


class Pipe:
    def __init__(self, *options, **environment):
        self.folder = tempfile.TemporaryDirectory(prefix="wd-poison-")
        self.state = self.folder.name + "/state"
        self.log = open(self.folder.name + "/log", "w+")
        self.up = subprocess.Popen([f"{BIN}/wiredesk", "up", "--state", self.state, *options], stdout=self.log, stderr=self.log,
                                   env={**os.environ, "WIREDESK_POISON": "tag", **environment})
        self.fed = []
        self.wait(lambda s: s["good"] and all(d.get("status") for d in s["daemons"]), 30, "all daemons are up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.up.send_signal(signal.SIGTERM)
        self.up.wait(60)
        self.log.close()
        self.folder.cleanup()

    def status(self):
        done = subprocess.run([f"{BIN}/wiredesk", "status", "--state", self.state, "--json"], capture_output=True, text=True)
        return json.loads(done.stdout) if done.stdout else {"good": False, "daemons": []}

    def wait(self, true, seconds, what):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.status()
            try:
                if true(status):
                    return status
            except KeyError:
                pass
            time.sleep(0.1)
        self.log.flush()
        print(open(self.log.name).read()[-3000:])
        sys.exit(f"FAIL in {seconds} s it did not happen that {what}: {json.dumps(status)[:2000]}")

    def ingest(self, status):
        return next(d["status"] for d in status["daemons"] if d.get("status", {}).get("stage") == "ingest")

    def feed(self, *texts):
        lines = "".join(json.dumps({"id": f"{len(self.fed)}-{i}", "text": text}) + "\n" for i, text in enumerate(texts))
        self.fed += texts
        subprocess.run([f"{BIN}/wiredesk", "feed", "--state", self.state, "--quiet", "--type", "application/jsonl", "-"],
                       input=lines, text=True, check=True)

    def settle(self, seconds):
        """Until every document has its outcome; their counts."""
        done = lambda s: (j := self.ingest(s)["journal"])["accepted"] == len(self.fed) and j["in_flight"] == 0 and s["good"]
        return self.ingest(self.wait(done, seconds, "every document has its outcome"))["journal"]

    def rejects(self):
        time.sleep(0.3)  # the day's file follows the ledger
        lines = [json.loads(line) for p in pathlib.Path(self.state, "report", "stream").glob("*.jsonl") for line in open(p)]
        return [line for line in lines if line["type"] == "reject"]

    def convicted(self):
        """How many seconds each rejected document took from ingest to its conviction, sorted."""
        db = sqlite3.connect(f"file:{self.state}/report/ledger.db?mode=ro", uri=True)
        rows = db.execute("SELECT (written - accepted) / 1000.0 FROM documents WHERE outcome = 3 ORDER BY 1").fetchall()
        db.close()
        return [row[0] for row in rows]

    def pids(self, stage):
        return [d["status"]["pid"] for d in self.status()["daemons"] if d.get("status", {}).get("stage") == stage]


def crash_and_hang(seed):
    dice = random.Random(seed)
    with Pipe("--scale", "tag=3", WIREDESK_CPU_BUDGET=sys.argv[3] if len(sys.argv) > 3 else "1s") as pipe:
        began = time.monotonic()
        pipe.feed(*(innocent(dice) for _ in range(100)), "Zamobe POISON-CRASH lirabo.", *(innocent(dice) for _ in range(100)),
                  "Kuteno POISON-HANG wimesa.", *(innocent(dice) for _ in range(100)))
        counts = pipe.settle(120)
        took = time.monotonic() - began
        rejects = pipe.rejects()
        check(counts["rejected"] == 2 and counts["reported"] + counts["duplicate"] == 300,
              f"two poisons at once are rejected, their 300 neighbours are not ({took:.0f} s)")
        check(sorted((r["stage"], r["error"]) for r in rejects) == [("tag", "fault")] * 2, "as faults of the stage that died of them")
        check(sorted(r["detail"].split("held it: ")[1].split(" by")[0] for r in rejects) == ["2", "3"], "the hang after two faults, the crash after three")
        times = pipe.convicted()
        check(times[-1] < 60, f"each within a minute: {', '.join(f'{t:.1f} s' for t in times)}")
        taken.extend(times)


def memory(seed):
    dice = random.Random(seed)
    with Pipe() as pipe:
        pipe.feed(innocent(dice))
        pipe.settle(30)
        pids = pipe.pids("tag")
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_AS, (1 << 30, 1 << 30))
        pipe.feed(innocent(dice), "Vesaro POISON-MEMORY demuli.", *(innocent(dice) for _ in range(20)))
        counts = pipe.settle(60)
        check(counts["rejected"] == 1 and counts["reported"] + counts["duplicate"] == 22, "a document that eats memory is rejected, its neighbours are not")
        errors = [r["error"] for r in pipe.rejects()]
        check(errors in (["no_memory"], ["fault"]), f"for want of memory ({errors})")
        check(pipe.pids("tag") == pids, "and the worker lives on")
        taken.extend(pipe.convicted())


def lives(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def outside_kills():
    dice = random.Random(3)
    with Pipe("--scale", "tag=2") as pipe:
        pipe.feed("Rotiva POISON-SLOW sanelo.", *(innocent(dice) for _ in range(20)))
        kills, end = 0, time.monotonic() + 90
        while kills < 7 and time.monotonic() < end:
            time.sleep(0.02)
            for replica in (0, 1):
                run = pathlib.Path(pipe.state, "run")
                page = (run / f"tag.{replica}.slot").read_bytes()
                pid = (run / f"tag.{replica}.lock").read_text().strip()
                if kills < 7 and page[:1] == b"\1" and b"POISON-SLOW" in page and pid.isdigit() and lives(pid):
                    time.sleep(0.1)
                    if not lives(pid):
                        continue
                    os.kill(int(pid), signal.SIGKILL)
                    kills += 1
                    time.sleep(0.2)
        counts = pipe.settle(90)
        check(kills == 7, f"the worker that holds a slow document is killed seven times from outside ({kills})")
        check(counts["rejected"] == 0 and counts["reported"] + counts["duplicate"] == 21, "and the document is reported all the same")


taken = []
for turn in range(int(sys.argv[2]) if len(sys.argv) > 2 else 1):
    crash_and_hang(1 + 3 * turn)
    if not SANITIZED:  # whose shadow memory takes more than any limit
        memory(2 + 3 * turn)
outside_kills()
print(f"{len(taken)} poisons, two in flight at a time or one, convicted after {sorted(taken)[len(taken) // 2]:.1f} s at the median, {max(taken):.1f} s at most")
sys.exit(1 if failures else 0)
