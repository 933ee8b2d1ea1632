#!/usr/bin/python3
"""run_report_full.py - no room under report: it waits, says so, loses nothing, and goes on by itself when there is room again."""
import os
import subprocess
import sys
import tempfile
import time

from report_pipe import Report, binary_of, check, document, finish, hold, numbered, texts_of

BINARY = binary_of(sys.argv[1])
DOCUMENTS = 1500
FILLER = "The harbour of Fenwick stayed closed while number %d was repaired. " * 40


def make(seq):
    doc = document(seq, story={"id": f"S{seq // 5}", "reasons": ["same"]})
    doc["text"] += FILLER.replace("%d", str(seq))
    return doc


def feed(report, open_docs, outcomes, enough):
    """Does what ingest does until enough() holds; False when that takes a minute."""
    end, sent_at, seq = time.monotonic() + 60, time.monotonic(), max(open_docs, default=max(outcomes, default=0))
    while not enough() and time.monotonic() < end:
        while report.returns.poll(0):
            note = report.note(0)
            outcomes[note["seq"]] = note["outcome"]
            open_docs.pop(note["seq"], None)
        while seq < DOCUMENTS and len(open_docs) < 256 and report.offer(make(seq + 1)):
            seq += 1
            open_docs[seq] = True
        if time.monotonic() - sent_at > 2:
            all(report.offer(make(n)) for n in sorted(open_docs))
            sent_at = time.monotonic()
        time.sleep(0.005)
    return enough()


def waits(report):
    if not hasattr(waits, "at") or time.monotonic() - waits.at > 0.3:
        waits.at = time.monotonic()
        waits.is_so = "waiting_for" in report.status()
    return waits.is_so


def audit(report, outcomes):
    check(set(outcomes.values()) == {"reported"} and len(outcomes) == DOCUMENTS, f"{len(outcomes)} of {DOCUMENTS} documents are reported")
    report.lines(1000)
    counts = report.ledger(DOCUMENTS)
    check(counts["reported"] == DOCUMENTS and counts["again"] == 0, "the ledger has each of them once")
    check(report.stop() == 0, "it ends with 0")
    lines = report.files()
    check(numbered(lines), f"{len(lines)} lines without a gap or a repeat")
    hold(lines, texts_of(report), "all of them")
    check([s.decode() for s in lines] == [row[0] for row in report.rows("select line from stream order by seq")], "the files are the ledger's lines")


def ceiling():
    report = Report(BINARY, "--ledger-max", "2M")
    report.start()
    time.sleep(0.2)
    open_docs, outcomes = {}, {}
    check(feed(report, open_docs, outcomes, lambda: waits(report)), f"at its ceiling it waits, with {len(outcomes)} outcomes given")
    given = len(outcomes)
    check(0 < given < DOCUMENTS, "some documents had their outcome, some not")
    check(report.http("/readyz")[0] == 503 and report.http("/healthz")[0] == 200, "it is healthy and not ready")
    check(b"wiredesk_waiting{stage=\"report\"} 1" in report.http("/metrics")[1], "and /metrics says that it waits")
    check(report.stop() == 0, "asked to stop, it does")
    report.args = ()
    report.start()
    check(feed(report, open_docs, outcomes, lambda: len(outcomes) == DOCUMENTS), "with room it goes on")
    audit(report, outcomes)
    report.close()


def full_disk():
    """The ledger and the files on a disk of their own; an ingest that resends."""
    state = tempfile.mkdtemp(prefix="wd-report-")
    os.makedirs(state + "/report")
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m,mode=0700", "none", state + "/report"]).returncode != 0:
        check(False, "mount")
        return
    try:
        ballast = state + "/report/ballast"
        with open(ballast, "wb") as f:
            f.write(bytes(36 << 20))
        report = Report(BINARY, state=state)
        report.start()
        time.sleep(0.2)
        open_docs, outcomes = {}, {}
        check(feed(report, open_docs, outcomes, lambda: waits(report)), f"with the disk full it waits, with {len(outcomes)} outcomes given")
        os.unlink(ballast)
        check(feed(report, open_docs, outcomes, lambda: len(outcomes) == DOCUMENTS), "with room it goes on by itself")
        check("waiting_for" not in report.status() and report.http("/readyz")[0] == 200, "and is ready")
        audit(report, outcomes)
    finally:
        subprocess.run(["umount", "-l", state + "/report"])
    report.close()


if os.environ.get("WIREDESK_IN_NAMESPACE") == "yes":
    full_disk()
    finish()
ceiling()
unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
try_it = 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"'
if subprocess.run([*unshare, "sh", "-c", try_it], stderr=subprocess.DEVNULL).returncode == 0:
    done = subprocess.run([*unshare, sys.executable, __file__, sys.argv[1]], env={**os.environ, "WIREDESK_IN_NAMESPACE": "yes"})
    check(done.returncode == 0, "a full disk under it")
else:
    print("no full disk: this machine lets us mount nothing")
finish()
