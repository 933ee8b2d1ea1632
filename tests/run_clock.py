#!/usr/bin/python3
"""run_clock.py - the clock of every stage jumps a day ahead, a day back, and back to yesterday, under load; a worker is merely very slow: nothing is lost.

Usage: run_clock.py BIN [SECONDS]     (between jumps)

The wall clock alone is shifted (tests/preload.c), as a person or ntpd would: the monotonic one goes on."""
import shutil
import struct
import tempfile

from proofs import *

SECONDS = argument(1, 1.0)
DAY = 86400


def jumps(state):
    clock = f"{state}.clock"
    shift = lambda days: open(clock, "r+b" if os.path.exists(clock) else "wb").write(struct.pack("<q", int(days * DAY)))
    shift(0)
    pipe = Daemons(state, start=(), **preloaded(clock=clock))
    for stage in reversed(STAGES):
        pipe.start(stage, 0, *(("--coalesce", "500ms") if stage == "report" else ()))
    if CHAOS:
        pipe.start("tag", 1, WIREDESK_DRAG="tag:1000000")
    check(pipe.up(), "the daemons are up, with a second tagger that takes a second for each document" if CHAOS else "the daemons are up")
    feeder = Feeder(f"ipc://{state}/sock/feed", random.Random(11), rate=40)
    done = lambda: (j := pipe.status()["journal"])["accepted"] - j["in_flight"]
    for days in (0, 1, 0, -1, 0):
        before = done()
        shift(days)
        time.sleep(SECONDS)
        check(wait_for(30, lambda: done() > before + 15), f"the clock stands {f'{abs(days)} day ' + ('ahead' if days > 0 else 'behind') if days else 'right'}, "
              "and documents flow on")
    feeder.stop()
    check(pipe.settle(120, len(feeder.acked)), f"all {len(feeder.acked)} documents have their outcome")
    check(wait_for(60 + 4 * SECONDS, lambda: pipe.status("report")["pending_stories"] == 0), "and no story waits for a clock that was set back")
    sender = pipe.status()["sender"]
    slow = pipe.status("tag", 1)["in"] if CHAOS else 0
    check(pipe.stop() == [], "all end well")
    found = Stores(state)
    lost = found.at_rest(feeder.acked)
    check(lost == [], f"each has one outcome and one line: {lost or found.counts()}")
    unreadable = sum(number % 100 == 13 for number in feeder.acked.values())
    check(found.counts().get("rejected", 0) == unreadable, f"none is rejected but the {unreadable} that nobody can read")
    days = len(glob.glob(f"{state}/report/stream/*.jsonl"))
    print(f"     {days} day files; {slow} documents went through the slow tagger; {sender['resends']} sent again, {sender['probes']} probes, "
          f"{sender['false_resends']} of them for nothing")
    os.unlink(clock)


room = tempfile.mkdtemp(prefix="wd-clock-")
jumps(f"{room}/state")
if not wrong:
    shutil.rmtree(room)
finish()
