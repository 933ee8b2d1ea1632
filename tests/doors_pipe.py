"""doors_pipe.py - five daemons on TCP ports of loopback with keys, and peers of every kind that try to get in: what run_doors.py and scripts/bench share."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import zmq
import zmq.auth
import zmq.utils.monitor

STAGES = ("ingest", "normalize", "tag", "dedup", "report")
CTX = zmq.Context()


def free_ports(n):
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return ports


def documents(n, name):
    """JSON Lines of n small articles."""
    lines = []
    for i in range(n):
        text = f"Harbour master Ane Lund number {i} counted {i * 37 % 991} ships of {name} on Monday.\n\n\"It was quiet,\" Lund said of day {name}.{i}."
        lines.append(json.dumps({"id": f"{name}-{i}", "outlet": f"Wire {i % 7}", "title": f"Report {name}.{i} from the harbour", "text": text}))
    return "\n".join(lines).encode() + b"\n"


class Keys:
    """A folder of keys made by `wiredesk keygen`."""

    def __init__(self, desk, folder):
        self.desk, self.folder = desk, folder

    def make(self, *args):
        done = subprocess.run([self.desk, "keygen", "--keys", self.folder, *args], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pair(self, name):
        return zmq.auth.load_certificate(f"{self.folder}/secret/{name}.key")

    def public(self, name):
        return zmq.auth.load_certificate(f"{self.folder}/public/{name}.pub")[0]


class Pipe:
    def __init__(self, binary, **more):
        """more: further options of a daemon, by its name."""
        self.binary, self.desk, self.more = binary, f"{binary}/wiredesk", more
        self.state = tempfile.mkdtemp(prefix="wiredesk-doors-")
        self.keys = Keys(self.desk, f"{self.state}/keys")
        self.made = self.keys.make()
        names = [*STAGES, *(f"{s}.returns" for s in STAGES[1:]), "stream", "replay"]
        self.at = {name: f"tcp://127.0.0.1:{port}" for name, port in zip(names, free_ports(len(names)))}
        self.process = {}
        for stage in reversed(STAGES):
            self.start(stage)
        self.until(self.ready, "the daemons are not ready")

    def words(self, stage):
        words = ["--state", self.state, "--keys", self.keys.folder, "--listen", self.at[stage]]
        if stage != "report":
            words += ["--next", self.at[STAGES[STAGES.index(stage) + 1]]]
        if stage == "ingest":
            for s in STAGES[1:]:
                words += ["--outcomes", f"{self.at[s + '.returns']}#{s}"]
        else:
            words += ["--returns", self.at[stage + ".returns"]]
        if stage == "report":
            words += ["--stream", self.at["stream"], "--replay", self.at["replay"], "--no-pages"]
        return words + list(self.more.get(stage, ()))

    def start(self, stage):
        log = open(f"{self.state}/{stage}.log", "a")
        self.process[stage] = subprocess.Popen([f"{self.binary}/wiredesk-{stage}", *self.words(stage)], stdout=log, stderr=log)

    def restart(self, stage):
        self.process[stage].send_signal(signal.SIGTERM)
        assert self.process[stage].wait(60) == 0, f"{stage} did not end well"
        self.start(stage)

    def end(self):
        ended = {}
        for stage in STAGES:
            self.process[stage].send_signal(signal.SIGTERM)
            ended[stage] = self.process[stage].wait(60)
        logs = {stage: open(f"{self.state}/{stage}.log").read() for stage in STAGES}
        shutil.rmtree(self.state)
        for stage in STAGES:
            assert ended[stage] == 0, f"{stage} ended with {ended[stage]}:\n{logs[stage][-3000:]}"

    def logged(self, stage):
        return open(f"{self.state}/{stage}.log").read()

    def ready(self):
        return subprocess.run([self.desk, "status", "--state", self.state, "--up"], stdout=subprocess.DEVNULL).returncode == 0

    def until(self, true, what, seconds=60):
        end = time.monotonic() + seconds
        while not true():
            for stage, process in self.process.items():
                assert process.poll() is None, f"{what}; {stage} ended with {process.returncode}:\n{self.logged(stage)[-3000:]}"
            assert time.monotonic() < end, f"{what}:\n" + "\n".join(self.logged(s)[-1500:] for s in STAGES)
            time.sleep(0.05)

    def status(self, stage):
        done = subprocess.run([self.desk, "status", "--state", self.state, "--json"], capture_output=True, text=True)
        return next(d["status"] for d in json.loads(done.stdout)["daemons"] if d.get("status") and d["status"]["stage"] == stage)

    def feeder(self, lines, *args, key="feeder", keys=None):
        """`wiredesk feed` of JSON Lines, running."""
        path = f"{self.state}/fed-{time.monotonic_ns()}.jsonl"
        with open(path, "wb") as f:
            f.write(lines)
        return subprocess.Popen([self.desk, "feed", "--ingest", self.at["ingest"], "--keys", keys or self.keys.folder, "--key", key, "--source", "doors",
                                 *args, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def feed(self, lines, *args, **more):
        feeder = self.feeder(lines, *args, **more)
        out, told = feeder.communicate(timeout=120)
        assert feeder.returncode == 0, f"feed ended with {feeder.returncode}: {out}{told}"
        return told

    def settle(self):
        done = subprocess.run([self.desk, "status", "--state", self.state, "--settle", "120s"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def lines(self, *args, key="reader"):
        """The report's lines by `wiredesk tail`."""
        done = subprocess.run([self.desk, "tail", "--stream", self.at["stream"], "--replay", self.at["replay"], "--keys", self.keys.folder, "--key", key,
                               "--from", "1", "--json", "--no-follow", *args], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"tail ended with {done.returncode}: {done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]


class Peer:
    """A socket at one door with a key or without, and what its monitor says of the handshake."""

    def __init__(self, kind, at, pair=None, server=None, **options):
        self.socket = CTX.socket(kind)
        self.socket.linger = 0
        for name, value in options.items():
            setattr(self.socket, name, value)
        if pair:
            self.socket.curve_publickey, self.socket.curve_secretkey, self.socket.curve_serverkey = *pair, server
        if kind == zmq.SUB:
            self.socket.subscribe(b"")
        self.monitor = self.socket.get_monitor_socket()
        self.ins = self.outs = 0
        self.socket.connect(at)

    def look(self):
        while self.monitor.poll(0):
            event = zmq.utils.monitor.recv_monitor_message(self.monitor)["event"]
            self.ins += event == zmq.EVENT_HANDSHAKE_SUCCEEDED
            self.outs += event == zmq.EVENT_DISCONNECTED
        return self.ins

    def close(self):
        self.socket.disable_monitor()
        self.monitor.close(0)
        self.socket.close(0)
