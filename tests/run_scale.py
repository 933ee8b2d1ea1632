#!/usr/bin/python3
"""run_scale.py - one tagger, four, and one again under load, then every stage restarted in turn: nothing is lost, and what was sent again is counted.

Usage: run_scale.py BIN [ROUNDS [RATE]]"""
import shutil
import tempfile

from proofs import *

ROUNDS, RATE = argument(1, 1), argument(2, 120.0)


def main():
    state = tempfile.mkdtemp(prefix="wd-scale-")
    pipe = Daemons(state)
    feeder = Feeder(f"ipc://{state}/sock/feed", random.Random(9), rate=RATE)
    check(wait_for(20, lambda: pipe.status()["journal"]["reported"] > 20), "documents flow")
    flows = lambda n: wait_for(60, lambda before=pipe.status()["journal"]["reported"]: pipe.status()["journal"]["reported"] >= before + n)
    resends, restarts, epochs = 0, 0, 0
    for _ in range(ROUNDS):
        for replica in (1, 2, 3):
            pipe.start("tag", replica)
        check(wait_for(20, lambda: all(pipe.status("tag", r)["in"] > 0 for r in range(4))), "four taggers, and each has work")
        flows(60)
        for replica in (0, 1, 2):
            pipe.end("tag", replica)
        check(flows(60), "one tagger is left, and documents flow on")
        pipe.start("tag", 0)
        pipe.end("tag", 3)
        for stage in STAGES:
            if stage == "ingest":  # whose counts end with it
                resends += pipe.status()["sender"]["resends"] + pipe.status()["sender"]["probes"]
                epochs += 1
            pipe.end(stage)
            pipe.start(stage)
            restarts += 1
            wait_for(20, lambda: pipe.status(stage)["pid"] == pipe.process[stage, 0].pid)
            check(flows(20), f"{stage} is asked to stop and started again, and documents flow on")
    feeder.stop()
    check(pipe.settle(120, len(feeder.acked)), f"all {len(feeder.acked)} documents have their outcome")
    sender = pipe.status()["sender"]
    resends += sender["resends"] + sender["probes"]
    check(pipe.stop() == [], f"of {restarts} restarts and {6 * ROUNDS} changes of scale none ended a daemon otherwise than asked")
    lost = Stores(state).at_rest(feeder.acked)
    check(lost == [], f"each has one outcome and one line: {lost or Stores(state).counts()}")
    print(f"     {ROUNDS} times tag 1, 4, 1 and {restarts} restarts at {RATE:.0f} documents a second: {resends} of {len(feeder.acked)} sent again "
          f"({100 * resends / len(feeder.acked):.1f} %), counted over {epochs + 1} lives of ingest")
    shutil.rmtree(state)


main()
finish()
