#!/usr/bin/python3
"""run_feeder.py - the README's five-line feeder in Python, as it stands there, feeds a running pipe and its document comes out."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

SKIP = 77


def main():
    try:
        import msgpack  # noqa: F401
        import zmq  # noqa: F401
    except ImportError as e:
        print(f"skipped: {e}")
        return SKIP
    bin_dir = os.path.abspath(sys.argv[1])
    desk = os.path.join(bin_dir, "wiredesk")
    blocks = re.findall(r"```python\n(.*?)```", open("README.md", encoding="utf-8").read(), re.S)
    feeder = [b for b in blocks if "zmq" in b]
    assert len(feeder) == 1, f"{len(feeder)} feeders in README.md"
    lines = feeder[0].strip().splitlines()
    assert len(lines) == 5, f"the feeder has {len(lines)} lines"

    with tempfile.TemporaryDirectory(prefix="wiredesk-") as state:
        log = open(os.path.join(state, "up.log"), "w")
        up = subprocess.Popen([desk, "up", "--state", state], stdout=log, stderr=log)
        try:
            return run(desk, state, feeder[0], up)
        finally:
            up.send_signal(signal.SIGTERM)
            status = up.wait(60)
            assert status == 0, f"wiredesk up ended with {status}"


def run(desk, state, feeder, up):
    for _ in range(150):
        if up.poll() is not None or subprocess.run([desk, "status", "--state", state], stdout=subprocess.DEVNULL).returncode == 0:
            break
        time.sleep(0.2)
    if up.poll() is not None:
        print(open(os.path.join(state, "up.log")).read())
        return 1
    told = subprocess.run([sys.executable, "-c", feeder, f"ipc://{state}/sock/feed"], capture_output=True, text=True, timeout=60)
    print(told.stdout, told.stderr)
    assert told.returncode == 0 and "'status': 'ok'" in told.stdout, "the feeder was not told ok"
    key = re.search(r"'keys': \['([0-9a-f]{32})'\]", told.stdout).group(1)
    lines = subprocess.run([desk, "tail", "--state", state, "--from", "1", "--settled", "--json"], capture_output=True, text=True, timeout=120)
    articles = [o for o in map(json.loads, lines.stdout.splitlines()) if o["type"] == "article" and o["id"] == key]
    assert len(articles) == 1, lines.stdout + lines.stderr
    print("its line:", json.dumps(articles[0])[:300])
    return 0


sys.exit(main())
