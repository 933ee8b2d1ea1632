#!/usr/bin/python3
"""run_sandbox.py - what each daemon has given up once it is ready, told by the kernel; and that what it gave up cannot be done."""
import ctypes, errno, http.client, json, os, pathlib, re, shutil, signal, socket, subprocess, sys, tempfile, time

BIN = os.path.abspath(sys.argv[1])
STAGES = ("ingest", "normalize", "tag", "dedup", "report")
PROGRAM = open(f"{BIN}/wiredesk-tag", "rb").read()
SANITIZED, CHAOS = b"__asan_init" in PROGRAM, b"WIREDESK_FORBIDDEN" in PROGRAM
ACTS = {"exec", "fork", "read", "list", "write", "code", "make_code", "listen", "packets", "kill", "unshare", "mount", "limit"}
ALLOWED = {"fork", "kill"} if SANITIZED else set()  # the leak check works in a copy of the process
libc = ctypes.CDLL(None, use_errno=True)
LANDLOCK = libc.syscall(444, None, 0, 1) >= 1
SECCOMP = os.path.exists("/proc/sys/kernel/seccomp/actions_avail") and os.uname().machine in ("x86_64", "aarch64")
failures = []


def check(true, what):
    if not true:
        failures.append(what)
        print("FAIL " + what)


def get(state, stage, path):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    folder = os.open(f"{state}/sock", os.O_PATH)
    connection.sock.connect(f"/proc/self/fd/{folder}/{stage}.0.http")
    os.close(folder)
    connection.request("GET", path)
    try:
        return connection.getresponse().read().decode()
    finally:
        connection.close()


class Pipe:
    """The five daemons by `wiredesk up`, in a state directory whose name is too long for a socket and whose ledger lies elsewhere."""

    def __init__(self, preexec=None, **environment):
        self.folder = tempfile.mkdtemp(prefix="wd-sandbox-")
        self.state = f"{self.folder}/{'long' * 25}"
        os.makedirs(f"{self.folder}/elsewhere", 0o700)
        os.makedirs(self.state, 0o700)
        os.symlink(f"{self.folder}/elsewhere", f"{self.state}/report")
        self.log = open(f"{self.folder}/log", "w+")
        self.up = subprocess.Popen([f"{BIN}/wiredesk", "up", "--state", self.state], stdout=self.log, stderr=self.log, env={**os.environ, **environment}, preexec_fn=preexec)

    def __enter__(self):
        for _ in range(600):
            if "daemons=5" in self.said() or self.up.poll() is not None:
                break
            time.sleep(0.1)
        check("daemons=5" in self.said(), "all are up")
        return self

    def __exit__(self, *_):
        self.up.send_signal(signal.SIGTERM)
        check(self.up.wait(60) == 0, "they end well")
        if failures:
            print(self.said()[-4000:])
        shutil.rmtree(self.folder)

    def said(self):
        return open(self.log.name).read()

    def status(self, stage):
        return json.loads(get(self.state, stage, "/status"))


def facts_of_every_thread(stage, pid):
    want = {"NoNewPrivs": "1", "CapEff": "0" * 16, "CapPrm": "0" * 16, **({"Seccomp": "2"} if SECCOMP else {})}
    threads = os.listdir(f"/proc/{pid}/task")
    check(len(threads) > 2, f"{stage} has threads")
    for thread in threads:
        try:
            status = open(f"/proc/{pid}/task/{thread}/status").read()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has answered a request and is gone
        lines = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        for name, value in want.items():
            check(lines[name] == value, f"{stage} {pid}/{thread}: {name} is {lines[name]}, want {value}")


def limits(stage, pid):
    got = {line[:25].strip(): line[25:].split()[:2] for line in open(f"/proc/{pid}/limits").read().splitlines()[1:]}
    check(got["Max core file size"] == ["0", "0"], f"{stage}: no core: {got['Max core file size']}")
    check(int(got["Max open files"][1]) <= 5000 and got["Max open files"][0] == got["Max open files"][1], f"{stage}: files {got['Max open files']}")
    if not SANITIZED:
        check(got["Max data size"] == [str(2 << 30)] * 2, f"{stage}: memory {got['Max data size']}")


def told(pipe, stage):
    sandbox = pipe.status(stage)["sandbox"]
    want = {"no_new_privileges": True, "no_capabilities": True, "no_core_dumps": True, "landlock": LANDLOCK, "seccomp": SECCOMP}
    lack = " and ".join(["landlock"] * (not LANDLOCK) + ["seccomp"] * (not SECCOMP))
    check({k: v for k, v in sandbox.items() if k != "lack"} == want, f"{stage} tells {sandbox}")
    check(get(pipe.state, stage, "/healthz") == "ok\n" + (f"sandbox: without {lack}\n" if lack else ""), f"{stage}: health tells what it lacks")


def a_pipe_at_work_has_given_up_all_that_it_can():
    with Pipe(WIREDESK_MEMORY_MAX="0" if SANITIZED else "2G", WIREDESK_FILES_MAX="5000") as pipe:
        subprocess.run([f"{BIN}/wiredesk", "feed", "--state", pipe.state, "--quiet", "examples"], check=True)
        done = subprocess.run([f"{BIN}/wiredesk", "status", "--state", pipe.state, "--settle", "60s"], capture_output=True, text=True)
        check(done.returncode == 0, done.stdout)
        for stage in STAGES:
            pid = pipe.status(stage)["pid"]
            facts_of_every_thread(stage, pid)
            limits(stage, pid)
            told(pipe, stage)
        for _ in range(100):
            pages = list(pathlib.Path(pipe.folder, "elsewhere", "pages").rglob("*.html"))
            if pages:
                break
            time.sleep(0.1)
        check(pages, "stores behind a symbolic link are written to")
        check(" error " not in pipe.said() and " warn " not in pipe.said(), "and nobody complains")


def what_is_given_up_cannot_be_done():
    if not CHAOS:
        return print("not a build with -DCHAOS=ON: nothing forbidden is tried")
    for stage in STAGES:
        with Pipe(WIREDESK_FORBIDDEN=stage) as pipe:
            tried = {m[1]: (m[2], m[3]) for m in re.finditer(r"event=forbidden act=(\w+) done=(\w+) errno=(\w+)", pipe.said())}
        check(set(tried) == ACTS, f"{stage} tried {sorted(tried)}")
        if not (LANDLOCK and SECCOMP):
            continue
        for act, (done, why) in tried.items():
            check(act in ALLOWED or (done == "no" and why in ("EACCES", "EPERM", "ENOSYS")), f"{stage}: {act} done={done} {why}")


def told_to_keep_all_it_says_so():
    with Pipe(WIREDESK_SANDBOX="off", WIREDESK_CORE_DUMPS="1") as pipe:
        check(get(pipe.state, "tag", "/healthz") == "ok\nsandbox: off\n", "health tells that it is off")
        pid = pipe.status("tag")["pid"]
        check("Seccomp:\t0" in open(f"/proc/{pid}/status").read(), "and it is off")


class Rule(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_uint16), ("rules", ctypes.POINTER(Rule))]


def without_calls(*numbers):
    """Makes this process, and what it starts, one whose kernel does not know these system calls: as an old kernel."""
    words = [Rule(0x20, 0, 0, 0)]  # load the call's number
    for i, number in enumerate(numbers):
        words.append(Rule(0x15, len(numbers) - i, 0, number))  # if it is one of them: to the last word
    words += [Rule(0x06, 0, 0, 0x7FFF0000), Rule(0x06, 0, 0, 0x00050000 | errno.ENOSYS)]
    rules = (Rule * len(words))(*words)
    program = Program(len(words), rules)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, ctypes.byref(program), 0, 0) != 0:
        os._exit(77)


LANDLOCK_CALLS, SECCOMP_CALL = (444, 445, 446), {"x86_64": 317, "aarch64": 277}.get(os.uname().machine, 0)


def on_an_older_kernel_it_runs_and_says_what_it_lacks():
    if not SECCOMP:
        return print("no seccomp here: no older kernel can be played")
    for calls, lack in ((LANDLOCK_CALLS, "without landlock"), ((*LANDLOCK_CALLS, SECCOMP_CALL), "without landlock and seccomp")):
        with Pipe(preexec=lambda: without_calls(*calls), WIREDESK_MEMORY_MAX="0" if SANITIZED else "1G") as pipe:
            subprocess.run([f"{BIN}/wiredesk", "feed", "--state", pipe.state, "--quiet", "examples"], check=True)
            done = subprocess.run([f"{BIN}/wiredesk", "status", "--state", pipe.state, "--settle", "60s"], capture_output=True, text=True)
            check(done.returncode == 0 and lack in done.stdout, f"{lack}: all documents have their outcome, and status tells it: {done.stdout}")
            for stage in STAGES:
                check(get(pipe.state, stage, "/healthz") == f"ok\nsandbox: {lack}\n", f"{stage}: health says {lack}")
                facts = pipe.status(stage)["sandbox"]
                check(facts["landlock"] is False and facts["no_capabilities"] and facts["no_core_dumps"], f"{stage} tells {facts}")
            check(pipe.said().count("without=landlock") == 5, "the log says it once a daemon")
        done = subprocess.run([f"{BIN}/wiredesk-tag", "--state", f"{tempfile.gettempdir()}/wd-never", "--sandbox", "require"], capture_output=True, text=True,
                              preexec_fn=lambda: without_calls(*calls), timeout=30)
        shutil.rmtree(f"{tempfile.gettempdir()}/wd-never", ignore_errors=True)
        check(done.returncode == 64 and "no landlock" in done.stderr, f"told to require it, it does not run: {done.returncode} {done.stderr}")


def memory_beyond_the_limit_fails_one_document():
    """A document that asks for more than --memory-max is rejected; its worker lives on, and its neighbours are reported."""
    if SANITIZED or not CHAOS:
        return print("no memory limit in this build, or nobody eats memory: not tried")
    with Pipe(WIREDESK_MEMORY_MAX="1G", WIREDESK_POISON="tag") as pipe:
        pid = pipe.status("tag")["pid"]
        texts = ["Vesaro POISON-MEMORY demuli.", *(f"Harbour {n}\n\nHarbour number {n} was quiet on Monday." for n in range(20))]
        lines = "".join(json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(texts))
        subprocess.run([f"{BIN}/wiredesk", "feed", "--state", pipe.state, "--quiet", "--type", "application/jsonl", "-"], input=lines, text=True, check=True)
        done = subprocess.run([f"{BIN}/wiredesk", "status", "--state", pipe.state, "--settle", "60s"], capture_output=True, text=True)
        journal = pipe.status("ingest")["journal"]
        check(done.returncode == 0 and journal["rejected"] == 1 and journal["reported"] + journal["duplicate"] == 20, f"one is rejected: {journal}")
        check(pipe.status("tag")["pid"] == pid, "and the worker lives on")


def names_are_looked_up_all_the_same():
    state = tempfile.mkdtemp(prefix="wd-sandbox-")
    log = open(f"{state}/log", "w")
    tag = subprocess.Popen([f"{BIN}/wiredesk-tag", "--state", state, "--next", "tcp://localhost:1"], stderr=log)
    try:
        for _ in range(300):
            try:
                if json.loads(get(state, "tag", "/status"))["connected"] >= 1:
                    break
            except OSError:
                pass
            time.sleep(0.1)
        else:
            check(False, "the name localhost is found")
    finally:
        tag.terminate()
        check(tag.wait(30) == 0, "it ends well")
        shutil.rmtree(state)


def what_is_required_and_not_there_ends_it():
    for words, status, line in [(["--sandbox", "maybe"], 64, "must be auto, require or off"), (["--sandbox", "require"], 0, "")]:
        done = subprocess.run([f"{BIN}/wiredesk-tag", "--state", "/tmp", "--check", *words], capture_output=True, text=True)
        check(done.returncode == status and line in done.stderr, f"{words}: {done.returncode} {done.stderr}")


for test in (a_pipe_at_work_has_given_up_all_that_it_can, what_is_given_up_cannot_be_done, told_to_keep_all_it_says_so,
             on_an_older_kernel_it_runs_and_says_what_it_lacks, memory_beyond_the_limit_fails_one_document,
             names_are_looked_up_all_the_same, what_is_required_and_not_there_ends_it):
    test()
    print(("FAIL " if failures else "ok   ") + test.__name__.replace("_", " "))
sys.exit(bool(failures))
