#!/usr/bin/python3
"""run_dedup_kill.py - wiredesk-dedup killed again and again while it judges: no answer changes, no document copies itself, nothing differs from a quiet run.

After each kill all documents are given again, as ingest would. With -DCHAOS=ON the first kills fall before and after a commit."""
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

BINARY = os.path.join(sys.argv[1], "wiredesk-dedup")
CHAOS = b"WIREDESK_CHAOS" in open(BINARY, "rb").read()
POINTS = [f"dedup.{when}_commit:{k}" for k in (1, 2, 5) for when in ("before", "after")] if CHAOS else []
DOCUMENTS, KILLS = 1500, 12
SYLLABLES = "ba ke lo mi tu ra ven dor sil pra nek tol".split()


def sentence(dice, topic):
    words = [dice.choice(topic) if dice.random() < 0.4 else "".join(dice.choices(SYLLABLES, k=2)) for _ in range(14)]
    return " ".join(words).capitalize() + "."


def documents(dice):
    """Stories of about five accounts; every third document is an earlier one with a sentence less or more, so that passages meet and overlap."""
    lines, texts, topic = [], [], []
    for n in range(DOCUMENTS):
        if n % 5 == 0:
            topic = ["".join(dice.choices(SYLLABLES, k=4)).capitalize() for _ in range(20)]
        text = [sentence(dice, topic) for _ in range(9)]
        if n % 3 == 2:
            text = list(dice.choice(texts[-60:]))
            del text[dice.randrange(1, len(text))]
            text += [sentence(dice, topic)] * dice.randrange(2)
        texts.append(text)
        lines.append(json.dumps({"key": f"{n:032x}", "accepted": 1930000000000 + n * 60000, "text": text[0] + "\n\n" + " ".join(text[1:])}))
    return lines


def start(state, given, out, **environment):
    return subprocess.Popen([BINARY, "--stdio", "--state", state], stdin=open(given), stdout=out, env={**os.environ, **environment})


def answers(path):
    """{key: line} of what was printed whole; lines that only say where a document moved are left out."""
    told = {}
    for line in open(path, "rb"):
        if line.endswith(b"\n") and b'"verdict"' in line:
            told[json.loads(line)["key"]] = line
    return told


def check(holds, what):
    if not holds:
        sys.exit("run_dedup_kill: " + what)


def judge(state, given, printed, kill_after=None, **environment):
    """One life; returns whether it was killed, and what it said."""
    with open(printed, "wb") as out:
        process = start(state, given, out, **environment)
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        status = process.wait()
    check(status in (0, -signal.SIGKILL), f"ended with status {status}")
    return status != 0, answers(printed)


def main():
    dice = random.Random(20)
    with tempfile.TemporaryDirectory() as room:
        given, printed, told, kills = os.path.join(room, "given"), os.path.join(room, "printed"), {}, 0
        lines = documents(dice)
        open(given, "w").write("\n".join(lines) + "\n")
        took = time.monotonic()
        _, quiet = judge(os.path.join(room, "quiet"), given, printed)
        took = time.monotonic() - took
        lives = [(None, {"WIREDESK_CHAOS": p}) for p in POINTS] + [(dice.uniform(0.02, took), {}) for _ in range(KILLS)] + [(None, {})] * 2
        for kill_after, environment in lives:
            killed, said = judge(os.path.join(room, "killed"), given, printed, kill_after, **environment)
            kills += killed
            for key, line in said.items():
                check(told.setdefault(key, line) == line, f"{key} was judged twice:\n{told[key]}\n{line}")
                check(json.loads(line)["verdict"].get("of") != key, f"{key} is a copy of itself")
        check(kills >= (len(POINTS) + KILLS) // 3, f"only {kills} kills struck")
        check(told == quiet, "the answers differ from those of a run without kills")
    print(f"{kills} kills, {len(told)} documents, the same answers")


main()
