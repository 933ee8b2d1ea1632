#!/usr/bin/python3
"""run_tail.py - `wiredesk tail` against a report whose live socket loses lines, whose replay socket is slow, and which goes away and comes back."""
import os
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


SHOWN = []  # lines that people are shown, where a test has any


def line(seq):
    if seq in SHOWN:
        return ('{"v":1,"seq":%d,"ts":"2026-03-03T10:00:00Z","type":"reject","op":"new","id":"key-%d","name":"file-%d.txt","stage":"tag","error":"fault",'
                '"detail":"a worker died"}' % (seq, seq, seq))
    return '{"v":1,"seq":%d,"ts":"2026-03-03T10:00:00Z","type":"stats","op":"new","id":"report","in":%d}' % (seq, seq)


class Report(threading.Thread):
    """PUB and ROUTER over a list of lines; lines whose number `loses` names do not go out on the PUB socket."""

    def __init__(self, folder, lines=0, loses=lambda seq: False, deaf=0, most=1000):
        super().__init__(daemon=True)
        self.last, self.loses, self.deaf, self.most, self.asked, self.stop = lines, loses, deaf, most, [], False
        self.live, self.replay = context.socket(zmq.PUB), context.socket(zmq.ROUTER)
        for socket in (self.live, self.replay):
            socket.linger = 0
        self.live.bind(f"ipc://{folder}/live")
        self.replay.bind(f"ipc://{folder}/replay")
        self.lock = threading.Lock()
        self.start()

    def say(self, n):
        for _ in range(n):
            with self.lock:
                self.last += 1
                if not self.loses(self.last):
                    self.live.send(line(self.last).encode())

    def run(self):
        while not self.stop:
            if not self.replay.poll(20):
                continue
            who, empty, frame = self.replay.recv_multipart()
            request = msgpack.unpackb(frame)
            self.asked.append(request)
            if len(self.asked) <= self.deaf:
                continue
            with self.lock:
                begin, end = request["from"], min(self.last, request["from"] + min(request["n"], self.most) - 1)
                lines = [line(seq) for seq in range(begin, end + 1)]
                reply = {"v": 1, "lines": lines, "next": begin + len(lines), "last": max(self.last, begin - 1)}
            self.replay.send_multipart([who, b"", msgpack.packb(reply)])
        self.replay.close()
        self.live.close()

    def end(self):
        self.stop = True
        self.join()


def tail(folder, *words):
    return subprocess.Popen([DESK, "tail", "--stream", f"ipc://{folder}/live", "--replay", f"ipc://{folder}/replay", "--json", *words],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def numbers(text):
    return [int(s.split(",")[1].split(":")[1]) for s in text.splitlines()]


def read_until(process, seq):
    """The lines up to that number, as they come."""
    lines = []
    while not lines or numbers(lines[-1])[0] < seq:
        got = process.stdout.readline()
        if got == "":
            break
        lines.append(got)
    return numbers("".join(lines))


def end(process):
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, (process.returncode, err)
    return numbers(out)


def what_is_there_from_a_line_on(folder):
    report = Report(folder, lines=2500, most=300)
    out, err = tail(folder, "--from", "11", "--no-follow").communicate(timeout=30)
    report.end()
    assert numbers(out) == list(range(11, 2501)), (len(numbers(out)), err)


def the_newest_lines_and_an_end(folder):
    report = Report(folder, lines=100)
    for words, want in ((["--last", "3"], [98, 99, 100]), (["--last", "1000"], list(range(1, 101))), (["--from", "101"], []), (["--last", "0"], [])):
        out, err = tail(folder, "--no-follow", *words).communicate(timeout=30)
        assert numbers(out) == want, (words, numbers(out), err)
    report.end()
    empty = os.path.join(folder, "empty")
    os.mkdir(empty)
    report = Report(empty)
    out, err = tail(empty, "--no-follow").communicate(timeout=30)
    report.end()
    assert out == "", out


def the_newest_lines_are_those_that_are_shown(folder):
    SHOWN[:] = range(7, 400, 40)
    report = Report(folder, lines=400)
    command = [DESK, "tail", "--stream", f"ipc://{folder}/live", "--replay", f"ipc://{folder}/replay", "--no-follow"]
    for words, want in ((["--last", "3"], [287, 327, 367]), (["--last", "1"], [367]), (["--last", "50"], SHOWN), (["--last", "0"], [])):
        done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=30)
        got = [int(s.split("#")[1].split()[0]) for s in done.stdout.splitlines() if "REJECT" in s]
        assert got == list(want), (words, got, done.stderr)
    out, err = tail(folder, "--no-follow", "--last", "3").communicate(timeout=30)
    assert numbers(out) == [398, 399, 400], out
    report.end()
    SHOWN.clear()


def lost_lines_are_asked_for_and_order_holds(folder):
    report = Report(folder, lines=5, loses=lambda seq: seq % 7 in (0, 1) or seq == 505)
    process = tail(folder, "--from", "1")
    assert read_until(process, 5) == [1, 2, 3, 4, 5]
    for _ in range(50):
        report.say(10)
        time.sleep(0.002)
    assert read_until(process, 505) == list(range(6, 506))  # the very last one was lost, too: silence must not hide it
    assert end(process) == []
    report.end()


def an_unheard_request_is_sent_again(folder):
    report = Report(folder, lines=5, deaf=1)
    process = tail(folder, "--from", "1")
    assert read_until(process, 5) == [1, 2, 3, 4, 5]
    end(process)
    report.end()


def a_report_that_goes_away_and_comes_back_is_joined_again(folder):
    report = Report(folder, lines=5)
    process = tail(folder, "--from", "1")
    assert read_until(process, 5) == [1, 2, 3, 4, 5]
    report.end()
    time.sleep(0.5)
    report = Report(folder, lines=20)
    assert read_until(process, 20) == list(range(6, 21))
    report.say(5)
    assert read_until(process, 25) == list(range(21, 26))
    end(process)
    report.end()


def a_reader_that_leaves_is_no_error(folder):
    report = Report(folder, lines=5000)
    process = tail(folder, "--from", "1")
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(20) == 0, process.stderr.read()
    report.end()


def nobody_there_is_status_75(folder):
    process = tail(folder, "--no-follow", "--wait", "1s")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 75 and "report has not answered" in err, (process.returncode, err)


def main():
    tests = [what_is_there_from_a_line_on, the_newest_lines_and_an_end, the_newest_lines_are_those_that_are_shown, lost_lines_are_asked_for_and_order_holds, an_unheard_request_is_sent_again,
             a_report_that_goes_away_and_comes_back_is_joined_again, a_reader_that_leaves_is_no_error, nobody_there_is_status_75]
    failed = 0
    for test in tests:
        with tempfile.TemporaryDirectory(prefix="wiredesk-") as folder:
            try:
                test(folder)
                print("ok  ", test.__name__)
            except AssertionError as e:
                failed += 1
                print("FAIL", test.__name__, "line", e.__traceback__.tb_next.tb_lineno if e.__traceback__.tb_next else "?", str(e)[:2000])
    return 1 if failed else 0


sys.exit(main())
