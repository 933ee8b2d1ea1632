#!/usr/bin/python3
"""run_skew.py - stages of an earlier commit among today's: on every link old speaks to new and new to old, and a release rolls through under load.

Usage: run_skew.py BIN REVISION [OLD_BIN]     (HEAD~1, say; built in a temporary folder, unless its binaries are given)"""
import shutil
import tempfile

from proofs import *

REVISION, OLD = argument(1, ""), argument(2, "")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
room = tempfile.mkdtemp(prefix="wd-skew-")


def build():
    """The earlier commit's five daemons, unoptimised; 77 where there is no such commit."""
    source = f"{room}/source"
    os.mkdir(source)
    packed = subprocess.run(["git", "-C", ROOT, "archive", REVISION], capture_output=True)
    if packed.returncode != 0:
        print(f"skipped: no commit {REVISION} here")
        shutil.rmtree(room)
        sys.exit(77)
    subprocess.run(["tar", "-x", "-C", source], input=packed.stdout, check=True)
    fast = [f"-DCMAKE_{language}_COMPILER_LAUNCHER=ccache" for language in ("C", "CXX")] if shutil.which("ccache") else []
    for command in (["-S", source, "-B", f"{room}/build", "-DCMAKE_BUILD_TYPE=Debug", *fast],
                    ["--build", f"{room}/build", "-j2", "--target", *(f"wiredesk-{stage}" for stage in STAGES)]):
        done = subprocess.run(["cmake", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"FAIL {REVISION} cannot be built: {done.stderr[-2000:]}")
    return f"{room}/build/bin"


def audited(pipe, feeder, what):
    feeder.join()
    check(pipe.settle(120, len(feeder.acked)), f"{what}: all {len(feeder.acked)} documents have their outcome")
    refused = {stage: pipe.status(stage)["refused"] for stage in STAGES}
    check(not any(refused.values()), f"{what}: no stage refused another's frame {refused if any(refused.values()) else ''}")
    check(pipe.stop() == [], f"{what}: all end well")
    found = Stores(pipe.state)
    lost = found.at_rest(feeder.acked)
    check(lost == [], f"{what}: each has one outcome and one line: {lost or found.counts()}")
    unreadable = sum(number % 100 == 13 for number in feeder.acked.values())
    check(found.counts().get("rejected", 0) == unreadable, f"{what}: none is rejected but the {unreadable} that nobody can read")


def mixed(old, old_stages, what):
    state = f"{room}/{what.replace(' ', '-')}"
    pipe = Daemons(state, bins={stage: old for stage in old_stages})
    check(pipe.up(), f"{what}: the daemons are up")
    audited(pipe, Feeder(f"ipc://{state}/sock/feed", random.Random(13), 200), what)


def rolled(old):
    """All are old; from the last stage to the first each is replaced while documents flow."""
    state, what = f"{room}/rolled", "a release that rolls through"
    pipe = Daemons(state, bins={stage: old for stage in STAGES})
    check(pipe.up(), f"{what}: the old daemons are up")
    feeder = Feeder(f"ipc://{state}/sock/feed", random.Random(14), rate=60)
    done = lambda: (j := pipe.status()["journal"])["accepted"] - j["in_flight"]
    for stage in reversed(STAGES):
        before = done()
        wait_for(30, lambda: done() > before + 20)
        pipe.bins.pop(stage)
        pipe.end(stage)
        pipe.start(stage)
        wait_for(30, lambda: pipe.status(stage)["pid"] == pipe.process[stage, 0].pid)
        before = done()
        check(wait_for(30, lambda: done() > before + 20), f"{what}: {stage} is of today, and documents flow on")
    feeder.enough.set()
    audited(pipe, feeder, what)


if not REVISION:
    print("skipped: builds another commit for a minute; .ci/run does it by itself")
    sys.exit(77)
old = OLD or build()
named = subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%h %s", REVISION], capture_output=True, text=True).stdout.strip()
print(f"     the other commit: {named}", flush=True)
mixed(old, ("ingest", "tag", "report"), "old at both ends")
mixed(old, ("normalize", "dedup"), "old between new")
rolled(old)
if not wrong:
    shutil.rmtree(room)
finish()
