#!/usr/bin/python3
"""run_doors.py - nobody gets in who does not belong: every key at every door, keys replaced and taken away under load, floods, lies, slow feeders. With
a number: an honest feeder's rate while so many connections of strangers stand at the door, and without."""
import os
import re
import shutil
import socket
import subprocess
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
HERE = os.path.dirname(os.path.abspath(__file__))
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
                self.pipe.feed(documents(20, f"{self.name}{self.fed}"), "--piece", "1K", "--window", "8", key=self.key)
                self.fed += 20
                time.sleep(0.1)
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
            if former:
                pipe.until(former.look, "the key that will be replaced is not let in")
                outs = former.outs
            pipe.keys.make(name, "--replace")
            assert pipe.keys.public(name) != before and pipe.keys.public(f"{name}.old") == before
            if name == "agency":
                new = Peer(zmq.DEALER, pipe.at["ingest"], pipe.keys.pair("agency"), pipe.keys.public("ingest"))
                pipe.until(new.look, "the new key is not let in")
                assert former.look() == 1 and former.outs == outs, "the former key was thrown out too soon"
            else:
                pipe.restart(name)  # those who connect to it may not yet have read of its new key
            pipe.until(pipe.ready, f"not ready with the new key of {name}")
            was = new.look() if name == "agency" else 0
            os.remove(f"{folder}/public/{name}.old.pub")
            if name == "agency":
                pipe.until(lambda: former.look() and former.outs > outs, "the former key is still connected")
                pipe.until(lambda: new.look() > was, "the new key was not let in again")
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
        outs = {at: p.outs for at, p in peers.items() if p.look()}
        began = time.monotonic()
        for name in ("leaver", "spy", "insider"):
            os.remove(f"{pipe.keys.folder}/public/{name}.pub")
        pipe.until(lambda: all(p.look() and p.outs > outs[at] for at, p in peers.items()), "a key that was taken away is still connected")
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


def impostor(pipe):
    """Somebody with a feeder's key who stands where report's outcomes are expected: ingest does not listen to him."""
    fake = zmq.Context.instance().socket(zmq.XPUB)
    fake.linger = 0
    fake.curve_server = True
    fake.curve_secretkey = pipe.keys.pair("feeder")[1]
    port = fake.bind_to_random_port("tcp://127.0.0.1")
    monitor = fake.get_monitor_socket(zmq.EVENT_ACCEPTED)
    pipe.more["ingest"] = ("--outcomes", f"tcp://127.0.0.1:{port}#report")
    pipe.restart("ingest")
    pipe.until(lambda: monitor.poll(0), "ingest did not come to the impostor")
    pipe.until(pipe.ready, "ingest is not ready")
    assert not fake.poll(1000), "ingest asks an impostor for outcomes"
    fake.disable_monitor()
    monitor.close(0)
    fake.close(0)
    pipe.more["ingest"] = ()
    pipe.restart("ingest")
    pipe.until(pipe.ready, "ingest is not ready")
    print("who has a feeder's key cannot give outcomes")


def flood(pipe, connections=400, seconds=4):
    """Strangers at every door while honest feeders feed. Returns how many documents were fed."""
    floods = [subprocess.Popen([f"{HERE}/doors_flood.py", pipe.at[at].rsplit(":", 1)[1], str(connections), str(seconds)], stdout=subprocess.PIPE, text=True)
              for at in ("ingest", "report", "stream")]
    with Feeding(pipe, "flood") as feeding:
        said = [f.communicate(timeout=60)[0].strip() for f in floods]
    assert all(f.returncode == 0 for f in floods), said
    pipe.settle()
    peak = {stage: most_memory(pipe, stage) for stage in ("ingest", "report")}
    print(f"{said[0]}; at the doors of report alike; {feeding.fed} documents were fed meanwhile; peak memory {peak} MB")
    assert peak["ingest"] < 1000, "strangers cost more than they may"
    return feeding.fed


def silent(pipe, n=300):
    """Who connects and says nothing costs no descriptor, and holds nobody up."""
    held = lambda: len(os.listdir(f"/proc/{pipe.process['ingest'].pid}/fd"))
    before, strangers = held(), []
    port = int(pipe.at["ingest"].rsplit(":", 1)[1])
    for _ in range(n):
        strangers.append(socket.create_connection(("127.0.0.1", port)))
    cost = held() - before
    pipe.feed(documents(50, "silence"))
    for s in strangers:
        s.close()
    print(f"{n} connections that say nothing cost ingest {cost} descriptors; 50 documents were fed beside them")
    assert cost < n // 10, "silence costs descriptors"
    return 50


def unknown_key_is_told(pipe):
    """A person whose key is not admitted hears what to do about it."""
    away = Keys(pipe.desk, f"{pipe.state}/elsewhere")
    away.make()
    shutil.copy(f"{pipe.keys.folder}/public/ingest.pub", f"{away.folder}/public/ingest.pub")
    feeder = pipe.feeder(documents(1, "unknown"), "--wait", "6s", keys=away.folder)
    told = feeder.communicate(timeout=60)[1]
    assert feeder.returncode == 75 and "does not let us in" in told and ".pub" in told, f"{feeder.returncode}: {told}"
    doors = pipe.status("ingest")["doors"]
    assert doors["turned_away"] > 0 and doors["admitted"] > 0 and doors["keys"] >= 7, doors
    print(f"a feeder with a key that is not known hears what to do; ingest counts {doors}")


def most_memory(pipe, stage):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{pipe.process[stage].pid}/status").read()).group(1)) // 1000


def body(name):
    return {"v": 1, "id": name, "name": name, "body": f"A title of {name}\n\nOne sentence stands here on Monday."}


def lies(pipe):
    """A feeder with a good key who lies: each gets an answer or loses his connection, and ingest lives on."""
    lies = {  # frames behind the delimiter, and the status that they get; None: the connection ends
        "an array of four billion": ([b"\xdd\xff\xff\xff\xff"], "refused"),
        "a map of four billion": ([b"\xdf\xff\xff\xff\xff\xa1v\x01"], "refused"),
        "a text of four gigabytes": ([b"\x82\xa1v\x01\xa4body\xdb\xff\xff\xff\xff"], "refused"),
        "nested a thousand deep": ([b"\x91" * 1000], "refused"),
        "nothing": ([b""], "refused"),
        "two requests in one": ([msgpack.packb(body("x")), msgpack.packb(body("y"))], "refused"),
        "a hundred parts": ([b"x"] * 100, "refused"),
        "another version": ([msgpack.packb({**body("x"), "v": 2})], "refused"),
        "more than the ceiling": ([bytes(66 << 20)], None),
    }
    for what, (frames, wanted) in lies.items():
        peer = Peer(zmq.DEALER, pipe.at["ingest"], pipe.keys.pair("feeder"), pipe.keys.public("ingest"))
        peer.socket.send_multipart([b"", *frames])
        if wanted is None:
            pipe.until(lambda: peer.look() and peer.outs, f"{what}: still connected")
        else:
            assert peer.socket.poll(10000), f"{what}: no answer"
            reply = msgpack.unpackb(peer.socket.recv_multipart()[-1])
            assert reply["status"] == wanted, f"{what}: {reply}"
        peer.close()
    print(f"{len(lies)} lies of a feeder with a good key: each refused or cut off")


def slow(pipe):
    """Feeders that send and read no answer: what they hold is bounded, others are served."""
    before = most_memory(pipe, "ingest")
    peers = [Peer(zmq.DEALER, pipe.at["ingest"], pipe.keys.pair("feeder"), pipe.keys.public("ingest"), rcvhwm=1, rcvbuf=4096) for _ in range(20)]
    frame, sent = msgpack.packb({**body("slow"), "ref": "x" * 60}), 0
    pipe.until(lambda: all(p.look() for p in peers), "not let in")
    for p in peers:
        for _ in range(200):
            p.socket.send_multipart([b"", frame])
            sent += 1
    pipe.feed(documents(50, "beside"))
    for p in peers:
        p.close()
    after = most_memory(pipe, "ingest")
    print(f"{len(peers)} feeders sent {sent} requests and read nothing: ingest's peak memory {before} MB before, {after} MB after; 50 documents were fed beside")
    assert after - before < 200, "feeders that read nothing cost more than they may"
    return 51


def paced(pipe):
    """One who brings more than he may is told to wait and gets all of it in at last; another is not held up by him."""
    pipe.more["ingest"] = ("--feeder-documents", "150")
    pipe.restart("ingest")
    pipe.until(pipe.ready, "ingest is not ready")
    pipe.keys.make("greedy", "--role", "feeder")
    pipe.until(lambda: "keys_read" in pipe.logged("ingest").rsplit("event=ready", 1)[1], "the keys are not read again")
    greedy = pipe.feeder(documents(450, "greedy"), "--piece", "1K", key="greedy")
    pipe.until(lambda: pipe.status("ingest")["feeders"]["paced"] > 0, "the greedy one is not told to wait")
    peer = Peer(zmq.DEALER, pipe.at["ingest"], pipe.keys.pair("feeder"), pipe.keys.public("ingest"))
    peer.socket.send_multipart([b"", msgpack.packb(body("modest"))])
    assert peer.socket.poll(10000), "the modest one has no answer"
    reply = msgpack.unpackb(peer.socket.recv_multipart()[-1])
    assert reply["status"] == "ok", f"the modest one has to wait: {reply}"
    peer.close()
    out, told = greedy.communicate(timeout=60)
    assert greedy.returncode == 0, out + told
    status = pipe.status("ingest")["feeders"]
    print(f"450 documents of a feeder that may bring 150 a second: told to wait {status['paced']} times, all taken; another was not held up")
    assert "--feeder-documents" in told, told
    return 451


def audit(pipe, fed):
    """Each document that was fed has one line."""
    lines = pipe.lines()
    ids = [l["id"] for l in lines if l["type"] in ("article", "reject") and l.get("op") == "new"]
    assert len(ids) == len(set(ids)) == fed, f"{len(ids)} outcomes, {len(set(ids))} different, of {fed} documents"
    assert [l["seq"] for l in lines] == list(range(1, len(lines) + 1)), "line numbers have a gap"
    print(f"{fed} documents, {len(lines)} lines: each document has one outcome")


def rate(pipe, name, n):
    """Documents a second of an honest feeder: until acked, and until each has its outcome; and the longest that one lone request took, in ms."""
    began = time.monotonic()
    pipe.feed(documents(n, name))
    acked = time.monotonic()
    pipe.settle()
    done = time.monotonic()
    took = []
    for i in range(20):
        lone = time.monotonic()
        pipe.feed(documents(1, f"{name}-lone{i}"))
        took.append(1000 * (time.monotonic() - lone))
    return n / (acked - began), n / (done - began), sorted(took)[len(took) // 2]


def spent(processes):
    """Seconds of CPU that they have had."""
    fields = [open(f"/proc/{p.pid}/stat").read().rsplit(")", 1)[1].split() for p in processes]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def beside(pipe, name, n, others):
    """An honest feeder's rate beside these processes; which share of a core they had meanwhile, and how much CPU the daemons for a document."""
    began, theirs, ours = time.monotonic(), spent(others), spent(pipe.process.values())
    got = rate(pipe, name, n)
    took = time.monotonic() - began
    return got, (spent(others) - theirs) / took, 1000 * (spent(pipe.process.values()) - ours) / (n + 20)


BURN = "import sys, time\nshare = float(sys.argv[1])\nwhile True:\n    end = time.thread_time() + share / 100\n    while time.thread_time() < end: pass\n    time.sleep((1 - share) / 100)"


def burning(share):
    """Processes that only compute, and have this share of a core together."""
    whole, rest = int(share), share % 1
    return [subprocess.Popen([sys.executable, "-c", BURN, str(s)]) for s in [1.0] * whole + ([rest] if rest > 0.02 else [])]


def stop(processes):
    for p in processes:
        p.terminate()
    for p in processes:
        p.wait()


def strangers_at(pipe, *words):
    return subprocess.Popen([f"{HERE}/doors_flood.py", pipe.at["ingest"].rsplit(":", 1)[1], *map(str, words)], stdout=subprocess.PIPE, text=True)


def descriptors(pipe):
    return len(os.listdir(f"/proc/{pipe.process['ingest'].pid}/fd"))


def measured(pipe, connections, n=20000, rounds=3):
    """An honest feeder's rate with the door flooded, by a thousand new connections a second; beside processes that only take as much CPU as the strangers'
    own did; and without either, in turn. The first and the second differ by what strangers cost us."""
    rate(pipe, "warm", n)
    calm, flooded, burnt = [], [], []
    for i in range(rounds):
        calm.append(beside(pipe, f"calm{i}", n, []))
        strangers = strangers_at(pipe, connections, 600, 1000)
        time.sleep(3)
        flooded.append(beside(pipe, f"flooded{i}", n, [strangers]))
        held = descriptors(pipe)
        stop([strangers])
        pipe.until(lambda: descriptors(pipe) < 100, "connections of strangers that are gone are still held")
        burners = burning(flooded[-1][1])
        burnt.append(beside(pipe, f"burnt{i}", n, burners))
        stop(burners)
        print("  " + "; ".join(f"{what} {r[0]:.0f}/s acked, {r[1]:.0f}/s done, a lone one after {r[2]:.0f} ms, {cpu:.2f} ms of our CPU a document"
                               for what, (r, _, cpu) in (("calm", calm[-1]), ("flooded", flooded[-1]), ("beside as much computing", burnt[-1])))
              + f"; strangers had {flooded[-1][1]:.2f} of a core; ingest holds {held} descriptors, peak memory {most_memory(pipe, 'ingest')} MB", flush=True)
    middle = lambda rows, k: sorted(r[0][k] for r in rows)[rounds // 2]
    for what, rows in (("the calm rate", calm), ("the rate beside as much computing", burnt)):
        print(f"{connections} connections of strangers: {middle(flooded, 0) / middle(rows, 0):.2f} of {what} until acked, {middle(flooded, 1) / middle(rows, 1):.2f} until done")
    silent_minute(pipe, connections, n)


def silent_minute(pipe, connections, n):
    """So many connections that say nothing are open for a minute; an honest feeder meanwhile, and before and after: all feed one story, which costs more as it grows."""
    before = rate(pipe, "before", n)
    strangers = strangers_at(pipe, connections, 72, 3000, "silence")
    time.sleep(12)
    rates, most, end = [], 0, time.monotonic() + 55
    while time.monotonic() < end:
        rates.append(rate(pipe, f"silence{len(rates)}", n))
        most = max(most, descriptors(pipe))
    said = strangers.communicate(timeout=60)[0].strip()
    pipe.until(lambda: descriptors(pipe) < 100, "connections of strangers that are gone are still held")
    after = rate(pipe, "after", n)
    acked, done = (sorted(r[k] for r in rates)[len(rates) // 2] * 2 / (before[k] + after[k]) for k in (0, 1))
    print(f"a minute of silence: {said}; ingest held {most} descriptors at most; {acked:.2f} of the rate before and after until acked, {done:.2f} until done")


def main():
    pipe = Pipe(BIN)
    try:
        if len(sys.argv) > 2:
            measured(pipe, int(sys.argv[2]))
            return
        pipe.feed(documents(100, "a"))
        pipe.settle()
        audit(pipe, 100)
        every_key_at_every_door(pipe)
        fed = 100 + keys_replaced(pipe)
        fed += keys_taken_away(pipe)
        impostor(pipe)
        fed += silent(pipe)
        unknown_key_is_told(pipe)
        fed += flood(pipe)
        lies(pipe)
        fed += slow(pipe)
        fed += paced(pipe)
        pipe.settle()
        audit(pipe, fed)
    finally:
        pipe.end()


if __name__ == "__main__":
    main()
