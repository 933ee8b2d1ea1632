#!/usr/bin/python3
"""run_stall.py - report stands still while documents flow and half of the workers are killed: no healthy document is rejected; and nobody grows, feeders wait.

Usage: run_stall.py BIN [SECONDS [DEAD_SECONDS]]     (how long report is stopped in each of the two scenes; 0: not at all)"""
import shutil
import tempfile

from proofs import *

SECONDS, DEAD = argument(1, 4.0), argument(2, 2.0)
dice = random.Random(4)


def stalled():
    """Two normalizers and four taggers; one and two of them are killed at the beginning, in the middle and at the end."""
    state = tempfile.mkdtemp(prefix="wd-stall-")
    pipe = Daemons(state)
    for stage, replica in (("normalize", 1), ("tag", 1), ("tag", 2), ("tag", 3)):
        pipe.start(stage, replica)
    feeder = Feeder(f"ipc://{state}/sock/feed", dice, rate=60)
    check(wait_for(20, lambda: pipe.status()["journal"]["reported"] > 20), "documents flow")
    report = pipe.process["report", 0]
    report.send_signal(signal.SIGSTOP)
    began, kills = time.monotonic(), 0
    for share in (0.1, 0.5, 0.9):
        time.sleep(max(0, began + share * SECONDS - time.monotonic()))
        for stage, replica in (("normalize", kills // 3 % 2), ("tag", kills // 3 % 4), ("tag", (kills // 3 + 2) % 4)):
            pipe.kill(stage, replica)
            kills += 1
    time.sleep(max(0, began + SECONDS - time.monotonic()))
    held = pipe.status()["journal"]["in_flight"]
    report.send_signal(signal.SIGCONT)
    feeder.stop()
    rest = pipe.settle(120 + SECONDS, len(feeder.acked))
    took, sender = time.monotonic() - began - SECONDS, pipe.status()["sender"]
    check(rest, f"after {SECONDS:.0f} s without report, with {held} documents held by then, all had their outcome {took:.0f} s later")
    check(pipe.stop() == [], f"{kills} workers were killed, three of six at a time; nothing else ended")
    found = Stores(state)
    lost = found.at_rest(feeder.acked)
    check(lost == [], f"{len(feeder.acked)} documents, each with one outcome: {lost or found.counts()}")
    unreadable = sum(number % 100 == 13 for number in feeder.acked.values())
    check(found.counts().get("rejected", 0) == unreadable, f"none is rejected but the {unreadable} that nobody can read")
    print(f"     {sender['resends']} sent again ({sender['false_resends']} for nothing), {sender['probes']} probes, {sender['struck']} after a death")
    shutil.rmtree(state)


def resident(pid):
    return int(next(line for line in open(f"/proc/{pid}/status") if line.startswith("VmRSS")).split()[1]) / 1000


def dead():
    """A journal of 2 MB, and as many documents as will go: once it is full nothing grows any more."""
    state = tempfile.mkdtemp(prefix="wd-dead-")
    pipe = Daemons(state, WIREDESK_JOURNAL_MAX="2M")
    check(wait_for(20, lambda: pipe.status()["journal"]["accepted"] == 0), "the daemons are up")
    pipe.process["report", 0].send_signal(signal.SIGSTOP)
    feeder = Feeder(f"ipc://{state}/sock/feed", dice, source="dead")
    check(wait_for(30, lambda: feeder.told["busy"] > 50), f"a feeder is told busy once the journal is full, after {len(feeder.acked)} documents")
    before, held = {name: resident(p.pid) for name, p in pipe.process.items()}, len(feeder.acked)
    time.sleep(DEAD)
    after = {name: resident(p.pid) for name, p in pipe.process.items()}
    grown = {f"{stage}": round(after[stage, 0] - before[stage, 0], 1) for stage, _ in before}
    check(max(grown.values()) < 8, f"in {DEAD:.0f} s and {feeder.told['busy']} times busy no daemon grows: {grown} MB")
    check(len(feeder.acked) - held < 20, "and no more is taken on")
    pipe.process["report", 0].send_signal(signal.SIGCONT)
    feeder.stop()
    check(pipe.settle(120, len(feeder.acked)), f"when report lives again all {len(feeder.acked)} documents have their outcome")
    check(pipe.stop() == [], "and all end well")
    lost = Stores(state).at_rest(feeder.acked)
    check(lost == [], f"nothing is lost: {lost or 'one outcome each'}")
    shutil.rmtree(state)


if SECONDS > 0:
    stalled()
if DEAD > 0:
    dead()
finish()
