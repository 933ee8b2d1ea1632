#!/usr/bin/python3
"""run_keep.py - what is older than --keep leaves the ledger, the day files and the pages, also when report is killed in the midst of it; of each document
the outcome stays, and one that comes again is not reported again. What is kept can be taken back, and room that was freed is used again.

The wall clock is set by tests/preload.c, as for weeks of news."""
import atexit
import os
import signal
import struct
import subprocess
import sys
import time

from proofs import CHAOS, preloaded
from report_pipe import Report, binary_of, check, document, finish, json, pathlib

DAY, BINARY = 86400, binary_of(sys.argv[1])
OLD, YOUNG, AGAIN = range(1, 151), range(201, 231), (1, 50, 110)
report = Report(BINARY, "--coalesce", "200ms")
clock = f"{report.dir}.clock"
began = int(time.time())
atexit.register(lambda: report.process and report.process.poll() is None and report.process.kill())


def set_clock(days):
    """The wall clock so many days from now, for daemons that are started after it."""
    pathlib.Path(clock).write_bytes(struct.pack("<q", days * DAY))
    return (began + days * DAY) * 1000


def start(*options, **environment):
    report.args = ("--coalesce", "200ms", *options)
    return report.start(wait=True, **preloaded(clock=clock), **environment)


def make(seq, accepted, **more):
    """Story so by tens, every tenth one rejected."""
    more = {"story": {"id": f"s{seq // 10}", "reasons": ["same"]}, **more}
    if seq % 10 == 9:
        more.update(fail={"stage": "tag", "error": "fault"}, text=None, title=None, title_basis=None, body=None, quotes=None, entities=None, story=None, verdict=None)
    return document(seq, accepted=accepted + seq, **more)


def feed(seqs, accepted, **more):
    for seq in seqs:
        report.send(make(seq, accepted, **more))
    return sorted(report.note()["outcome"] for _ in seqs)


def quiet():
    """Until all is told, indexed and on its page."""
    for _ in range(400):
        s = report.status()
        if s["pending_stories"] == 0 and s["unindexed"] == 0 and pages() == told():
            return
        time.sleep(0.05)
    check(False, f"it comes to rest: {sorted(pages() ^ told())}")


def pages():
    return {p.stem for p in pathlib.Path(report.dir, "report/pages/stories").glob("*.html")}


def told():
    return {row[0] for row in report.rows("SELECT DISTINCT id FROM stream WHERE type = 'story'")}


def post(target):
    status, body = report.http(target, "POST")
    return status, json.loads(body)


def removed(what=""):
    """Waits for the end of a pass, which the first pass after a start is."""
    for _ in range(600):
        if report.process.poll() is not None:
            return False
        left, first = report.rows("SELECT (SELECT count(*) FROM bodies b JOIN documents d USING(id) WHERE d.accepted < ?), (SELECT min(day) FROM stream)", cutoff)[0]
        if left == 0 and first >= cutoff_day and not silent():
            return True
        time.sleep(0.02)
    return check(False, f"the pass ends: {left} texts, first line of {first} {what}")


def silent():
    return report.rows("SELECT 1 FROM story_rows WHERE rev > 0 AND title IS NOT NULL AND line_seq < (SELECT min(seq) FROM stream) LIMIT 1")


# --- forty days ago, and ten ---

accepted = set_clock(-40)
check(start(), "report runs, forty days ago")
feed(OLD, accepted)
quiet()
check(report.stop() == 0, "and ends")
old_story = report.rows("SELECT id FROM story_rows ORDER BY rowid LIMIT 1")[0][0]
accepted = set_clock(-10)
check(start(), "and ten days ago")
feed(YOUNG, accepted)
feed([301], accepted, story={"id": "s5", "reasons": ["same"]})  # a young article in an old story
quiet()
frame = pathlib.Path(report.dir, "quarantine/report", f"{(began - 40 * DAY) * 1000:013d}-1-000000.malformed.frame")
recent = frame.with_name(f"{(began - 10 * DAY) * 1000:013d}-1-000000.malformed.frame")
frame.parent.mkdir(parents=True)
frame.write_bytes(b"x")
recent.write_bytes(b"x")
check(report.stop() == 0, "and ends")
size = lambda: report.rows("SELECT page_count, (SELECT freelist_count FROM pragma_freelist_count) FROM pragma_page_count")[0]
counts = report.rows("SELECT outcome, count(*) FROM documents GROUP BY outcome")
before, lines_before = size(), {row[0]: row[1] for row in report.rows("SELECT seq, line FROM stream")}

# --- today, with --keep, killed over and over ---

set_clock(0)
cutoff = (began - 30 * DAY) * 1000
cutoff_day = time.strftime("%Y-%m-%d", time.gmtime(began - 30 * DAY))
deaths = 0
for point, n in [("report.before_removal", 1), ("report.before_removal", 4), ("report.after_removal", 1), ("report.before_removal", 3)] if CHAOS else []:
    start("--keep", "30d", WIREDESK_CHAOS=f"{point}:{n}")
    deaths += report.process.wait(60) == -signal.SIGKILL
for wait in (0.05, 0.1):
    start("--keep", "30d")
    time.sleep(wait)
    report.stop(signal.SIGKILL)
    deaths += 1
check(deaths == (6 if CHAOS else 2), f"it is killed {deaths} times while it removes")
check(start("--keep", "30d") and removed(), "and ends the pass when it is left alone")

holds = lambda sql, *values: report.rows(sql, *values)[0][0]
young_rows = "document IN (SELECT id FROM documents WHERE accepted >= ?)"
check(holds("SELECT count(*) FROM bodies b JOIN documents d USING(id)") == len(YOUNG) + 1, "the texts that are younger stand, no other")
check(holds("SELECT count(*) FROM documents WHERE title IS NOT NULL AND accepted < ?", cutoff) == 0, "of old documents neither title nor source is left")
check(all(holds(f"SELECT count(*) FROM {t} WHERE NOT {young_rows}", cutoff) == 0 and holds(f"SELECT count(*) FROM {t}") > 0 for t in ("names", "quotations")),
      "nor their names and quotes, but those of the younger")
check(holds("SELECT count(*) FROM search WHERE search MATCH 'harbour'") == sum(s % 10 != 9 for s in YOUNG) + 1, "the full-text index finds the younger alone")
kept = {row[0]: row[1] for row in report.rows("SELECT seq, line FROM stream")}
first = min(kept)
check(first > 1 and list(kept) == list(range(first, max(kept) + 1)) and all(lines_before[s] == line for s, line in kept.items() if s in lines_before),
      f"lines stand from #{first} on without a gap, word for word")
check(max(kept) >= max(lines_before), "no number is given again")
names = [sorted(p.name[:10] for p in pathlib.Path(report.dir, "report", sub).glob("*.jsonl")) for sub in ("stream", "rejects")]
check(all(n and min(n) >= cutoff_day for n in names), f"day files and reject files of old days are gone: {names}")
check([json.loads(line)["seq"] for line in report.files()] == list(kept), "and what is kept of them are the ledger's lines")
check(report.rows("SELECT outcome, count(*) FROM documents GROUP BY outcome") == counts, "every outcome is there still")
quiet()
check(old_story not in pages() and "s5" in pages() and "s20" in pages(), "old stories have no page, young ones and the one that was told since have")
index = pathlib.Path(report.dir, "report/pages/index.html")
for _ in range(200):
    if f"stories/{old_story}.html" not in index.read_text():
        break
    time.sleep(0.05)
check(f"stories/{old_story}.html" not in index.read_text() and "stories/s20.html" in index.read_text(), "nor do they stand in the index")
check(holds("SELECT count(*) FROM facts WHERE story = ?", old_story) == 0 and holds("SELECT count(*) FROM conflicts WHERE story = ?", old_story) == 0, "nor are their facts kept")
check(not frame.exists() and recent.exists(), "an old frame leaves the quarantine, a younger one stays")
s = report.status()
check(s["ledger"]["first_seq"] == first and 9 * DAY * 1000 < s["expired"]["oldest_ms"] < 11 * DAY * 1000, f"the daemon says what is kept: {s['expired']}")

# --- what comes again, what is taken back, who reads ---

report.lines(100)
last = max(kept)
for n, seq in enumerate(AGAIN):
    report.send(document(5000 + n, key=f"{seq:032x}", accepted=accepted))
outcomes = [report.note()["outcome"] for _ in AGAIN]
check(outcomes == ["again"] * len(AGAIN), f"what has long been reported is `again`: {outcomes}")
check(holds("SELECT count(*) FROM stream WHERE seq > ? AND type IN ('article', 'quote', 'reject', 'story')", last) == 0, "and no line tells of it")
status, answer = post(f"/retract?key={205:032x}&why=test")
check(status == 200 and answer["found"], "what is kept can be taken back")
status, answer = post(f"/retract?key={5:032x}&why=test")
check(status == 200 and answer["found"], "and what is not is known still")
quiet()
reply = report.ask(v=1, **{"from": 1}, n=1000)
check(reply["first"] == first and json.loads(reply["lines"][0])["seq"] == first, "the replay socket says where lines begin")
tail = subprocess.run([os.path.join(os.path.dirname(BINARY), "wiredesk"), "tail", "--state", report.dir, "--from", "1", "--json", "--no-follow"], capture_output=True, text=True)
got = [json.loads(line)["seq"] for line in tail.stdout.splitlines()]
check(tail.returncode == 0 and got[0] == first and got == list(range(first, got[-1] + 1)) and "not kept" in tail.stderr, "a reader that asks for line 1 is told, and gets all that there is")

# --- room ---

after = size()
check(after[1] > 0, f"pages of the file are free: {after[1]} of {after[0]}")
feed(range(401, 441), (began) * 1000)
quiet()
check(size()[0] <= max(before[0], after[0]), f"and new documents take those: {before[0]} pages before, {size()[0]} now")
check(report.stop() == 0 and start("--keep", "30d") and removed(), "it starts again on what is left")
quiet()
check(report.stop() == 0 and start() and report.stop() == 0, "also without --keep")
report.close()
os.unlink(clock)
finish()
