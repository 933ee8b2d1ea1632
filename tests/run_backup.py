#!/usr/bin/python3
"""run_backup.py - backups of a pipe under load, restored elsewhere: each document acked before one has exactly one outcome there; what is damaged is refused.

Usage: run_backup.py BIN [DOCUMENTS [BACKUPS [SEED]]]"""
import http.client
import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time

from proofs import BIN, Daemons, Feeder, Stores, argument, check, finish, wait_for

DOCUMENTS, BACKUPS, SEED = argument(1, 1200), argument(2, 2), argument(3, 1)
folder = tempfile.mkdtemp(prefix="wd-backup-")
state = f"{folder}/state"


def wiredesk(*arguments):
    done = subprocess.run([f"{BIN}/wiredesk", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def post(sock, target):
    class Unix(http.client.HTTPConnection):
        def connect(connection):
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.connect(sock)
    c = Unix("localhost")
    c.request("POST", target)
    return json.loads(c.getresponse().read())


def restored(backup, acked, everything, what):
    """The backup in a directory of its own, run until all is done."""
    elsewhere = backup + ".state"
    code, out, err = wiredesk("restore", backup, "--state", elsewhere)
    if not check(code == 0, f"{what} is restored: {(out or err).splitlines()[:1]}"):
        return
    held = Stores(elsewhere)
    check(not held.trouble, f"and can be read {held.trouble}")
    again = Daemons(elsewhere, keep=False)
    check(again.settle(120), "its documents under way come to their end")
    status = wiredesk("status", "--state", elsewhere, "--settle", "20s")[1]
    check("every document is accounted for" in status, "wiredesk status: accepted = what came of them")
    trouble = again.stop()
    found = Stores(elsewhere)
    have = {key for key, outcome in found.outcomes if outcome != "again"}
    check(trouble == [] and found.faults() == [], f"its stores say nothing against each other {found.faults()} {trouble}")
    check(acked <= have, f"of {len(acked)} documents acked before it {len(acked - have)} are missing ({len(held.held)} were under way)")
    check(have <= everything, f"it has {len(have)} documents, none that was never fed")
    check(found.accepted == len(found.outcomes) and found.held == [], f"{found.accepted} accepted, {len(found.outcomes)} outcomes")
    unjudged = {key for key, outcome in found.outcomes if outcome != "rejected"} - {key for key, _ in found.judged}
    check(not unjudged, "the index has a verdict for each")


def under_load():
    pipe = Daemons(state, keep=False)
    wait_for(30, lambda: pipe.status())
    feeder = Feeder(f"ipc://{state}/sock/feed", random.Random(SEED), rate=350)
    taken = []
    for i in range(BACKUPS):
        wait_for(120, lambda: len(feeder.acked) >= DOCUMENTS * (i + 1) // (BACKUPS + 2))
        acked = set(feeder.acked)
        code, out, err = wiredesk("backup", f"{folder}/backup{i}", "--state", state)
        check(code == 0, f"backup {i} with {len(acked)} documents acked and more coming: {out.strip() or err}")
        check(wait_for(10, lambda: len(feeder.acked) > len(acked)), "while documents flow")
        taken.append((f"{folder}/backup{i}", acked))
    check(wiredesk("backup", taken[0][0], "--state", state)[0] == 64, "a backup is not written over")
    wait_for(120, lambda: len(feeder.acked) >= DOCUMENTS)
    feeder.stop()
    feeder.join(120)
    fed = len(feeder.acked)
    hold = lambda ms: post(f"{state}/sock/ingest.0.http", f"/hold?ms={ms}")
    pipe.settle(60, fed)
    check(hold(60000)["held_ms"] == 0 and hold(60000)["held_ms"] >= 0, "an ingest can be told to hold")
    late = Feeder(f"ipc://{state}/sock/feed", random.Random(SEED + 1), most=20, source="late")
    late.join(30)
    reported = lambda: pipe.status("report")["ledger"]
    wait_for(30, lambda: sum(reported()[k] for k in ("reported", "duplicate", "rejected")) == fed + 20)
    time.sleep(0.4)
    check(pipe.status()["journal"]["in_flight"] == 20, "then what has its outcome stays in the journal")
    hold(0)
    check(pipe.settle(20, fed + 20), "until the hold ends")
    check(pipe.stop() == [], "the pipe that was copied ends as asked")
    everything = set(feeder.acked) | set(late.acked)
    check(Stores(state).at_rest(everything) == [], f"and nothing is missing in it {Stores(state).at_rest(everything)}")
    return taken, everything


def at_rest_and_refused(everything):
    backup = f"{folder}/still"
    code, out, err = wiredesk("backup", backup, "--state", state)
    check(code == 0 and "0 documents still under way" in out, f"a pipe that is stopped is copied too: {out.strip() or err}")
    code, out, err = wiredesk("restore", backup, "--state", state)
    check(code == 64 and "has stores already" in err, f"a restore writes over nothing: {err.strip()}")
    for name in ("ledger.db", "index/data.mdb", "journal/data.mdb"):
        size = os.path.getsize(f"{backup}/{name}")
        with open(f"{backup}/{name}", "r+b") as f:
            f.seek(size // 2)
            byte = f.read(1)
            f.seek(size // 2)
            f.write(bytes([byte[0] ^ 1]))
            f.flush()
            code, out, err = wiredesk("restore", backup, "--state", f"{folder}/other")
            check(code == 64 and name in err and "damaged" in err, f"one wrong bit of {name} is found: {err.strip()}")
            f.seek(size // 2)
            f.write(byte)
    half = f"{folder}/half"
    os.makedirs(f"{half}/.restoring")
    shutil.copytree(f"{backup}/journal", f"{half}/journal")
    done = subprocess.run([f"{BIN}/wiredesk-ingest", "--state", half], capture_output=True, text=True)
    check(done.returncode == 64 and "restore" in done.stderr, f"no daemon starts on half a restore: {done.stderr.strip().splitlines()[-1:]}")
    check(wiredesk("restore", backup, "--state", half)[0] == 0, "it is done again")
    found = Stores(half)
    check(found.trouble == "" and {k for k, o in found.outcomes} == everything, "and is whole then")
    check(wiredesk("backup", f"{folder}/none", "--state", f"{folder}/nowhere")[0] == 64, "nothing to copy is said")


taken, everything = under_load()
for i, (backup, acked) in enumerate(taken):
    restored(backup, acked, everything, f"backup {i}")
at_rest_and_refused(everything)
shutil.rmtree(folder)
finish()
