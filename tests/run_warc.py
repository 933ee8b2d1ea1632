#!/usr/bin/python3
"""run_warc - a web archive of 10,000 records, and a ZIP and tar, larger than one request may be, in one `wiredesk feed`: each is accounted for, in flat memory."""
import gzip, io, json, os, random, shutil, subprocess, sys, tarfile, tempfile, time, zipfile

BIN = os.path.abspath(sys.argv[1])
MIB = 1 << 20
SANITIZED = b"__asan_init" in open(f"{BIN}/wiredesk-ingest", "rb").read()  # its memory is not the product's
WORDS = "the council of port ellery voted on monday to keep night ferry after long debate residents said boat matters harbour island mayor".split()
dice = random.Random(4)
PARAGRAPHS = [" ".join(dice.choices(WORDS, k=100)) for _ in range(200)]


def record(kind, block, n, content="application/http; msgtype=response"):
    head = (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{n:032x}>\r\nWARC-Target-URI: http://post.example/{n}\r\n"
            f"WARC-Date: 2026-03-01T00:00:00Z\r\nContent-Type: {content}\r\nContent-Length: {len(block)}\r\n\r\n")
    return head.encode() + block + b"\r\n\r\n"


def page(n):
    text = " ".join(dice.choices(PARAGRAPHS, k=24))
    return f"<!DOCTYPE html><title>Article {n}</title><h1>Article {n}</h1><p>{text}</p>".encode()


def response(n):
    body, more = page(n), ""
    if n % 3 == 0:
        body, more = gzip.compress(body, 1), "Content-Encoding: gzip\r\n"
    if n % 5 == 0:
        body, more = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), more + "Transfer-Encoding: chunked\r\n"
    return record("response", f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n{more}\r\n".encode() + body, n)


def write(path, groups):
    """Ten records a group: four articles, one of them under two forms; the rest is of kinds that are no articles. Returns what must come out."""
    articles = skipped = broken = 0
    with (gzip.open if path.endswith(".gz") else open)(path, "wb") as out:
        for g in range(groups):
            n = g * 10
            records = [record("request", b"GET / HTTP/1.1\r\n\r\n", n), response(n + 1), record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", n + 2), response(n + 3),
                       record("metadata", b"a: b", n + 4, "application/warc-fields"), response(n + 5), response(n + 6),
                       record("response", b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", n + 7), response(n + 8),
                       record("response", b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n\x89PNG", n + 9)]
            articles, skipped = articles + 5, skipped + 5
            if g % 100 == 50:  # states more than it has
                records[1] = records[1].replace(b"Content-Length: ", b"Content-Length: 9")
                articles, broken = articles - 1, broken + 1
            out.write(b"".join(records))
    return articles, skipped, broken


def pack(path, members):
    """That many pages as members, with a picture, a member over the ceiling and a broken one. Returns what must come out."""
    letters = bytes(dice.choices(b"abcdefghij klmnop", k=1 << 16))
    large = letters * (50 * MIB // len(letters))
    contents = [(f"day/{i:05}.html", page(i)) for i in range(members)] + [("day/p.png", b"\x89PNG\r\n"), ("day/large.txt", large), ("day/last.txt", b"Last\n\nIt is.")]
    if path.endswith(".zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
            for name, data in contents:
                z.writestr(name, data)
    else:
        with tarfile.open(path, "w:gz" if path.endswith("gz") else "w", **({"compresslevel": 1} if path.endswith("gz") else {})) as t:
            for name, data in contents:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                t.addfile(info, io.BytesIO(data))
    return members + 1, 1, 0


def archives_are_fed_member_by_member():
    for name in ("a.zip", "b.tar", "c.tar.gz"):
        peak, ingest, size, out = run(name, 1200, pack, 1)
        print(f"{name}: 1203 members, {size / MIB:.0f} MiB; feed {peak:.0f} MiB, ingest {ingest:.0f} MiB; {out.splitlines()[0]}")
        assert "refused 1: 1 too_big" in out, out


def run(name, groups, make=None, status=0):
    state = tempfile.mkdtemp(prefix="wiredesk-warc-")
    os.makedirs(f"{state}/sock")
    path = f"{state}/{name}"
    articles, skipped, broken = (make or write)(path, groups)
    ingest = subprocess.Popen([f"{BIN}/wiredesk-ingest", "--state", state, "--log-level", "error"])
    try:
        feed = subprocess.Popen([f"{BIN}/wiredesk", "feed", "--state", state, "--wait", "60s", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        peak = 0
        while feed.poll() is None:
            time.sleep(0.02)
            try:
                peak = max(peak, high_water(feed.pid))
            except (OSError, StopIteration):
                pass
        out, err = feed.stdout.read(), feed.stderr.read()
        assert feed.returncode == status, (feed.returncode, out, err)
        assert out.startswith(f"accepted {articles + broken} documents "), out
        assert f"passed over {skipped} record" in out, out
        return peak, high_water(ingest.pid), os.path.getsize(path), out
    finally:
        ingest.terminate()
        ingest.wait()
        shutil.rmtree(state)


def high_water(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM"))


def the_filter_names_each_broken_record():
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/a.warc"
        articles, skipped, broken = write(path, 200)
        p = subprocess.run([f"{BIN}/wiredesk-ingest", "--stdio", path], capture_output=True)
        docs = [json.loads(line) for line in p.stdout.splitlines()]
        data = open(path, "rb").read()
        bad = [d["fail"]["detail"] for d in docs if "fail" in d]
        want = [f"record {n} at byte {place(data, n)} is cut off or states a wrong length" for n in (502, 1502)]
        assert len(docs) == articles + broken and bad == want, (len(docs), bad, want)
        assert f"2000 records, {skipped} of them no articles" in p.stderr.decode(), p.stderr[-300:]


def place(data, n):
    return data.index(b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%032x>" % (n - 1))


def main():
    the_filter_names_each_broken_record()
    small = run("a.warc", 400)
    for name in ("b.warc", "c.warc.gz"):
        peak, ingest, size, out = run(name, 1000)
        print(f"{name}: 10000 records, {size / MIB:.0f} MiB; feed {peak:.0f} MiB (4000 records: {small[0]:.0f}), ingest {ingest:.0f} MiB ({small[1]:.0f}); {out.splitlines()[0]}")
        assert SANITIZED or peak < small[0] * 1.2 + 4, "the feeder's memory grows with the file"
        assert SANITIZED or ingest < 400, "ingest's memory"


main()
archives_are_fed_member_by_member()
print("ok")
