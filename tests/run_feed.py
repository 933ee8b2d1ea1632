#!/usr/bin/python3
"""run_feed.py - `wiredesk feed` against an ingest that says ok, busy, refused, nothing, or goes away in the middle."""
import os
import pty
import signal
import subprocess
import sys
import tempfile
import threading
import time

try:
    import msgpack
    import zmq
except ImportError as e:
    print(f"skipped: {e}")
    sys.exit(77)

DESK = os.path.join(os.path.abspath(sys.argv[1]), "wiredesk")
context = zmq.Context()


class Ingest(threading.Thread):
    """A ROUTER; `answer` gets each request and returns a reply without v and ref, or None for silence."""

    def __init__(self, endpoint, answer):
        super().__init__(daemon=True)
        self.answer, self.seen, self.stop = answer, [], False
        self.socket = context.socket(zmq.ROUTER)
        self.socket.linger = 0
        self.socket.bind(endpoint)
        self.start()

    def run(self):
        while not self.stop:
            if not self.socket.poll(20):
                continue
            who, empty, frame = self.socket.recv_multipart()
            assert empty == b""
            request = msgpack.unpackb(frame)
            self.seen.append(request)
            reply = self.answer(request)
            if reply is not None:
                self.socket.send_multipart([who, b"", msgpack.packb({"v": 1, "ref": request["ref"], **reply})])
        self.socket.close()

    def end(self):
        self.stop = True
        self.join()


def ok(request):
    lines = [s for s in request["body"].split(b"\n") if s.strip()] if request["id"].endswith(".jsonl") else [1]
    return {"status": "ok", "keys": ["%032x" % i for i in range(len(lines))]}


def feed(endpoint, *words, stdin=None, **more):
    return subprocess.Popen([DESK, "feed", "--ingest", endpoint, *words], stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def outcome(process, stdin=None):
    out, err = process.communicate(stdin, timeout=60)
    return process.returncode, out.decode(), err.decode()


def write(folder, name, data):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    return path


def files_and_folders_are_fed_and_counted(folder, endpoint):
    for i in range(30):
        write(folder, f"in/sub/{i:02}.txt", b"Text %d" % i)
    write(folder, "in/.hidden", b"x")
    write(folder, "in/half.part", b"x")
    ingest = Ingest(endpoint, ok)
    status, out, err = outcome(feed(endpoint, "--source", "test", "--meta", "outlet=The Post", os.path.join(folder, "in")))
    ingest.end()
    assert (status, err) == (0, ""), (status, err)
    assert "accepted 30 documents" in out and "from 30 files" in out, out
    assert len(ingest.seen) == 30 and {r["source"] for r in ingest.seen} == {"test"}
    assert all(r["meta"] == {"outlet": "The Post"} and r["id"].endswith(".txt") for r in ingest.seen)


def standard_input_is_a_file_called_dash(folder, endpoint):
    ingest = Ingest(endpoint, ok)
    status, out, err = outcome(feed(endpoint, "-", stdin=True), b"A text from a pipe.")
    ingest.end()
    assert status == 0 and [r["body"] for r in ingest.seen] == [b"A text from a pipe."], (status, out, err)


def a_slow_text_is_one_document(folder, endpoint):
    ingest = Ingest(endpoint, ok)
    process = feed(endpoint, "-", stdin=True)
    for part in (b"A text ", b"that comes ", b"in parts. ", b"x" * 200000):
        process.stdin.write(part)
        process.stdin.flush()
        time.sleep(0.2)
    status, out, err = outcome(process)
    ingest.end()
    assert status == 0 and [len(r["body"]) for r in ingest.seen] == [200028], (status, out, err)


def a_slow_pipe_is_fed_as_it_comes(folder, endpoint):
    ingest = Ingest(endpoint, ok)
    process = feed(endpoint, "--type", "application/jsonl", "-", stdin=True)
    for i in range(5):
        for half in (b'{"te', b'xt":"%d"}\n' % i):
            assert len(ingest.seen) == i, (i, ingest.seen)
            process.stdin.write(half)
            process.stdin.flush()
            time.sleep(0.1)
        for _ in range(100):
            if len(ingest.seen) > i:
                break
            time.sleep(0.02)
    assert [r["body"] for r in ingest.seen] == [b'{"text":"%d"}\n' % i for i in range(5)], ingest.seen
    status, out, err = outcome(process)
    ingest.end()
    assert status == 0 and "from 1 file" in out and err == "", (status, out, err)


def a_silent_ingest_is_connected_to_anew(folder, endpoint):
    state = {"silent": True}
    path = write(folder, "a.txt", b"A text.")
    ingest = Ingest(endpoint, lambda request: None if state["silent"] else ok(request))
    process = feed(endpoint, "--silence", "1s", path)
    time.sleep(1.5)
    state["silent"] = False
    status, out, err = outcome(process)
    ingest.end()
    assert status == 0 and len(ingest.seen) >= 2, (status, err)


def a_bad_line_is_refused_and_the_others_go_in(folder, endpoint):
    def answer(request):
        at = request["body"].find(b"bad")
        if at >= 0:
            return {"status": "refused", "keys": [], "error": {"name": "malformed", "detail": "no JSON", "at": at}}
        return ok(request)
    path = write(folder, "lines.jsonl", b'{"text":"1"}\n{"text":"2"}\nbad\n{"text":"4"}\n')
    ingest = Ingest(endpoint, answer)
    status, out, err = outcome(feed(endpoint, path))
    ingest.end()
    assert status == 1, status
    assert "lines.jsonl line 3: malformed: no JSON" in err, err
    assert "accepted 3 documents" in out and "refused 1: 1 malformed" in out, out


def busy_is_waited_for(folder, endpoint):
    turn = {"n": 0}

    def answer(request):
        turn["n"] += 1
        return {"status": "busy", "keys": [], "retry_ms": 20} if turn["n"] <= 5 else ok(request)
    path = write(folder, "a.txt", b"A text.")
    ingest = Ingest(endpoint, answer)
    status, out, err = outcome(feed(endpoint, path))
    ingest.end()
    assert status == 0 and "ingest is busy" in err and "accepted 1 document " in out, (status, out, err)
    assert len(ingest.seen) == 6, len(ingest.seen)


def an_ingest_that_comes_back_gets_what_it_did_not_ack(folder, endpoint):
    count = {"n": 0}

    def some(request):
        count["n"] += 1
        return ok(request) if count["n"] <= 10 else None
    for i in range(40):
        write(folder, f"many/{i:02}.txt", b"Text %d" % i)
    first = Ingest(endpoint, some)
    process = feed(endpoint, "--window", "20", os.path.join(folder, "many"))
    while len(first.seen) < 25:
        time.sleep(0.01)
    first.end()
    time.sleep(0.3)
    second = Ingest(endpoint, ok)
    status, out, err = outcome(process)
    second.end()
    acked = {r["id"] for r in first.seen[:10]}
    assert status == 0 and "accepted 40 documents" in out, (status, out, err)
    assert "connection to ingest lost" in err and "connected again; 20 requests sent again" in err, err
    assert acked.isdisjoint(r["id"] for r in second.seen) and len(acked | {r["id"] for r in second.seen}) == 40


def nobody_there_is_status_75(folder, endpoint):
    path = write(folder, "a.txt", b"A text.")
    status, out, err = outcome(feed(endpoint, "--wait", "1500ms", path))
    assert status == 75 and "no ingest at " + endpoint in err, (status, err)
    assert "1 request had no answer yet" in err, err


def a_watched_folder_is_fed_once_each_file_is_whole(folder, endpoint):
    ingest = Ingest(endpoint, ok)
    inbox = os.path.join(folder, "inbox")
    os.mkdir(inbox)
    process = feed(endpoint, "--watch", inbox)
    half = open(os.path.join(inbox, "half.txt"), "wb")
    half.write(b"The first half, ")
    half.flush()
    write(inbox, "whole.txt", b"All at once.")
    time.sleep(2.5)
    before = [r["body"] for r in ingest.seen]
    half.write(b"and the second.")
    half.close()
    for _ in range(100):
        if len(ingest.seen) == 2:
            break
        time.sleep(0.1)
    time.sleep(1.2)
    process.send_signal(signal.SIGTERM)
    status, out, err = outcome(process)
    ingest.end()
    assert before == [b"All at once."], before
    assert [r["body"] for r in ingest.seen] == [b"All at once.", b"The first half, and the second."], ingest.seen
    assert status == 0 and "accepted 2 documents" in out, (status, out, err)


def a_terminal_gets_a_progress_bar(folder, endpoint):
    for i in range(50):
        write(folder, f"bar/{i:02}.txt", b"Text %d" % i)

    def slow(request):
        time.sleep(0.02)
        return ok(request)
    ingest = Ingest(endpoint, slow)
    main, side = pty.openpty()
    process = subprocess.Popen([DESK, "feed", "--ingest", endpoint, os.path.join(folder, "bar")], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=side)
    os.close(side)
    shown = b""
    while True:
        try:
            chunk = os.read(main, 4096)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    out, _ = process.communicate(timeout=60)
    os.close(main)
    ingest.end()
    assert process.returncode == 0 and b"/50 files, " in shown and b"[#" in shown, shown
    assert b"accepted 50 documents" in out, out


def main():
    tests = [files_and_folders_are_fed_and_counted, standard_input_is_a_file_called_dash, a_slow_text_is_one_document, a_slow_pipe_is_fed_as_it_comes,
             a_silent_ingest_is_connected_to_anew, a_bad_line_is_refused_and_the_others_go_in,
             busy_is_waited_for, an_ingest_that_comes_back_gets_what_it_did_not_ack, nobody_there_is_status_75,
             a_watched_folder_is_fed_once_each_file_is_whole, a_terminal_gets_a_progress_bar]
    failed = 0
    for test in tests:
        with tempfile.TemporaryDirectory(prefix="wiredesk-") as folder:
            try:
                test(folder, f"ipc://{folder}/feed")
                print("ok  ", test.__name__)
            except AssertionError as e:
                failed += 1
                print("FAIL", test.__name__, "line", e.__traceback__.tb_next.tb_lineno if e.__traceback__.tb_next else "?", str(e)[:2000])
    return 1 if failed else 0


sys.exit(main())
