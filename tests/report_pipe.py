"""report_pipe.py - what the tests of wiredesk-report share: a daemon in a state directory, ingest's side of its sockets, its stores read."""
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

try:
    import msgpack
    import zmq
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

INSTANCE = bytes(range(16))
context = zmq.Context()
failures = []


def check(true, what):
    print(("ok   " if true else "FAIL ") + what, flush=True)
    if not true:
        failures.append(what)


def finish():
    sys.exit(1 if failures else 0)


def text_of(seq):
    return (f"Harbour number {seq} closes\n\nMayor Ines Calder closed harbour number {seq} of Fenwick on Tuesday.\n"
            f"\"We had no choice,\" said Calder on day {seq}.\n")


def document(seq, **more):
    """A document as dedup sends it. A field that is None is left out."""
    text = text_of(seq)
    fields = {"v": 1, "to": "report", "instance": INSTANCE, "seq": seq, "epoch": 1, "try": 0, "key": f"{seq:032x}", "source": "test",
              "name": f"{seq}.txt", "accepted": 1700000000000 + seq, "text": text, "title": [0, text.index("\n")], "title_basis": "line",
              "body": text.index("\n") + 2, "lang": {"value": "en", "basis": "text"}, "verdict": {"kind": "original"}}
    begin = len(text[:text.index("We had")].encode())
    fields["quotes"] = [{"b": begin, "e": begin + 17, "kind": "direct", "speaker": "Ines Calder", "score": 0.9, "rule": "test"}]
    name = len(text[:text.index("Ines Calder")].encode())
    fields["entities"] = [{"name": "Ines Calder", "type": "person", "mentions": [{"b": name, "e": name + 11, "score": 0.9}]}]
    fields.update(more)
    return {k: v for k, v in fields.items() if v is not None}


class Report:
    """A state directory with wiredesk-report in it, and the sockets of those around it."""

    def __init__(self, binary, *args, state=None):
        self.binary, self.args = binary, args
        self.dir = state or tempfile.mkdtemp(prefix="wd-report-")
        os.makedirs(self.dir + "/sock", exist_ok=True)
        self.push = self.open(zmq.PUSH, "report.0.in")
        self.returns = self.open(zmq.SUB, "report.0.returns")
        self.returns.subscribe(INSTANCE)
        self.stream = self.open(zmq.SUB, "stream")
        self.stream.subscribe(b"")
        self.replay = self.open(zmq.DEALER, "replay")
        self.process = None

    def open(self, kind, name):
        sock = context.socket(kind)
        sock.linger = 0
        sock.rcvtimeo = sock.sndtimeo = 20000
        sock.sndhwm = sock.rcvhwm = 100000
        sock.reconnect_ivl = 10
        sock.reconnect_ivl_max = 100
        if kind == zmq.PUSH:
            sock.immediate = 1
        sock.connect(f"ipc://{self.dir}/sock/{name}")
        return sock

    def start(self, wait=True, **environment):
        self.log = open(self.dir + "/log", "a")
        self.process = subprocess.Popen([self.binary, "--state", self.dir, *self.args], stderr=self.log, env={**os.environ, **environment})
        self.log.close()
        return self.ready() if wait else None

    def ready(self):
        """Until it answers; False when it ended instead."""
        for _ in range(2000):
            if self.process.poll() is not None:
                return False
            try:
                if self.http("/readyz")[0] == 200:
                    return True
            except OSError:
                pass
            time.sleep(0.01)
        return False

    def http(self, target, method="GET"):
        import http.client
        import socket

        class Local(http.client.HTTPConnection):
            def connect(connection):
                connection.sock = socket.socket(socket.AF_UNIX)
                connection.sock.settimeout(10)
                connection.sock.connect(self.dir + "/sock/report.0.http")

        c = Local("localhost")
        c.request(method, target)
        r = c.getresponse()
        body = r.read()
        c.close()
        return r.status, body

    def status(self):
        return json.loads(self.http("/status")[1])

    def ledger(self, seq, instance=INSTANCE):
        return json.loads(self.http("/ledger?" + urllib.parse.urlencode({"instance": instance.hex(), "seq": seq}))[1])

    def send(self, frame):
        self.push.send(frame if isinstance(frame, bytes) else msgpack.packb(frame))

    def offer(self, frame):
        """False when nobody takes it just now."""
        try:
            self.push.send(msgpack.packb(frame), zmq.DONTWAIT)
            return True
        except zmq.Again:
            return False

    def note(self, timeout=20000):
        """The next notice, or None."""
        if not self.returns.poll(timeout):
            return None
        frame = self.returns.recv()
        note = msgpack.unpackb(frame[16:])
        note["topic"] = frame[:16]
        return note

    def notes(self, n, timeout=20000):
        return [self.note(timeout) for _ in range(n)]

    def lines(self, quiet=300):
        """What the stream brings until it has been quiet for so long."""
        got = []
        while self.stream.poll(quiet):
            got.append(self.stream.recv())
        return got

    def ask(self, **request):
        self.replay.send_multipart([b"", msgpack.packb(request)])
        empty, reply = self.replay.recv_multipart()
        return msgpack.unpackb(reply)

    def files(self, sub="stream"):
        """All lines of the day files, in order."""
        text = b"".join(p.read_bytes() for p in sorted(pathlib.Path(self.dir, "report", sub).glob("*.jsonl")))
        return text.split(b"\n")[:-1] if text.endswith(b"\n") or text == b"" else text.split(b"\n")

    def rows(self, sql, *values):
        db = sqlite3.connect(f"file:{self.dir}/report/ledger.db?mode=ro", uri=True)
        try:
            return db.execute(sql, values).fetchall()
        finally:
            db.close()

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(60)

    def said(self):
        return pathlib.Path(self.dir, "log").read_text()

    def close(self):
        if self.process is not None:
            self.stop(signal.SIGKILL)
        for sock in (self.push, self.returns, self.stream, self.replay):
            sock.close()
        shutil.rmtree(self.dir)


def binary_of(folder):
    return os.path.join(os.path.abspath(folder), "wiredesk-report")


def numbered(lines):
    """True when the lines are numbered 1, 2, 3 ..."""
    return [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))


# --- lines held against the printed schemas, and every span against its text ---

SCHEMAS = {}


def schema_of(line):
    """The schema of a line: a file of services/report/schema/, chosen by type and op."""
    if not SCHEMAS:
        for path in pathlib.Path("services/report/schema").glob("*.json"):
            schema = json.loads(path.read_text())
            for kind in schema["properties"]["type"]["enum"]:
                for op in schema["properties"]["op"]["enum"]:
                    SCHEMAS[kind, op] = schema
    return SCHEMAS.get((line.get("type"), line.get("op")))


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}


def misfit(value, schema, path="line"):
    """What is wrong with a value by the part of JSON Schema that our schemas use, or None."""
    if "enum" in schema and value not in schema["enum"]:
        return f"{path} is none of its words"
    if "type" in schema:
        if not isinstance(value, TYPES[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean"):
            return f"{path} is no {schema['type']}"
    if value.__class__ is int and value < schema.get("minimum", value):
        return f"{path} is too small"
    if isinstance(value, dict) and "properties" in schema:
        for key in schema["required"]:
            if key not in value:
                return f"{path}.{key} is missing"
        for key, member in value.items():
            if key not in schema["properties"]:
                return f"{path}.{key} is not known"
            wrong = misfit(member, schema["properties"][key], f"{path}.{key}")
            if wrong:
                return wrong
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            wrong = misfit(item, schema["items"], f"{path}[{i}]")
            if wrong:
                return wrong
    return None


def spans(value):
    """Every {d, b, e, t} in a line."""
    if isinstance(value, dict):
        if {"d", "b", "e", "t"} <= value.keys():
            yield value
        for member in value.values():
            yield from spans(member)
    elif isinstance(value, list):
        for item in value:
            yield from spans(item)


def hold(lines, texts, what):
    """Checks all lines: their schema, and that the words of each span stand in their text, where texts has it."""
    wrong, seen = [], 0
    for line in map(json.loads, lines):
        schema = schema_of(line)
        why = "its type and op have no schema" if schema is None else misfit(line, schema)
        if why:
            wrong.append(f"line {line.get('seq')}: {why}")
        for s in spans(line):
            text = texts.get(s["d"])
            seen += text is not None
            if text is None or text.encode()[s["b"]:s["e"]] != s["t"].encode() or s["b"] >= s["e"]:
                wrong.append(f"line {line.get('seq')}: {s} is not in its text")
    check(wrong == [] and (seen > 0 or not texts), f"{what}: {len(lines)} lines are of their schema, {seen} spans stand in their texts {wrong[:3] or str()}")


def texts_of(report):
    return dict(report.rows("select d.key, b.text from documents d join bodies b on b.id = d.id where b.text is not null"))
