#!/usr/bin/python3
"""run_redeliver.py - every message between the stages is delivered three times, now, soon and late: the stream says the same.

Usage: run_redeliver.py BIN [DOCUMENTS]

A journal is filled once. Two copies of it run through the pipe: one as it is; one with a repeater on each of the four links, which delivers each message
at once, again after the next fifty, and again at the end. What a stage makes of a copy is repeated in turn: report gets 81 of each document, and tells the
outcome of each. Times, stats and the numbers of lines may differ. Stories are told at once in both runs: otherwise how often each is told on its way
depends on the time."""
import shutil
import tempfile

from proofs import *

DOCUMENTS = argument(1, 60)
APART = 50
AT_ONCE = ("--coalesce", "0s", "--batch", "1")  # each document is committed alone and its story told: nothing depends on when
context = zmq.Context.instance()


class Repeater(threading.Thread):
    """Takes messages at one address of the state directory and delivers each three times at another."""

    def __init__(self, state, name, take, give):
        super().__init__(daemon=True)
        self.source, self.sink = context.socket(zmq.PULL), context.socket(zmq.PUSH)
        self.sink.immediate = 1
        for sock in (self.source, self.sink):
            sock.linger, sock.rcvhwm, sock.sndhwm = 0, 100000, 100000
        self.source.bind(f"ipc://{state}/sock/{take}")
        self.sink.connect(f"ipc://{state}/sock/{give}")
        self.soon, self.all, self.again, self.count, self.ended = collections.deque(), [], threading.Event(), 0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.is_set():
            if self.source.poll(20):
                message = self.source.recv()
                self.give(message)
                self.soon.append(message)
                self.all.append(message)
            if len(self.soon) > APART or (self.soon and self.again.is_set()):
                self.give(self.soon.popleft())
            if self.again.is_set() and not self.soon and self.all:
                late, self.all = self.all, []
                for message in late:
                    self.give(message)
        self.source.close()
        self.sink.close()

    def give(self, message):
        while not self.ended.is_set():
            if self.sink.poll(50, zmq.POLLOUT):
                self.sink.send(message)
                self.count += 1
                return


def fill(state):
    """A journal with all documents, and nothing behind it."""
    pipe = Daemons(state, start=("ingest",))
    feeder = Feeder(f"ipc://{state}/sock/feed", random.Random(12), DOCUMENTS, window=1)
    feeder.join()
    check(pipe.stop() == [] and len(feeder.acked) == DOCUMENTS, f"a journal holds {len(feeder.acked)} documents")
    return feeder.acked


def settled(pipe):
    return pipe.settle(120) and wait_for(20, lambda: pipe.status("report")["pending_stories"] == 0)


def said(state):
    """The stream without its times, stats and, where stats were, numbers."""
    return [{k: v for k, v in line.items() if k not in ("seq", "ts")} for line in map(json.loads, Stores(state).lines) if line["type"] != "stats"]


def main():
    base = tempfile.mkdtemp(prefix="wd-thrice-")
    acked = fill(f"{base}/full")
    for name in ("once", "thrice"):
        os.makedirs(f"{base}/{name}")
        shutil.copytree(f"{base}/full/journal", f"{base}/{name}/journal")
    once = Daemons(f"{base}/once", start=(), keep=False)
    for stage in reversed(STAGES):
        once.start(stage, 0, *(AT_ONCE if stage == "report" else ()))
    check(settled(once) and once.stop() == [], "once: all have their outcome")
    state = f"{base}/thrice"
    os.makedirs(f"{state}/sock")
    repeaters = [Repeater(state, stage, f"{stage}.repeater", f"{stage}.0.in") for stage in STAGES[1:]]
    thrice = Daemons(state, start=(), keep=False)
    for stage in reversed(STAGES):
        after = STAGES[STAGES.index(stage) + 1:][:1]
        thrice.start(stage, 0, *(("--next", f"ipc://{state}/sock/{after[0]}.repeater") if after else AT_ONCE))
    check(settled(thrice), "thrice: all have their outcome")
    for repeater in repeaters:
        repeater.again.set()
        wait_for(60, lambda: not repeater.soon and not repeater.all)
        time.sleep(0.5)
    check(settled(thrice), "and still when all came once more")
    time.sleep(1)
    taken = {stage: thrice.status(stage)["in"] for stage in STAGES[1:]}
    for repeater in repeaters:
        repeater.ended.set()
        repeater.join()
    check(thrice.stop() == [], "and all end well")
    check(taken["normalize"] >= 3 * DOCUMENTS and taken["report"] >= 81 * DOCUMENTS, f"each stage took three times what the one before it made of its copies: {taken}")
    for name in ("once", "thrice"):
        lost = Stores(f"{base}/{name}").at_rest(acked)
        check(lost == [], f"{name}: each document has one outcome and one line: {lost or Stores(f'{base}/{name}').counts()}")
    lines, lines3 = said(f"{base}/once"), said(f"{base}/thrice")
    kinds = collections.Counter(line["type"] for line in lines)
    check(lines == lines3, f"the stream says the same, line for line: {dict(kinds)}{difference(lines, lines3)}")
    shutil.rmtree(base)


def difference(a, b):
    for x, y in zip(a, b):
        if x != y:
            return f"; first: {[(k, (x or {}).get(k), (y or {}).get(k)) for k in (x or y) if (x or {}).get(k) != (y or {}).get(k)]}"[:1500]
    return "" if len(a) == len(b) else f"; {len(a)} and {len(b)}"


main()
finish()
