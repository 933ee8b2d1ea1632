#!/usr/bin/python3
"""run_report_kill.py - wiredesk-report killed again and again, at its named points and anywhere: no line missing or twice, one outcome a key.

The other side does what ingest does: it sends again what has had no outcome. In a build without -DCHAOS=ON only the kills at any moment are left."""
import collections
import random
import signal
import sys
import time

from report_pipe import Report, binary_of, check, document, finish, hold, json, numbered, texts_of

BINARY = binary_of(sys.argv[1])
CHAOS = b"WIREDESK_CHAOS" in open(BINARY, "rb").read()
KILLS = 30
POINTS = ["report.before_commit", "report.after_commit", "report.after_publish"]
DOCUMENTS = 3000


def make(seq):
    story = f"S{seq // 7}"
    if seq % 50 == 9:
        return document(seq, fail={"stage": "tag", "error": "fault"}, text=None, title=None, title_basis=None, body=None, quotes=None, entities=None)
    if seq % 11 == 0:
        return document(seq, key=f"{seq - 1:032x}")  # the same once more, under a number of its own
    if seq % 5 == 0:
        return document(seq, verdict={"kind": "exact", "of": f"{seq - 1:032x}", "similarity": 1.0}, story={"id": story, "reasons": ["copy"]})
    return document(seq, story={"id": story, "reasons": ["same"]})


def take_notes(report, open_docs, outcomes):
    while report.returns.poll(0):
        note = report.note(0)
        if note["kind"] == "outcome":
            outcomes[note["seq"]].add(note["outcome"])
            open_docs.pop(note["seq"], None)


def run(report, dice):
    open_docs, outcomes, live = {}, collections.defaultdict(set), []
    seq, kills, sent_at, kill_at = 0, 0, 0.0, time.monotonic() + 0.2
    points = [(point, k) for k in (1, 2, 4) for point in POINTS] if CHAOS else []
    at_point = False

    def start():
        nonlocal at_point
        at_point = bool(points)
        report.start(**({"WIREDESK_CHAOS": "%s:%d" % points.pop(0)} if points else {}))

    start()
    while seq < DOCUMENTS or open_docs:
        while report.stream.poll(0):
            live.append(report.stream.recv())
        take_notes(report, open_docs, outcomes)
        now = time.monotonic()
        if report.process.poll() is not None:
            check(report.process.returncode == -signal.SIGKILL, f"kill {kills}: it died of it")
            kills += 1
            start()
            kill_at = time.monotonic() + dice.uniform(0, 0.15)
            sent_at = 0.0
        elif not at_point and kills < KILLS and now > kill_at:
            report.process.kill()
            report.process.wait()
            continue
        if now - sent_at > 0.5:  # what ingest's probes and resends do, in one
            all(report.offer(open_docs[resend]) for resend in sorted(open_docs))
            sent_at = now
        part = DOCUMENTS if at_point or kills == KILLS else DOCUMENTS * (kills + 1) // (KILLS + 1)  # each life gets its share
        while seq < part and len(open_docs) < 512:
            seq += 1
            open_docs[seq] = make(seq)
            if not report.offer(open_docs[seq]):
                break
        time.sleep(0.002)
    return kills, outcomes, live


def audit(report, kills, outcomes, live):
    check(kills == KILLS, f"it was killed {kills} times, not {KILLS}")
    live += report.lines(2500)
    last = report.status()["ledger"]["seq"]
    counts = report.ledger(DOCUMENTS)
    check(report.stop() == 0, f"after {kills} kills it ends with 0")
    lines = report.files()
    stored = [row[0].encode() for row in report.rows("select line from stream order by seq")]
    check(numbered(lines) and len(lines) == last, f"{last} lines without a gap or a repeat")
    hold(lines, texts_of(report), "after all kills")
    check(lines == stored, "the files are the ledger's lines")
    check(report.files("rejects") == [line for line in lines if json.loads(line)["type"] == "reject"], "the reject files are the rejects")
    strange = []
    for seq in range(1, DOCUMENTS + 1):
        doc = make(seq)
        kind = "rejected" if "fail" in doc else "duplicate" if doc["verdict"]["kind"] == "exact" else "reported"
        pair = [seq - 1, seq] if doc["key"] != f"{seq:032x}" else [seq, seq + 1] if make(seq + 1)["key"] == doc["key"] else [seq]
        seen = [outcomes[n] for n in pair if n <= DOCUMENTS]
        # of two numbers with one key, whichever came first has the outcome
        good = seen == [{kind}] if len(seen) == 1 else sorted(len(s) for s in seen) == [1, 1] and sum(s == {"again"} for s in seen) == 1
        if not good:
            strange.append((seq, kind, seen))
    check(strange == [], f"every number has one outcome, and always the same: {strange[:5] or str()}")
    check(sum(counts[k] for k in ("reported", "duplicate", "rejected", "again")) == DOCUMENTS, f"the ledger's sum is {DOCUMENTS}: {counts}")
    check(report.rows("select count(*), count(distinct key) from documents")[0] == (DOCUMENTS - counts["again"],) * 2, "one outcome a key")
    articles = collections.Counter(json.loads(line)["id"] for line in lines if json.loads(line)["type"] in ("article", "reject"))
    check(set(articles.values()) == {1} and len(articles) == DOCUMENTS - counts["again"], "one article or reject line a key")
    last_of = {}
    for line in map(json.loads, lines):
        if line["type"] == "story":
            last_of[line["id"]] = line
    members = dict(report.rows("select story, count(*) from documents where story is not null and outcome < 3 group by story"))
    check({s: line["n_articles"] for s, line in last_of.items()} == members, f"the last line of each of {len(members)} stories counts its articles")
    heard = [json.loads(line)["seq"] for line in live]
    check(set(live) <= set(lines), "whatever the live socket brought stands in the files")
    check(heard == sorted(set(heard)), "in order, and none of it twice")
    print(f"     {kills} kills, {len(heard)} lines heard live, {last - len(set(heard))} of {last} left to replay, {len(heard) - len(set(heard))} heard twice")
    got, at = [], 1
    report.start()
    while at <= last:
        reply = report.ask(v=1, **{"from": at})
        got += [s.encode() for s in reply["lines"]]
        at = reply["next"]
    check(got == lines[:len(got)] and len(got) >= last, "replay gives them all")


report = Report(BINARY, "--coalesce", "200ms", "--batch", "32")
audit(report, *run(report, random.Random(7)))
report.close()
finish()
