#!/usr/bin/python3
"""run_worker.py - a real daemon (wiredesk-tag) over local sockets: good frames pass, strange ones are kept and told, and bad worlds are one line.

Speaks plain msgpack over ZeroMQ, so that another language's view of the protocol is tested too."""
import atexit
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

try:
    import msgpack
    import zmq
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TAG = os.path.join(os.path.abspath(sys.argv[1]), "wiredesk-tag")

INSTANCE = bytes(range(16))
TEXT = "Mayor Ines Calder opened the Fenwick bridge on Tuesday.\n\n\"It is open,\" said Calder. The bridge cost 12 million euros.\n"
context = zmq.Context()
failures = []


def check(true, what):
    print(("ok   " if true else "FAIL ") + what)
    if not true:
        failures.append(what)


def document(seq, **more):
    fields = {"v": 1, "to": "tag", "instance": INSTANCE, "seq": seq, "epoch": 1, "try": 0, "key": f"{seq:032x}",
              "accepted": 1700000000000, "text": TEXT, "lang": {"value": "en", "basis": "text"}}
    fields.update(more)
    return {k: v for k, v in fields.items() if v is not None}


class Pipe:
    """A state directory with a daemon in it, and the sockets of its neighbours."""

    def __init__(self, *args):
        self.dir = tempfile.mkdtemp(prefix="wd-worker-")
        os.mkdir(self.dir + "/sock")
        self.out = self.open(zmq.PULL, "dedup.0.in", bind=True)
        self.push = self.open(zmq.PUSH, "tag.0.in")
        self.returns = self.open(zmq.SUB, "tag.0.returns")
        self.returns.subscribe(INSTANCE)
        self.returns.subscribe(b"all")
        self.args = args
        self.start()
        atexit.register(lambda: self.process.poll() is None and self.process.kill())

    def open(self, kind, name, bind=False):
        sock = context.socket(kind)
        sock.linger = 0
        sock.rcvtimeo = sock.sndtimeo = 20000
        if kind == zmq.PUSH:
            sock.immediate = 1
        (sock.bind if bind else sock.connect)(f"ipc://{self.dir}/sock/{name}")
        return sock

    def start(self, **environment):
        self.process = subprocess.Popen([TAG, "--state", self.dir, *self.args], stderr=subprocess.PIPE, text=True,
                                        env={**os.environ, **environment})

    def send(self, frame):
        self.push.send(frame if isinstance(frame, bytes) else msgpack.packb(frame))

    def take(self):
        return msgpack.unpackb(self.out.recv())

    def note(self):
        """The next notice that is no `busy`."""
        while True:
            frame = self.returns.recv()
            note = msgpack.unpackb(frame[16:])
            if note["kind"] != "busy":
                return frame[:16], note

    def warm(self):
        """Until the daemon answers and its subscriber is known to it."""
        self.send(document(1))
        self.take()
        time.sleep(0.6)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for sock in (self.out, self.push, self.returns):
            sock.close()
        self.process.stderr.close()
        shutil.rmtree(self.dir)


def good_and_strange_frames():
    pipe = Pipe()
    pipe.warm()
    later = {"a": [1, {"b": 2}]}
    pipe.send(document(2, later_release=later))
    doc = pipe.take()
    check(doc["key"] == f"{2:032x}" and doc["to"] == "dedup" and doc["seq"] == 2, "a document passes, addressed to the next stage")
    check(any(e["name"] == "Ines Calder" for e in doc.get("entities", [])), "and carries what the stage found")
    check(doc.get("later_release") == later, "a later release's field passes untouched")
    pipe.send(document(3, fail={"stage": "normalize", "error": "empty", "detail": "nothing in it"}, text=None))
    doc = pipe.take()
    check(doc.get("fail", {}).get("error") == "empty" and "entities" not in doc, "a failed document passes untouched")
    pipe.send(document(4, text=None))
    doc = pipe.take()
    check(doc.get("fail", {}).get("stage") == "tag" and doc["fail"]["error"] == "missing", "a document without its text fails, and travels on")
    strange = [
        (b"", "malformed", None),
        (b"\xc1\xff\x00 noise", "malformed", None),
        (b"\xdf\xff\xff\xff\xff", "malformed", None),
        (msgpack.packb([1, 2, 3]), "malformed", None),
        (msgpack.packb(document(5))[:-9], "malformed", 5),
        (msgpack.packb(document(6, v=2)), "version", 6),
        (msgpack.packb(document(7, to="report")), "address", None),
        (msgpack.packb(document(8, text=b"bytes")), "schema", 8),
        (msgpack.packb(document(9, text=b"\xff\xfe"), use_bin_type=False), "utf8", 9),
        (msgpack.packb(document(10)) + b"\x00", "malformed", 10),
    ]
    for frame, error, seq in strange:
        pipe.send(frame)
        if seq is None:
            continue
        topic, note = pipe.note()
        check(topic == INSTANCE and note["kind"] == "refused" and note["seq"] == seq and note["error"] == error and note["stage"] == "tag",
              f"frame {seq} is refused as {error}, and its sender is told")
    pipe.send(document(11))
    check(pipe.take()["seq"] == 11, "after all that, a good document passes")
    kept = list(pathlib.Path(pipe.dir, "quarantine", "tag").glob("*.frame"))
    check(sorted(p.read_bytes() for p in kept) == sorted(f for f, _, _ in strange), "every strange frame is kept, byte for byte")
    check(pipe.stop() == 0, "SIGTERM ends it with 0")
    check("event=ready" in pipe.process.stderr.read(), "it said that it was ready")
    pipe.close()


def death_becomes_a_strike():
    pipe = Pipe()
    pipe.warm()
    pipe.process.send_signal(signal.SIGSTOP)  # it cannot clear its slot while we write what a crash would leave
    pipe.process.kill()
    pipe.process.wait()
    frame = msgpack.packb(document(77))
    slot = pathlib.Path(pipe.dir, "run", "tag.0.slot")
    page = bytearray(slot.read_bytes())
    head = (2).to_bytes(4, "little") + int(signal.SIGSEGV).to_bytes(4, "little") + min(len(frame), 512).to_bytes(4, "little")
    page[0:12 + 512] = head + frame[:512].ljust(512, b"\0")
    slot.write_bytes(page)
    pipe.process.stderr.close()
    pipe.start()
    topic, note = pipe.note()
    check(note["kind"] == "faulted" and note["key"] == f"{77:032x}" and note["seq"] == 77 and note["worker"] == "tag.0",
          "a slot marked faulted is told as a strike, with the document's key")
    check(note["error"] == "fault" and note["detail"] == "signal 11" and len(note["strike"]) == 16, "the strike has an id and its signal")
    _, again = pipe.note()
    check(again["strike"] == note["strike"], "and is told again under the same id")
    check(pipe.stop() == 0, "SIGTERM ends it with 0")
    pipe.close()


def run(*args):
    done = subprocess.run([TAG, *args], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, timeout=30)
    return done.returncode, done.stderr


def bad_worlds():
    one_line = lambda text: text.count("\n") == 1 and text.startswith("wiredesk-tag: ")
    status, text = run("--state", "/nowhere/at/all")
    check(status == 64 and one_line(text) and "/nowhere/at" in text, "a missing directory: one line, 64")
    status, text = run("--no-such-option")
    check(status == 64 and one_line(text), "a wrong option: one line, 64")
    status, text = run("--batch", "0")
    check(status == 64 and one_line(text), "a value out of range: one line, 64")
    with tempfile.TemporaryDirectory(prefix="wd-worker-") as state, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, text = run("--state", state, "--listen", f"tcp://127.0.0.1:{taken.getsockname()[1]}")
        check(status == 75 and one_line(text) and "taken" in text, "a taken port: one line, 75")
    pipe = Pipe()
    pipe.warm()
    status, text = run("--state", pipe.dir)
    check(status == 75 and one_line(text) and str(pipe.process.pid) in text, "a second one of the same name: one line with the pid of the first, 75")
    status, _ = run("--state", pipe.dir, "--probe")
    check(status == 0, "--probe says that it is healthy")
    pipe.process.kill()
    pipe.process.wait()
    check(os.path.exists(pipe.dir + "/sock/tag.0.in"), "kill -9 leaves its socket's path behind")
    status, _ = run("--state", pipe.dir, "--probe")
    check(status == 1, "--probe says that it is gone")
    pipe.process.stderr.close()
    pipe.start()
    pipe.send(document(2))
    check(pipe.take()["seq"] == 2, "the next one reclaims the path")
    pipe.close()


good_and_strange_frames()
death_becomes_a_strike()
bad_worlds()
sys.exit(1 if failures else 0)
