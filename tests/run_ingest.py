#!/usr/bin/python3
"""run_ingest.py - wiredesk-ingest alone, with this program as its feeder and as the pipe behind it: what it promises at the door."""
import http.client, json, os, shutil, socket, subprocess, sys, tempfile, time

try:
    import msgpack, zmq
except ImportError:
    print("skipped: needs python3-zmq and python3-msgpack")
    sys.exit(77)

BIN = sys.argv[1]
CTX = zmq.Context()


class Door:
    """An ingest, a feeder, and what stands for the other four stages."""

    def __init__(self, *options, water=1000):
        self.state = tempfile.mkdtemp(prefix="wiredesk-ingest-")
        self.options = options
        os.makedirs(f"{self.state}/sock")
        self.pull = CTX.socket(zmq.PULL)
        self.pull.setsockopt(zmq.RCVHWM, water)
        self.pull.bind(f"ipc://{self.state}/sock/normalize.0.in")
        self.returns = CTX.socket(zmq.XPUB)
        self.returns.bind(f"ipc://{self.state}/sock/report.0.returns")
        self.start()

    def start(self):
        self.process = subprocess.Popen([f"{BIN}/wiredesk-ingest", "--state", self.state, "--log-level", "error", *self.options])
        topics = set()
        while len(topics) < 2:
            assert self.returns.poll(20000), "ingest does not listen for outcomes"
            message = self.returns.recv()
            if message[0] == 1:
                topics.add(message[1:])
        self.instance = next(t for t in topics if not t.startswith(b"all\0"))
        self.feeder = CTX.socket(zmq.DEALER)
        self.feeder.connect(f"ipc://{self.state}/sock/feed")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.feeder.close(0)
        while self.returns.poll(300):
            self.returns.recv()

    def ask(self, **request):
        self.feeder.send_multipart([b"", msgpack.packb({"v": 1, "name": "a.txt", **request})])
        return self.reply()

    def reply(self):
        assert self.feeder.poll(20000), "no reply"
        return msgpack.unpackb(self.feeder.recv_multipart()[-1])

    def document(self, ms=20000):
        assert self.pull.poll(ms), "no document"
        return msgpack.unpackb(self.pull.recv())

    def none_within(self, ms):
        got = self.pull.poll(ms)
        assert not got, f"unwanted document {msgpack.unpackb(self.pull.recv())}"

    def note(self, doc, kind, **more):
        note = {"v": 1, "kind": kind, "instance": self.instance, "seq": doc["seq"], "epoch": doc["epoch"], "try": doc.get("try", 0),
                "key": doc["key"], "stage": "report", **more}
        self.returns.send(self.instance + msgpack.packb(note))

    def status(self):
        http_socket = http.client.HTTPConnection("localhost")
        http_socket.sock = socket.socket(socket.AF_UNIX)
        http_socket.sock.connect(f"{self.state}/sock/ingest.0.http")
        http_socket.request("GET", "/status")
        try:
            return json.loads(http_socket.getresponse().read())
        finally:
            http_socket.close()

    def journal(self, **want):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            got = self.status()["journal"]
            if all(got[k] == v for k, v in want.items()):
                return
            time.sleep(0.05)
        raise AssertionError(f"journal is {got}, want {want}")

    def close(self):
        self.process.terminate()
        code = self.process.wait(30)
        for s in (self.pull, self.returns, self.feeder):
            s.close(0)
        shutil.rmtree(self.state)
        assert code == 0, f"ingest left with {code}"


def an_ack_comes_once_the_document_is_in_the_journal_and_its_outcome_retires_it():
    d = Door()
    reply = d.ask(ref=5, source="s", id="1", body=b"A first line.\n\nAnd a body that says something.")
    assert reply["status"] == "ok" and reply["ref"] == 5 and len(reply["keys"]) == 1, reply
    doc = d.document()
    assert doc["key"] == reply["keys"][0] and doc["seq"] == 1 and doc["to"] == "normalize" and doc["instance"] == d.instance
    d.journal(accepted=1, in_flight=1, watermark=0)
    d.note(doc, "outcome", outcome="reported")
    d.journal(accepted=1, in_flight=0, reported=1, watermark=1, bytes=0)
    d.close()


def a_window_of_a_thousand_requests_has_a_thousand_replies():
    d = Door()
    for i in range(1000):
        d.feeder.send_multipart([b"", msgpack.packb({"v": 1, "ref": i, "source": "s", "id": str(i), "name": "a.txt", "body": b"Number %d." % i})])
    time.sleep(0.5)  # they come while nobody reads
    assert {d.reply()["ref"] for _ in range(1000)} == set(range(1000))
    d.close()


def documents_go_out_while_a_flood_of_requests_comes_in():
    door = Door(water=4)
    bodies = ["".join(json.dumps({"id": f"{r}.{i}", "text": f"Sentence {i} of {r}."}) + "\n" for i in range(300)) for r in range(40)]
    for body in bodies:
        door.feeder.send_multipart([b"", msgpack.packb({"v": 1, "name": "a.jsonl", "type": "application/jsonl", "body": body.encode()})])
    replies = documents = 0
    while replies < len(bodies):
        assert door.feeder.poll(20000) or door.pull.poll(0), "neither reply nor document"
        while door.feeder.poll(0):
            assert door.reply()["status"] == "ok"
            replies += 1
        while replies >= 4 and door.pull.poll(0):  # until then the pipe is full
            door.document()
            documents += 1
    assert documents >= 64, f"{documents} documents of 12,000 had gone out when the last request was acked"
    door.close()


def an_outcome_for_another_key_or_instance_retires_nothing():
    d = Door()
    d.ask(source="s", id="1", body=b"One.")
    doc = d.document()
    d.note({**doc, "key": "0" * 32}, "outcome", outcome="reported")
    d.note(doc, "outcome", outcome="reported", instance=b"x" * 16)
    time.sleep(0.4)
    d.journal(in_flight=1, reported=0)
    d.close()


def the_same_bytes_of_the_same_source_are_held_once():
    d = Door()
    one = d.ask(source="s", id="1", body=b"One.")
    again = d.ask(source="s", id="1", body=b"One.")
    other = d.ask(source="t", id="1", body=b"One.")
    assert one["keys"] == again["keys"] != other["keys"]
    assert [d.document()["seq"], d.document()["seq"]] == [1, 2]
    d.none_within(300)
    d.close()


def a_body_with_a_bad_record_is_refused_with_its_place_and_none_of_it_is_taken():
    d = Door()
    reply = d.ask(name="x.jsonl", body=b'{"id":1,"text":"Good enough to read."}\n{"id":2,"text":"cut off')
    assert reply["status"] == "refused", reply
    assert "record 2" in reply["error"]["detail"] and reply["error"]["at"] > 36, reply
    reply = d.ask(name="x.jsonl", body=b'{"id":1,"text":"Good enough to read."}\n{"id":2,"text":"This one too."}\n')
    assert reply["status"] == "ok" and len(reply["keys"]) == 2, reply
    d.journal(accepted=2)
    d.close()


def what_is_no_request_is_refused_and_the_next_one_is_served():
    d = Door()
    for frame in (b"", b"\xc1", b"\x81\xa1v\x02", b"\xdf\xff\xff\xff\xff", b"\x83\xa1v\x01\xa1v\x01\xa4body\xa1x", b"hello"):
        d.feeder.send_multipart([b"", frame])
        assert d.reply()["status"] == "refused", frame
    d.feeder.send_multipart([b"", b"a", b"b", b"c"])
    assert d.reply()["status"] == "refused"
    assert d.ask(body=b"Fine.")["status"] == "ok"
    d.close()


def after_kill_minus_nine_what_had_no_outcome_is_sent_again_in_the_next_epoch():
    d = Door()
    for i in range(3):
        d.ask(source="s", id=str(i), body=b"Number %d." % i)
    docs = [d.document() for _ in range(3)]
    d.note(docs[1], "outcome", outcome="reported")
    d.journal(in_flight=2)
    d.kill()
    d.start()
    d.note(docs[0], "outcome", outcome="rejected")  # of the epoch before: it retires, and is not sent again
    again = d.document()
    assert (again["seq"], again["epoch"]) == (3, docs[2]["epoch"] + 1), again
    d.none_within(500)
    d.note(again, "outcome", outcome="duplicate")
    d.journal(accepted=3, in_flight=0, reported=1, rejected=1, duplicate=1)
    assert d.ask(source="s", id="9", body=b"Nine.")["status"] == "ok"
    assert d.document()["seq"] == 4
    d.close()


def a_refused_frame_comes_again_with_its_failure_and_without_its_content():
    d = Door()
    d.ask(source="s", id="1", body=b"Nobody can take this.")
    doc = d.document()
    d.note(doc, "refused", error="malformed", stage="tag")
    again = d.document()
    assert again["seq"] == 1 and again["fail"]["stage"] == "tag" and again["fail"]["error"] == "malformed" and "raw" not in again, again
    d.note(again, "outcome", outcome="rejected")
    d.journal(in_flight=0, rejected=1)
    d.close()


def the_third_fault_convicts_and_a_strike_told_twice_counts_once():
    d = Door()
    d.ask(source="s", id="1", body=b"Poison.")
    doc = d.document()
    for n in range(3):
        assert "fail" not in doc, doc
        for _ in range(2):
            d.note(doc, "faulted", strike=bytes([n]) * 16, stage="tag", worker="tag.0")
        doc = d.document()
    assert doc["fail"]["error"] == "fault" and doc["fail"]["stage"] == "tag", doc
    d.close()


def a_lost_document_is_sent_again_and_in_silence_a_probe_goes_out():
    d = Door()
    d.ask(source="s", id="1", body=b"Lost.")
    first = d.document()
    again = d.document(5000)
    assert again["seq"] == first["seq"] and again["try"] == 1, again
    d.note(again, "outcome", outcome="reported")
    d.journal(in_flight=0)
    sender = d.status()["sender"]
    assert sender["probes"] == 1 and sender["false_resends"] == 0, sender
    d.close()


def beyond_its_ceiling_feeders_are_told_busy_until_there_is_room():
    d = Door("--journal-max", "64K")
    reply, n = None, 0
    while n < 100:
        reply = d.ask(source="s", id=str(n), body=b"%d " % n + b"word " * 1000)
        if reply["status"] != "ok":
            break
        n += 1
    assert reply["status"] == "busy" and reply["retry_ms"] > 0 and 5 < n < 20, (n, reply)
    for _ in range(n):
        d.note(d.document(), "outcome", outcome="reported")
    d.journal(in_flight=0, accepted=n)
    assert d.ask(source="s", id=str(n), body=b"Room again.")["status"] == "ok"
    d.close()


def a_second_ingest_in_the_same_place_says_so_and_leaves():
    d = Door()
    p = subprocess.run([f"{BIN}/wiredesk-ingest", "--state", d.state], capture_output=True, text=True, timeout=30)
    assert p.returncode == 75 and len(p.stderr.splitlines()) == 1 and str(d.process.pid) in p.stderr, p
    assert d.ask(body=b"Still here.")["status"] == "ok"
    d.close()


def main():
    for name, test in list(globals().items()):
        if not callable(test) or name[0].isupper() or name == "main" or test.__module__ != "__main__" or isinstance(test, type):
            continue
        test()
        print("ok", name.replace("_", " "))


main()
