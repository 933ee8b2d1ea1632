#!/usr/bin/python3
"""run_report.py - a real wiredesk-report over local sockets: outcomes, lines, replay, rejects, repeats, strange frames, bad worlds."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from report_pipe import INSTANCE, Report, binary_of, check, document, finish, hold, json, msgpack, numbered, texts_of, zmq

BINARY = binary_of(sys.argv[1])


def told(lines, kind, op=None):
    all = [json.loads(line) for line in lines]
    return [line for line in all if line["type"] == kind and op in (None, line["op"])]


def outcomes():
    report = Report(BINARY)
    report.start()
    time.sleep(0.2)
    report.send(document(1, story={"id": "S1", "storyline": "L1", "reasons": ["first"]}, **{"try": 3, "epoch": 7}))
    note = report.note()
    check(note["topic"] == INSTANCE and note["kind"] == "outcome" and note["outcome"] == "reported", "an original is reported")
    check((note["seq"], note["epoch"], note["try"], note["key"]) == (1, 7, 3, f"{1:032x}"), "its outcome echoes instance, seq, epoch, try and key")
    report.send(document(2, verdict={"kind": "exact", "of": f"{1:032x}", "similarity": 1.0}, story={"id": "S1", "storyline": "L1", "reasons": ["copy"]}))
    check(report.note()["outcome"] == "duplicate", "a copy is a duplicate")
    report.send(document(3, fail={"stage": "normalize", "error": "empty", "detail": "nothing in it"}, text=None, title=None, title_basis=None,
                         body=None, quotes=None, entities=None, verdict=None))
    check(report.note()["outcome"] == "rejected", "a failed document is rejected")
    report.send(document(4, text=None, title=None, title_basis=None, body=None, quotes=None, entities=None))
    check(report.note()["outcome"] == "rejected", "so is one without a text")
    report.send(document(1, **{"try": 4}))
    note = report.note()
    check(note["outcome"] == "reported" and note["try"] == 4, "a resent document gets its outcome again")
    report.send(document(5, key=f"{1:032x}"))
    check(report.note()["outcome"] == "again", "the same key under another number is `again`")
    report.send(document(5, key=f"{1:032x}"))
    check(report.note()["outcome"] == "again", "and stays so when it is resent")
    check(report.ledger(5) == {"instance": INSTANCE.hex(), "seq": 5, "reported": 1, "duplicate": 1, "rejected": 2, "again": 1},
          "/ledger counts every number once")
    check(report.ledger(3)["again"] == 0 and report.ledger(3)["rejected"] == 1, "up to a number")
    check(report.ledger(5, b"\xff" * 16)["reported"] == 0, "another instance has none")
    check(report.http("/ledger?instance=zz&seq=1")[0] == 400 and report.http("/ledger?instance=" + INSTANCE.hex())[0] == 400, "nonsense is a 400")
    lines = report.lines(2500)
    status = report.status()
    check(status["ledger"]["reported"] == 1 and status["ledger"]["again"] == 1 and status["ledger"]["seq"] == len(lines), "/status says so too")
    check(b"wiredesk_ledger_documents{stage=\"report\",outcome=\"rejected\"} 2" in report.http("/metrics")[1], "/metrics too")
    check(numbered(lines), "lines are numbered from 1 without a gap")
    check([line["id"] for line in told(lines, "article")] == [f"{1:032x}", f"{2:032x}"], "an article line each for the original and the copy")
    check(len(told(lines, "quote")) == 1, "the copy does not repeat its quotes")
    check([(line["stage"], line["error"]) for line in told(lines, "reject")] == [("normalize", "empty"), ("report", "missing")], "a reject line each")
    story = told(lines, "story")
    check(bool(story) and story[-1]["n_articles"] == 2 and story[-1]["id"] == "S1" and story[-1]["n_independent"] == 1, "the story counts both, and one as independent")
    stats = told(lines, "stats")
    check(sum(line["reported"] for line in stats) == 1 and sum(line["repeated"] for line in stats) == 2, "stats say what came in")
    check(report.files() == lines, "the day's file has the same bytes")
    check([json.loads(line)["type"] for line in report.files("rejects")] == ["reject", "reject"], "the reject file has the rejects")
    check(report.rows("select count(*) from search where search match 'harbour'") == [(2,)], "the full-text index has both texts")
    first = report.ask(v=1, n=2, **{"from": 1})
    check([s.encode() for s in first["lines"]] == lines[:2] and first["next"] == 3 and first["last"] == len(lines), "replay gives lines and where to go on")
    rest = report.ask(v=1, **{"from": first["next"]})
    check([s.encode() for s in rest["lines"]] == lines[2:] and rest["next"] == len(lines) + 1, "to the end")
    check(report.ask(v=1, n=0, **{"from": 1})["last"] == len(lines), "no lines at all when none are wanted")
    check("error" in report.ask(v=2) and "error" in report.ask(v=1, **{"from": "x"}), "a strange request gets an error")
    check(report.stop() == 0, "SIGTERM ends it with 0")
    report.start()
    check(report.lines(500) == [], "after a clean end nothing is published again")
    report.send(document(6))
    check(report.note()["outcome"] == "reported", "it goes on after a restart")
    more = report.lines(2500)
    hold(lines + more, texts_of(report), "all that came")
    check(numbered(lines + more) and more != [], "with the next number")
    report.close()


def late_listeners():
    report = Report(BINARY)
    report.returns.close(0)
    report.returns = report.open(zmq.SUB, "report.0.returns")  # one that has asked for nothing yet
    report.start()
    other = bytes(range(16, 32))
    for seq in (1, 2):
        report.send(document(seq))
    report.send(document(3, instance=other))
    for _ in range(500):
        if report.status()["ledger"]["reported"] == 3:
            break
        time.sleep(0.01)
    check(report.note(300) is None, "who does not listen hears nothing")
    report.returns.subscribe(INSTANCE)
    check([n["seq"] for n in report.notes(2)] == [1, 2] and report.note(300) is None, "an ingest that listens late gets its outcomes, and no other's")
    report.returns.subscribe(other)
    check([n["seq"] for n in report.notes(1)] == [3], "so does the other")
    report.send(document(4))
    check([n["seq"] for n in report.notes(1)] == [4] and report.note(300) is None, "each once")
    report.close()


def strange_frames():
    report = Report(BINARY)
    report.start()
    time.sleep(0.2)
    strange = [
        (b"", None), (b"\xc1\xff noise", None), (b"\xdf\xff\xff\xff\xff", None), (msgpack.packb([1, 2]), None),
        (msgpack.packb(document(1, to="tag")), None),
        (msgpack.packb(document(2))[:-5], "malformed"), (msgpack.packb(document(3, v=2)), "version"), (msgpack.packb(document(4, text=7)), "schema"),
        (msgpack.packb(document(5, title=[0, 99999])), "schema"), (msgpack.packb(document(6)) + b"\0", "malformed"),
    ]
    for frame, error in strange:
        report.send(frame)
        if error is None:
            continue
        note = report.note()
        check(note is not None and note["kind"] == "refused" and note["stage"] == "report" and note["error"] == error, f"a frame is refused as {error}")
    report.send(document(7, title=[0, 99999], fail={"stage": "tag", "error": "fault", "detail": "signal 11"}))
    check(report.note()["outcome"] == "rejected", "a failed document with a strange field is rejected, not refused")
    report.send(document(8))
    check(report.note()["outcome"] == "reported", "after all that a good one is reported")
    kept = sorted(p.read_bytes() for p in pathlib.Path(report.dir, "quarantine", "report").glob("*.frame"))
    check(kept == sorted(frame for frame, _ in strange), "every strange frame is kept, byte for byte")
    check(report.status()["refused"] == len(strange), "and counted")
    report.close()


def torn_files():
    report = Report(BINARY)
    report.start()
    time.sleep(0.2)
    for seq in range(1, 21):
        report.send(document(seq))
    report.notes(20)
    lines = report.lines(2500)
    report.stop()
    day = sorted(pathlib.Path(report.dir, "report", "stream").glob("*.jsonl"))[-1]
    whole = day.read_bytes()
    for cut, what in ((7, "a torn last line"), (len(lines[-1]) + 1, "a missing line"), (len(whole) - 10, "nearly all"), (len(whole), "all")):
        day.write_bytes(whole[:len(whole) - cut])
        report.start()
        report.stop()
        check(day.read_bytes() == whole, f"{what} is written again from the ledger")
    day.write_bytes(whole + b'{"v":1,"se')
    report.start()
    report.stop()
    check(day.read_bytes() == whole, "half a line behind the last is cut off")
    hole = bytearray(whole)
    hole[len(whole) // 3:len(whole) // 3 + 1024] = bytes(1024)
    day.write_bytes(hole)
    report.start()
    report.stop()
    check(day.read_bytes() == whole, "what never came to the disk in the middle is written again")
    day.write_bytes(whole[:-1 - len(lines[-1])] + lines[-1].replace(b"stats", b"statt") + b"\n")
    report.process = subprocess.Popen([BINARY, "--state", report.dir], stderr=subprocess.PIPE, text=True)
    said = report.process.communicate(timeout=20)[1]
    check(report.process.returncode == 64 and "not the ledger" in said, "a file that another ledger wrote is not touched: one line, 64")
    report.close()


def run(*args):
    done = subprocess.run([BINARY, *args], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, timeout=30)
    return done.returncode, done.stderr


def bad_worlds():
    one_line = lambda text: text.count("\n") == 1 and text.startswith("wiredesk-report: ")
    status, text = run("--state", "/nowhere/at/all")
    check(status == 64 and one_line(text), "a missing directory: one line, 64")
    with tempfile.TemporaryDirectory(prefix="wd-report-") as state:
        status, text = run("--state", state, "--stream", "tcp://0.0.0.0:59556")
        check(status == 64 and "--trusted-network" in text, "an open port without --trusted-network: one line, 64")
        os.makedirs(state + "/report", exist_ok=True)
        pathlib.Path(state, "report", "ledger.db").write_bytes(b"this is no ledger" * 1000)
        status, text = run("--state", state)
        check(status == 64 and one_line(text) and "ledger.db" in text, "a ledger that is none: one line, 64")
    report = Report(BINARY)
    report.start()
    status, text = run("--state", report.dir, "--replica", "1")
    check(status == 75 and one_line(text) and str(report.process.pid) in text, "a second writer: one line with the pid of the first, 75")
    status, text = run("--state", report.dir, "--stdio")
    check(status == 75 and one_line(text), "a filter on the same ledger too")
    check(run("--state", report.dir, "--probe")[0] == 0, "--probe says that it is healthy")
    report.stop(signal.SIGKILL)
    check(run("--state", report.dir, "--probe")[0] == 1, "--probe says that it is gone")
    check(report.start(), "after kill -9 the next one reclaims its paths")
    report.close()


outcomes()
late_listeners()
strange_frames()
torn_files()
bad_worlds()
finish()
