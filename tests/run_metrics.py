#!/usr/bin/python3
"""run_metrics.py - five daemons at work: their /metrics are Prometheus's text, agree with /status and with each other, and keep its conventions."""
import http.client, json, os, re, shutil, signal, socket, subprocess, sys, tempfile, time

BIN = os.path.abspath(sys.argv[1])
STAGES = ("ingest", "normalize", "tag", "dedup", "report")
HISTOGRAMS = {"ingest": ("outcome_seconds", "commit_seconds", "batch_documents"), "normalize": ("work_seconds", "batch_documents"),
              "tag": ("work_seconds", "batch_documents"), "dedup": ("work_seconds", "commit_seconds", "batch_documents"),
              "report": ("work_seconds", "commit_seconds", "batch_documents", "document_seconds")}
DOCUMENTS = 12  # of examples/
failures = []


def check(true, what):
    if not true:
        failures.append(what)
        print("FAIL " + what)


def get(state, stage, path):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(f"{state}/sock/{stage}.0.http")
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer, body


def read(text):
    """({name: (type, help)}, {(name, labels): value}); every sample must stand below the head of its family."""
    families, samples, head = {}, {}, None
    for line in text.splitlines():
        if m := re.fullmatch(r"# HELP ([a-z_]+) (\S.*\.)", line):
            head, words = m.groups()
            check(head not in families, f"{head} has one head")
            families[head] = [None, words]
        elif m := re.fullmatch(r"# TYPE ([a-z_]+) (counter|gauge|histogram)", line):
            check(m[1] == head, f"the type of {m[1]} follows its help")
            families[head][0] = m[2]
        elif m := re.fullmatch(r'([a-z_]+)\{((?:[a-z]+="[^"]*",?)+)\} ([0-9.e+-]+)', line):
            name = m[1] if families[head][0] != "histogram" else re.sub("_(bucket|sum|count)$", "", m[1])
            check(name == head, f"{m[1]} stands below its head")
            check((m[1], m[2]) not in samples, f"{m[1]}{{{m[2]}}} is there once")
            samples[m[1], m[2]] = float(m[3])
        else:
            check(False, f"a line of its own kind: {line}")
    return families, samples


def conventions(stage, families, samples):
    for name, (kind, _) in families.items():
        check((kind == "counter") == name.endswith("_total"), f"{name}: counters, and only they, end in _total")
        check(not re.search("_(ms|us|ns|mb|kb|percent)(_|$)", name), f"{name}: base units")
        check(name.startswith(("wiredesk_", "process_")), f"{name} says whose it is")
    for name, labels in samples:
        check(labels.startswith(f'stage="{stage}"'), f"{name} says its stage first")
    for name in HISTOGRAMS[stage]:
        buckets = [v for (n, _), v in samples.items() if n == f"wiredesk_{name}_bucket"]
        count = samples[f"wiredesk_{name}_count", f'stage="{stage}"']
        check(buckets == sorted(buckets) and buckets[-1] == count > 0, f"{stage} {name}: buckets add up to the count: {buckets} {count}")


def lint(text, stage):
    if shutil.which("promtool") is None:
        return
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    check(done.returncode == 0 and done.stdout + done.stderr == "", f"promtool on {stage}: {done.stdout}{done.stderr}")


def run(state):
    found = {}
    subprocess.run([f"{BIN}/wiredesk", "feed", "--state", state, "--quiet", "examples"], check=True)
    done = subprocess.run([f"{BIN}/wiredesk", "status", "--state", state, "--settle", "60s"], capture_output=True, text=True)
    check(done.returncode == 0, done.stdout)
    for stage in STAGES:
        answer, text = get(state, stage, "/metrics")
        check(answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), f"{stage}: the format's version")
        families, samples = read(text)
        conventions(stage, families, samples)
        lint(text, stage)
        status = json.loads(get(state, stage, "/status")[1])
        found[stage] = (samples, status)
        value = lambda name, labels="": samples[name, f'stage="{stage}"' + labels]
        if stage != "ingest":
            check(value("wiredesk_documents_in_total") == status["in"] == DOCUMENTS, f"{stage} took {DOCUMENTS} documents: {status['in']}")
        check(value("wiredesk_ready") == 1 and status["ready"] is True, f"{stage} is ready")
        check(1e6 < value("process_resident_memory_bytes") < 4e9 and value("process_open_fds") > 5, f"{stage} knows its memory and files")
        check(value("wiredesk_log_events_total", ',level="error"') == 0, f"{stage} logged no error")
    samples, status = found["ingest"]
    outcomes = {labels: v for (name, labels), v in samples.items() if name == "wiredesk_outcomes_total"}
    check(sum(outcomes.values()) == samples["wiredesk_documents_accepted_total", 'stage="ingest"'] == DOCUMENTS, f"accepted is the sum of outcomes: {outcomes}")
    check(samples["wiredesk_outcome_seconds_count", 'stage="ingest"'] == DOCUMENTS, "each outcome has its time")
    check(found["report"][0]["wiredesk_ledger_documents", 'stage="report",outcome="rejected"'] == 1, "the ledger's rejected one")
    check(all(s["up_s"] > 0 for _, s in found.values()), "each tells how long it has been up")


def main():
    folder = tempfile.mkdtemp(prefix="wd-metrics-")
    log = open(f"{folder}/log", "w+")
    up = subprocess.Popen([f"{BIN}/wiredesk", "up", "--state", f"{folder}/state"], stdout=log, stderr=log, env={**os.environ, "WIREDESK_LOG_LEVEL": "debug"})
    try:
        for _ in range(600):
            if "daemons=5" in open(log.name).read():
                break
            time.sleep(0.1)
        run(f"{folder}/state")
        said = open(log.name).read()
        check(said.count("event=ready") == 6 and not re.search("ferry|sandbank|tram|dairy|harbour", said, re.I), "the log holds nothing of a document, at any level")
        check(all(re.match(r"[0-9T:.-]{23}Z (error|warn|info|debug) [a-z]+ event=[a-z_]+( [a-z_]+=(\"[^\"]*\"|[^ \"]+))*$", line) for line in said.splitlines()),
              "each line is time, level, program, event and pairs")
    finally:
        up.send_signal(signal.SIGTERM)
        check(up.wait(60) == 0, "they end well")
        if failures:
            print(open(log.name).read()[-3000:])
        shutil.rmtree(folder)
    print(f"{len(failures)} failures" if failures else "ok")
    return bool(failures)


sys.exit(main())
