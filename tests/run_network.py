#!/usr/bin/python3
"""run_network.py - each stage on a network of its own: every link is cut in turn, packets are lost, a worker is slow; nothing is lost, nobody rejected for it.

Usage: run_network.py BIN [SECONDS [LOSS_SECONDS [LINKS]]]   (how long each of the first LINKS links is cut, how long one packet in twenty is lost)

Each stage lives in a network namespace behind a cable (veth) to a bridge. A link is cut by giving each end a wrong hardware address of the other, so that
packets arrive nowhere and nobody is told. Needs root, or user namespaces; packets are lost by tc's netem or iptables' statistic, whichever there is."""
import shutil
import tempfile

from proofs import *

SECONDS, LOSS, LINKS = argument(1, 3.0), argument(2, 5.0), argument(3, 2)
ADDRESS = {stage: f"10.77.0.{10 + i}" for i, stage in enumerate(STAGES)}
FEEDER = "10.77.0.1"
CUTS = (("report", "ingest"), ("tag", "dedup"), ("ingest", "normalize"), ("normalize", "tag"), ("dedup", "report"), ("feeder", "ingest"))
dice = random.Random(10)


def own_network():
    """This program again, in a network namespace of its own; 77 where that is not allowed."""
    alone = ["unshare", *(() if os.getuid() == 0 else ("--user", "--map-root-user")), "--net"]
    if os.environ.get("PROOF_NETWORK"):
        return
    tried = subprocess.run([*alone, "sh", "-c", "ip link add end0 type veth peer name end1 && ip link add bridge0 type bridge"], capture_output=True)
    if tried.returncode != 0:
        print("skipped: needs network namespaces: root or user namespaces, and iproute2")
        sys.exit(77)
    os.execvpe(alone[0], [*alone, *sys.argv], {**os.environ, "PROOF_NETWORK": "1"})


def ip(*words, stage=None):
    subprocess.run([*inside.get(stage, ()), "ip", *words], check=True)


inside, holders = {}, []  # how to get into a stage's network; who keeps it


def lay_cables():
    ip("link", "set", "lo", "up")
    ip("link", "add", "bridge", "type", "bridge")
    ip("link", "set", "bridge", "up")
    ip("address", "add", f"{FEEDER}/24", "dev", "bridge")
    for stage, address in ADDRESS.items():
        holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        holder.stdout.readline()
        holders.append(holder)
        inside[stage] = ("nsenter", f"--net=/proc/{holder.pid}/ns/net")
        ip("link", "add", f"to_{stage}", "type", "veth", "peer", "name", "cable", "netns", str(holder.pid))
        ip("link", "set", f"to_{stage}", "master", "bridge", "up")
        ip("link", "set", "lo", "up", stage=stage)
        ip("address", "add", f"{address}/24", "dev", "cable", stage=stage)
        ip("link", "set", "cable", "up", stage=stage)


def cut(a, b, apart):
    """Whatever a and b send each other is lost, or no longer."""
    for at, other in ((a, b), (b, a)):
        where = ("dev", "bridge" if at == "feeder" else "cable")
        stage, address = None if at == "feeder" else at, FEEDER if other == "feeder" else ADDRESS[other]
        if apart:
            ip("neighbour", "replace", address, "lladdr", "02:00:00:00:00:99", "nud", "permanent", *where, stage=stage)
        else:
            ip("neighbour", "del", address, *where, stage=stage)


def lose(stage, begin):
    """One packet in twenty that comes to the stage. False: this machine has nothing that loses packets."""
    netem = ("tc", "qdisc", "add" if begin else "del", "dev", "cable", "root", *(("netem", "loss", "5%") if begin else ()))
    tables = ("iptables", "-A" if begin else "-D", "INPUT", "-m", "statistic", "--mode", "random", "--probability", "0.05", "-j", "DROP")
    for name, words in (("netem", netem), ("iptables", tables)):
        try:
            if subprocess.run([*inside[stage], *words], capture_output=True).returncode == 0:
                return name
        except FileNotFoundError:
            pass
    return None


def options(stage):
    given = ["--trusted-network", "--listen", f"tcp://{ADDRESS[stage]}:{5550 + STAGES.index(stage)}"]
    if stage != "report":
        after = STAGES[STAGES.index(stage) + 1]
        given += ["--next", f"tcp://{ADDRESS[after]}:{5550 + STAGES.index(after)}"]
    if stage != "ingest":
        given += ["--returns", f"tcp://{ADDRESS[stage]}:{5560 + STAGES.index(stage)}"]
    else:
        for other in STAGES[1:]:
            given += ["--outcomes", f"tcp://{ADDRESS[other]}:{5560 + STAGES.index(other)}"]
    return given


def flows(pipe, n=20, seconds=60):
    before = pipe.status()["journal"]["in_flight"], pipe.status()["journal"]["accepted"]
    done = lambda j: j["accepted"] - j["in_flight"]
    return wait_for(seconds, lambda: done(pipe.status()["journal"]) >= before[1] - before[0] + n)


def resends(pipe):
    sender = pipe.status()["sender"]
    return sender["resends"] + sender["probes"]


def main():
    lay_cables()
    state = tempfile.mkdtemp(prefix="wd-net-")
    pipe = Daemons(state, start=(), before=inside)
    for stage in reversed(STAGES):
        pipe.start(stage, 0, *options(stage))
    feeder = Feeder(f"tcp://{ADDRESS['ingest']}:5550", dice, rate=60)
    check(pipe.up() and flows(pipe), "five stages on five networks, and documents flow")
    for a, b in CUTS[:LINKS]:
        before, fed = resends(pipe), len(feeder.acked)
        cut(a, b, True)
        time.sleep(SECONDS)
        cut(a, b, False)
        began = time.monotonic()
        check(flows(pipe), f"{a} and {b} were apart for {SECONDS:.0f} s, {time.monotonic() - began:.1f} s later documents flow again "
              f"({resends(pipe) - before} of {len(feeder.acked) - fed} sent again)")
    if LOSS > 0:
        means = {lose(stage, True) for stage in STAGES}
        if None in means:
            print("     packets are not lost at every stage: this machine has neither netem nor iptables' statistic, or not in all namespaces; not tried")
            for stage in STAGES:
                lose(stage, False)
        else:
            before, fed, began = resends(pipe), pipe.status()["journal"]["accepted"], time.monotonic()
            time.sleep(LOSS)
            check(flows(pipe), f"one packet in twenty is lost at every stage ({', '.join(means)}): {(pipe.status()['journal']['accepted'] - fed) / (time.monotonic() - began):.0f} "
                  f"documents a second still flow, {resends(pipe) - before} sent again")
            for stage in STAGES:
                lose(stage, False)
    feeder.stop()
    check(pipe.settle(180, len(feeder.acked)), f"all {len(feeder.acked)} documents have their outcome")
    sender = pipe.status()["sender"]
    check(pipe.stop() == [], "all end well, and none before it was asked")
    found = Stores(state)
    lost = found.at_rest(feeder.acked)
    check(lost == [], f"each has one outcome and one line: {lost or found.counts()}")
    unreadable = sum(number % 100 == 13 for number in feeder.acked.values())
    check(found.counts().get("rejected", 0) == unreadable, f"none is rejected but the {unreadable} that nobody can read")
    print(f"     {sender['resends']} sent again, {sender['probes']} probes, {sender['false_resends']} of all for nothing")
    shutil.rmtree(state)


own_network()
try:
    main()
finally:
    for holder in holders:
        holder.kill()
finish()
