#!/usr/bin/python3
"""run_power_loss.py - the power fails at any moment: whatever a disk may then hold, nothing acked is gone, nothing comes twice, every store opens.

Usage: run_power_loss.py BIN [STATES [DOCUMENTS [SEED]]]

ingest, dedup and report run with tests/preload.c, which records every change of the files of the three stores and every message sent. Afterwards the
machine dies at chosen records. What a disk may hold then: of each file, what was synced; of each sector of 512 bytes written since, any of its contents
since; any of the sizes since; of names made, renamed and removed, those whose folder was synced, and any of the others. Each such state is opened by the
daemons' own code (tests/audit.c) and held against all that had been said before: acks, outcomes, verdicts, lines, numbers given."""
import random
import shutil
import struct
import tempfile

from proofs import *

STATES, DOCUMENTS, SEED = argument(1, 120), argument(2, 150), argument(3, 1)
CREATED, WRITTEN, CUT, SYNCED, FOLDER_SYNCED, RENAMED, UNLINKED, FOLDER_MADE, SENT, MAPPED = range(1, 11)
HEAD, SECTOR = struct.Struct("<IIIIQQ"), 512
DAY = 86400
dice = random.Random(SEED)


# --- a run of the pipe, recorded ---

def record(state, trace, clock):
    """Bursts of news; in between stages are asked to stop, or killed, and the day changes twice."""
    shift = lambda days: open(clock, "wb").write(struct.pack("<q", days * DAY))
    shift(0)
    hooks = preloaded(root=state, trace=trace, clock=clock)
    pipe = Daemons(state, start=(), WIREDESK_JOURNAL_MAX="64M")
    traced = {"ingest": hooks, "dedup": hooks, "report": hooks}
    for stage in reversed(STAGES):
        pipe.start(stage, 0, *(("--coalesce", "200ms") if stage == "report" else ()), **traced.get(stage, {}))
    source, acked, part = news(dice), {}, DOCUMENTS // 5
    for turn in range(5):
        feeder = Feeder(f"ipc://{state}/sock/feed", dice, part, window=24, items=source)
        if turn == 2:  # while documents flow
            wait_for(10, lambda: len(feeder.acked) > part // 3)
            for stage in ("report", "dedup", "ingest"):
                with pipe.lock:
                    pipe.process[stage, 0].kill()
                    pipe.process[stage, 0].wait()
                    pipe.start(stage, 0, **hooks)
                time.sleep(0.2)
        feeder.join()
        acked.update(feeder.acked)
        if not pipe.settle(60, len(acked)):
            raise SystemExit("FAIL the recorded run does not come to rest\n" + pipe.tail_of_log())
        if turn in (0, 3):
            shift(turn + 1)
        if turn in (1, 3):
            for stage in ("report", "dedup", "ingest"):
                pipe.end(stage)
                pipe.start(stage, 0, **hooks)
    wait_for(10, lambda: pipe.status("report")["pending_stories"] == 0)
    check(pipe.stop() == [], f"a pipe with {len(acked)} documents, three kills, two restarts and two changes of the day was recorded")


def records(trace):
    """(what, durable, file, at, path, bytes) of each record."""
    data = open(trace, "rb").read()
    at = 0
    while at < len(data):
        size, path_size, what, durable, file, where = HEAD.unpack_from(data, at)
        at += HEAD.size
        yield what, durable, file, where, data[at:at + path_size].decode(), data[at + path_size:at + path_size + size]
        at += path_size + size


# --- the disk ---

class File:
    def __init__(self):
        self.now, self.safe, self.since, self.sizes = bytearray(), bytearray(), {}, [0]

    def at(self, sector):
        return bytes(self.now[sector * SECTOR:(sector + 1) * SECTOR]).ljust(SECTOR, b"\0")

    def write(self, at, data, durable, when):
        if len(self.now) < at + len(data):
            self.now.extend(bytes(at + len(data) - len(self.now)))
        self.now[at:at + len(data)] = data
        for sector in range(at // SECTOR, (at + len(data) - 1) // SECTOR + 1):
            if durable:
                self.since.pop(sector, None)
                self.harden(sector)
            else:
                self.since.setdefault(sector, []).append((when, self.at(sector)))
        if durable and len(self.safe) < at + len(data):
            self.safe.extend(bytes(at + len(data) - len(self.safe)))
        self.sizes.append(len(self.now))

    def harden(self, sector):
        end = min((sector + 1) * SECTOR, len(self.now))
        if len(self.safe) < end:
            self.safe.extend(bytes(end - len(self.safe)))
        self.safe[sector * SECTOR:end] = self.now[sector * SECTOR:end]

    def cut(self, size, when):
        for sector in range(size // SECTOR, (len(self.now) + SECTOR - 1) // SECTOR):
            keep = max(0, size - sector * SECTOR)
            self.since.setdefault(sector, []).append((when, self.at(sector)[:keep].ljust(SECTOR, b"\0")))
        del self.now[size:]
        self.now.extend(bytes(size - len(self.now)))
        self.sizes.append(size)

    def sync(self):
        self.safe[:] = self.now
        self.since, self.sizes = {}, [len(self.now)]

    def state(self, choose, size):
        """The bytes when of each sector's contents (the safe one first, as None) choose() keeps one, and size() one of the sizes."""
        data = bytearray(self.safe)
        end = max([len(data)] + [(s + 1) * SECTOR for s in self.since])
        data.extend(bytes(end - len(data)))
        for sector, contents in self.since.items():
            kept = choose(sector, contents)
            if kept is not None:
                data[sector * SECTOR:(sector + 1) * SECTOR] = kept
        n = size(self.sizes)
        return bytes(data[:n]).ljust(n, b"\0")


class Disk:
    """Files by number, names as they are on the disk for sure, and what was done to names since."""

    def __init__(self):
        self.files, self.names, self.open = {}, {}, []

    def do(self, when, what, durable, file, at, path, data):
        if what == CREATED:
            self.files[file] = File()
            self.open.append({path: file})
        elif what == WRITTEN:
            self.files[file].write(at, data, durable, when)
        elif what == CUT:
            self.files[file].cut(at, when)
        elif what == SYNCED:
            self.files[file].sync()
        elif what == FOLDER_MADE:
            self.open.append({path: "folder"})
        elif what == UNLINKED:
            self.open.append({path: None})
        elif what == RENAMED:
            old, new = path.split("\0")
            self.open.append({old: None, new: self.current()[old]})
        elif what == FOLDER_SYNCED:
            safe = [op for op in self.open if any(os.path.dirname(p) == path for p in op)]
            self.open = [op for op in self.open if op not in safe]
            self.apply(self.names, safe)

    @staticmethod
    def apply(names, ops):
        for op in ops:
            for path, file in op.items():
                if file is None:
                    names.pop(path, None)
                else:
                    names[path] = file

    def current(self):
        names = dict(self.names)
        self.apply(names, self.open)
        return names

    def crash(self, how):
        """{path: bytes} that the disk may hold."""
        names = dict(self.names)
        self.apply(names, [op for op in self.open if how.name(op)])
        made = {p for op in self.open for p, file in op.items() if file == "folder"} | {p for p, file in self.names.items() if file == "folder"}
        whole = lambda p: all(names.get(up) == "folder" for up in parents(p) if up in made)
        return {path: self.files[file].state(how.sector, how.size) for path, file in names.items() if file != "folder" and whole(path)}


def parents(path):
    while len(path) > 1:
        path = os.path.dirname(path)
        yield path


class How:
    """One way in which what was not synced may have come to the disk or not."""

    def __init__(self, disk, kind):
        self.kind = kind
        times = [t for f in disk.files.values() for versions in f.since.values() for t, _ in versions]
        self.last = dice.choice(times) if times else 0
        sectors = [(id(versions), s) for f in disk.files.values() for s, versions in f.since.items()]
        self.lone = dice.choice(sectors) if sectors else None

    def name(self, op):
        return {"nothing": False, "all": True, "one lost": True, "prefix": True}.get(self.kind, dice.random() < 0.5)

    def size(self, sizes):
        if self.kind == "nothing":
            return sizes[0]
        if self.kind in ("any", "newest or lost") and dice.random() < 0.5:
            return dice.choice(sizes)
        return sizes[-1]

    def sector(self, sector, contents):
        newest = contents[-1][1]
        if self.kind == "nothing":
            return None
        if self.kind == "all":
            return newest
        if self.kind == "one lost":
            return None if (id(contents), sector) == self.lone else newest
        if self.kind == "one kept":
            return newest if (id(contents), sector) == self.lone else None
        if self.kind == "newest or lost":
            return newest if dice.random() < 0.5 else None
        if self.kind == "prefix":  # in the order of writing, the last write torn
            kept = [c for t, c in contents if t < self.last or (t == self.last and dice.random() < 0.5)]
            return kept[-1] if kept else None
        pick = dice.randrange(len(contents) + 1)
        return contents[pick - 1][1] if pick else None


KINDS = ("any", "newest or lost", "prefix", "one lost", "nothing", "one kept", "all")


# --- what had been said ---

class Said:
    def __init__(self):
        self.acked, self.outcomes, self.verdicts, self.lines, self.seq = set(), set(), set(), {}, 0

    def hear(self, data):
        if data[:1] == b"{":
            line = json.loads(data)
            self.lines[line["seq"]] = data
            return
        topic = data[16:17] and 0x80 <= data[16] <= 0xdf and (b"\xa4kind" in data[:40])
        try:
            message = msgpack.unpackb(data[16:] if topic else data, strict_map_key=False)
        except (ValueError, msgpack.exceptions.UnpackException):
            return
        if not isinstance(message, dict):
            return
        if topic and message.get("kind") == "outcome":
            self.outcomes.add(message["key"])
        elif message.get("status") == "ok":
            self.acked.update(message["keys"])
        elif message.get("to") == "report" and "fail" not in message:
            self.verdicts.add(message["key"])
        elif message.get("to") == "normalize":
            self.seq = max(self.seq, message["seq"])


def faults(state, said, final):
    found = Stores(state)
    if found.trouble:
        return [found.trouble]
    bad, have = found.faults(), {key for key, _ in found.outcomes}
    hashes = dict(found.judged)
    for what, keys in (("acked documents are gone", said.acked - have - set(found.held)), ("outcomes that were told are gone", said.outcomes - have),
                       ("verdicts that were sent on are gone", said.verdicts - set(hashes)),
                       ("verdicts have changed", {key for key, h in hashes.items() if final.get(key, h) != h})):
        if keys:
            bad.append(f"{len(keys)} {what}, e.g. {sorted(keys)[:2]}")
    gone = [seq for seq, line in said.lines.items() if seq > len(found.lines) or found.lines[seq - 1] != line]
    if gone:
        bad.append(f"{len(gone)} lines that were published are gone or others, e.g. {gone[:3]}")
    if found.accepted < said.seq:
        bad.append(f"number {said.seq} was given out, and the journal would give it again: it has {found.accepted}")
    return bad


def crash_states(trace, chosen):
    """(which record it was, what had been said, kind, {path: bytes}) for each chosen record; chosen: {record: [kind...]}"""
    disk, said = Disk(), Said()
    for when, (what, *rest) in enumerate(records(trace)):
        if when in chosen:
            for kind in chosen[when]:
                yield when, said, kind, disk.crash(How(disk, kind))
        if what == SENT:
            said.hear(rest[-1])
        else:
            disk.do(when, what, *rest)


def main():
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    room = os.path.realpath(tempfile.mkdtemp(prefix="wd-power-", dir=base))
    state, trace = f"{room}/state", f"{room}/trace"
    record(state, trace, f"{room}/clock")
    seen = collections.Counter()
    places = []
    for when, (what, *_) in enumerate(records(trace)):
        seen[what] += 1
        places += [when] * (1 if what == SENT else 4 if what == WRITTEN else 12)
    check(seen[WRITTEN] > DOCUMENTS and seen[SENT] > DOCUMENTS, "the recording holds what the daemons wrote and said")
    check(seen[MAPPED] == 0, "no store writes through a shared mapping")
    print(f"     recorded: {seen[WRITTEN]} writes, {seen[SYNCED]} syncs of files and {seen[FOLDER_SYNCED]} of folders, {seen[CREATED]} files made, "
          f"{seen[RENAMED]} renamed, {seen[UNLINKED]} removed, {seen[CUT]} cut, {seen[SENT]} messages")
    quiet = Stores(state)
    check(quiet.faults() == [], f"nothing is wrong with the stores when nothing was lost: {quiet.faults()[:2] or ''}")
    chosen = collections.defaultdict(list)
    for i in range(STATES):
        chosen[dice.choice(places)].append(KINDS[i % len(KINDS)])
    done, bad, again = 0, [], f"{room}/again"
    for when, said, kind, files in crash_states(trace, chosen):
        shutil.rmtree(again, ignore_errors=True)
        for path, data in files.items():
            there = again + path[len(state):]
            os.makedirs(os.path.dirname(there), exist_ok=True)
            open(there, "wb").write(data)
        os.makedirs(again, exist_ok=True)
        found = faults(again, said, dict(quiet.judged))
        done += 1
        if found:
            bad.append((when, kind, found))
            if os.environ.get("PROOF_KEEP"):
                shutil.copytree(again, f"{os.environ['PROOF_KEEP']}/{when}-{kind.replace(' ', '-')}", dirs_exist_ok=True)
    for when, kind, found in bad[:int(os.environ.get("PROOF_TELL", "12"))]:
        print(f"     record {when}, {kind}: {'; '.join(found)[:300]}")
    check(not bad, f"{done} states that a power loss may leave were opened: {len(bad)} of them lost or repeated something")
    if not bad or not os.environ.get("PROOF_KEEP"):
        shutil.rmtree(room)


main()
finish()
