#!/usr/bin/python3
"""run_alerts.py - the watch list of a running report: alert lines of their schema, read again on SIGHUP, a wrong list changes nothing."""
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from report_pipe import Report, binary_of, check, document, finish, hold, json, numbered, texts_of

BINARY = binary_of(sys.argv[1])


def alerts(lines):
    return [line for line in map(json.loads, lines) if line["type"] == "alert"]


with tempfile.TemporaryDirectory(prefix="wd-alerts-") as work:
    rules = pathlib.Path(work, "watch.txt")
    rules.write_text("# what we wait for\nname:Calder AND harbour\n\nstorm\n")
    report = Report(BINARY, "--watch-list", str(rules))
    report.start()
    time.sleep(0.2)
    report.send(document(1, story={"id": "S1", "reasons": ["first"]}))
    report.send(document(2, verdict={"kind": "exact", "of": f"{1:032x}", "similarity": 1.0}, story={"id": "S1", "reasons": ["copy"]}))
    report.notes(2)
    lines = report.lines(800)
    told = alerts(lines)
    check([(a["rule"], a["line"], a["article"], a["story"]) for a in told] == [("name:Calder AND harbour", 2, f"{1:032x}", "S1")], "an article that fulfils a rule is told once, its copy not")
    check(told and told[0]["names"] == ["Ines Calder"] and {s["t"] for s in told[0]["matches"]} == {"Ines Calder", "Harbour", "harbour"}, "with what matched")
    rules.write_text("no choice\n")
    report.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    report.send(document(3))
    report.notes(1)
    more = report.lines(500)
    check([(a["rule"], a["line"]) for a in alerts(more)] == [("no choice", 1)], "after SIGHUP the new list counts")
    rules.write_text("no choice\n(harbour\n")
    report.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    report.send(document(4))
    report.notes(1)
    last = report.lines(500)
    check([a["rule"] for a in alerts(last)] == ["no choice"] and "line 2, column 9: a parenthesis is not closed" in report.said(), "a wrong one is told of, and the old list stays")
    hold(lines + more + last, texts_of(report), "all that came")
    check(numbered(lines + more + last), "line numbers have no gap")
    check(report.stop() == 0, "it ends well")
    report.close()

    def start(*args, data=b""):
        return subprocess.run([BINARY, "--stdio", "--state", f"{work}/state", *args], input=data, capture_output=True, timeout=60)

    d = document(1)
    d.pop("instance")
    wrong = start("--watch-list", str(rules))
    check(wrong.returncode == 64 and b"line 2" in wrong.stderr, "a wrong list at the start needs a person")
    check(start("--watch-list", f"{work}/none").returncode == 64, "so does one that is not there")
    rules.write_text("harbour\n")
    out = start("--watch", str(rules), data=json.dumps(d).encode() + b"\n")
    check(out.returncode == 0 and len(alerts(out.stdout.splitlines())) == 1, "the filter has it too")
    check(start("--watch-list", str(rules), data=json.dumps(d).encode() + b"\n").stdout.count(b'"alert"') == 0, "and tells nothing twice")
finish()
