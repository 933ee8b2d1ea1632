#!/usr/bin/python3
"""run_doors.py - nobody gets in who does not belong: every key at every door, keys replaced and taken away under load, floods, lies, slow feeders."""
import os
import sys
import threading
import time

try:
    import msgpack
    from doors_pipe import Keys, Peer, Pipe, STAGES, documents, zmq
except ImportError as e:
    print(f"skipped: needs python3-zmq and python3-msgpack: {e}")
    sys.exit(77)

BIN = os.path.abspath(sys.argv[1])
DOORS = {  # a door: the kind of socket that goes there, whose key it has, the role that it admits
    "ingest": (zmq.DEALER, "ingest", "feeder"), "normalize": (zmq.PUSH, "normalize", "ingest"), "tag": (zmq.PUSH, "tag", "normalize"),
    "dedup": (zmq.PUSH, "dedup", "tag"), "report": (zmq.PUSH, "report", "dedup"), "stream": (zmq.SUB, "report", "reader"),
    "replay": (zmq.DEALER, "report", "reader"), "normalize.returns": (zmq.SUB, "normalize", "ingest"), "tag.returns": (zmq.SUB, "tag", "ingest"),
    "dedup.returns": (zmq.SUB, "dedup", "ingest"), "report.returns": (zmq.SUB, "report", "ingest"),
}


def every_key_at_every_door(pipe):
    """Each of the seven keys, a stranger's and none, at each of the eleven doors: those in that have its role, and no other."""
    stranger = zmq.curve_keypair()
    peers = {}
    for door, (kind, owner, role) in DOORS.items():
        server = pipe.keys.public(owner)
        for name in (*STAGES, "feeder", "reader"):
            peers[door, name] = Peer(kind, pipe.at[door], pipe.keys.pair(name), server)
        peers[door, "a stranger"] = Peer(kind, pipe.at[door], stranger, server)
        peers[door, "no key"] = Peer(kind, pipe.at[door])
    good = [p for (door, name), p in peers.items() if name == DOORS[door][2]]
    pipe.until(lambda: all(p.look() for p in good), "a key with the role was not let in")
    time.sleep(1)  # for the others to try again
    wrong = [f"{name} at {door}" for (door, name), p in peers.items() if p.look() and name != DOORS[door][2]]
    assert not wrong, f"let in: {wrong}"
    for p in peers.values():
        p.close()
    for stage in STAGES:
        assert "turned_away" in pipe.logged(stage), f"{stage} says nothing of those whom it turned away"
    print(f"{len(good)} keys in at the doors of their roles, {len(peers) - len(good)} others at none")


class Feeding(threading.Thread):
    """Honest feeders, one batch after the other with one key, while something goes on."""

    def __init__(self, pipe, name, key="feeder"):
        super().__init__()
        self.pipe, self.name, self.key = pipe, name, key
        self.fed, self.trouble, self.over = 0, None, threading.Event()

    def run(self):
        try:
            while not self.over.is_set():
                self.pipe.feed(documents(200, f"{self.name}{self.fed}"), "--piece", "1K", "--window", "8", key=self.key)
                self.fed += 200
        except AssertionError as e:
            self.trouble = e

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *raised):
        self.over.set()
        self.join()
        if not any(raised):
            assert self.trouble is None, self.trouble
            assert self.fed > 0


def keys_replaced(pipe):
    """Each daemon's key and a feeder's are replaced under load: both are valid until the former is removed. Returns how many documents were fed."""
    folder = pipe.keys.folder
    pipe.keys.make("agency", "--role", "feeder")
    with Feeding(pipe, "replaced", "agency") as feeding:
        for name in ("agency", *STAGES):
            pipe.until(lambda: feeding.fed or feeding.trouble, "nothing is fed")
            before = pipe.keys.public(name)
            former = Peer(zmq.DEALER, pipe.at["ingest"], pipe.keys.pair("agency"), pipe.keys.public("ingest")) if name == "agency" else None
            assert former is None or pipe.until(former.look, "the key that will be replaced is not let in") is None
            pipe.keys.make(name, "--replace")
            assert pipe.keys.public(name) != before and pipe.keys.public(f"{name}.old") == before
            if name == "agency":
                new = Peer(zmq.DEALER, pipe.at["ingest"], pipe.keys.pair("agency"), pipe.keys.public("ingest"))
                pipe.until(new.look, "the new key is not let in")
                assert former.look() == 1 and former.outs == 0, "the former key was thrown out too soon"
            else:
                pipe.restart(name)  # those who connect to it may not yet have read of its new key
            pipe.until(pipe.ready, f"not ready with the new key of {name}")
            os.remove(f"{folder}/public/{name}.old.pub")
            if name == "agency":
                pipe.until(lambda: former.look() and former.outs > 0, "the former key is still connected")
                was = new.look()
                pipe.until(lambda: new.look() > was or new.outs == 0, "the new key was not let in again")
                ins = former.look()
                time.sleep(1)
                assert former.look() == ins, "the former key was let in again"
                former.close()
                new.close()
        pipe.until(pipe.ready, "not ready at the end")
    pipe.settle()
    print(f"6 keys replaced while {feeding.fed} documents were fed")
    return feeding.fed


def keys_taken_away(pipe):
    """A key that loses its .pub is out within seconds, connected or not; those who stay lose nothing."""
    for name, role in (("leaver", "feeder"), ("spy", "reader"), ("insider", "ingest")):
        pipe.keys.make(name, "--role", role)
    doors = {("leaver", "ingest"), ("spy", "stream"), ("spy", "replay"), ("insider", "normalize"), ("insider", "report.returns")}
    peers = {}
    for name, door in doors:
        kind, owner, _ = DOORS[door]
        peers[name, door] = Peer(kind, pipe.at[door], pipe.keys.pair(name), pipe.keys.public(owner))
    pipe.until(lambda: all(p.look() for p in peers.values()), "a new key was not let in")
    request = msgpack.packb({"v": 1, "id": "taken.txt", "name": "taken.txt", "body": "A title\n\nOne sentence stands here on Monday."})
    ask = peers["leaver", "ingest"].socket
    ask.send_multipart([b"", request])
    assert ask.poll(10000) and msgpack.unpackb(ask.recv_multipart()[-1])["status"] == "ok", "the new feeder was not served"
    with Feeding(pipe, "taken") as feeding:
        began = time.monotonic()
        for name in ("leaver", "spy", "insider"):
            os.remove(f"{pipe.keys.folder}/public/{name}.pub")
        pipe.until(lambda: all(p.look() and p.outs for p in peers.values()), "a key that was taken away is still connected")
        took = time.monotonic() - began
        ins = {at: p.look() for at, p in peers.items()}
        time.sleep(1.5)
        assert {at: p.look() for at, p in peers.items()} == ins, "a key that was taken away was let in again"
    ask.send_multipart([b"", request], zmq.NOBLOCK) if ask.poll(0, zmq.POLLOUT) else None
    assert not ask.poll(500), "a key that was taken away was answered"
    for p in peers.values():
        p.close()
    pipe.settle()
    print(f"3 keys taken away: their {len(peers)} connections were cut after {took:.1f} s, while {feeding.fed} documents were fed")
    return feeding.fed + 1


def audit(pipe, fed):
    """Each document that was fed has one line."""
    lines = pipe.lines()
    ids = [l["id"] for l in lines if l["type"] in ("article", "reject") and l.get("op") == "new"]
    assert len(ids) == len(set(ids)) == fed, f"{len(ids)} outcomes, {len(set(ids))} different, of {fed} documents"
    assert [l["seq"] for l in lines] == list(range(1, len(lines) + 1)), "line numbers have a gap"
    print(f"{fed} documents, {len(lines)} lines: each document has one outcome")


def main():
    pipe = Pipe(BIN)
    try:
        pipe.feed(documents(200, "a"))
        pipe.settle()
        audit(pipe, 200)
        every_key_at_every_door(pipe)
        fed = 200 + keys_replaced(pipe)
        fed += keys_taken_away(pipe)
        audit(pipe, fed)
    finally:
        pipe.end()


if __name__ == "__main__":
    main()
