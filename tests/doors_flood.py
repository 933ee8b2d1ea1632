#!/usr/bin/python3
"""doors_flood.py - keeps N connections of strangers open at a port: noise, silence, half a greeting, lengths that lie, drips.

PORT N SECONDS [NEW_A_SECOND [KIND...]]"""
import errno
import os
import resource
import selectors
import socket
import sys
import time

GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"CURVE".ljust(20, b"\0") + bytes(32)
HELLO = b"\x04\xc8\x05HELLO\x01\x00" + bytes(72) + os.urandom(32) + bytes(8) + os.urandom(80)
KINDS = {  # what a stranger says once it is connected
    "silence": b"",
    "noise": os.urandom(4096),
    "half a greeting": GREETING[:30],
    "an old greeting": b"\x01\x00" + b"\x05\x00hello",
    "a request of HTTP": b"GET /status HTTP/1.1\r\nHost: x\r\n\r\n",
    "no mechanism": GREETING[:12] + b"NULL".ljust(20, b"\0") + bytes(32),
    "a greeting and silence": GREETING,
    "a command of 2^62 bytes": GREETING + b"\x06" + (1 << 62).to_bytes(8, "big") + b"\x05HELLO",
    "a message of 60 MiB before the handshake": GREETING + b"\x02" + (60 << 20).to_bytes(8, "big") + bytes(2000),
    "a command of 60 MiB that drips": GREETING + b"\x06" + (60 << 20).to_bytes(8, "big") + b"\x05HELLO" + bytes(2000),
    "a hello that is none": GREETING + HELLO,
}


def one(port):
    s = socket.socket()
    s.setblocking(False)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    rc = s.connect_ex(("127.0.0.1", port))
    if rc not in (0, errno.EINPROGRESS):
        s.close()
        return None
    return s


def flood(port, n, seconds, a_second, kinds):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    poll = selectors.EpollSelector()
    held, made, ended, most, least = {}, 0, 0, 0, n
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        due = min(n - len(held), int((time.monotonic() - began + 1) * a_second) - made, 200)
        for _ in range(due):
            said = kinds[made % len(kinds)]
            s = one(port)
            if s is None:
                break
            held[s] = said
            poll.register(s, selectors.EVENT_READ | (selectors.EVENT_WRITE if said else 0))
            made += 1
        most = max(most, len(held))
        if time.monotonic() - began > seconds / 6:
            least = min(least, len(held))
        for key, events in poll.select(0.05 if due > 0 else 0.2):
            s, over = key.fileobj, False
            try:
                if events & selectors.EVENT_WRITE:
                    s.send(held[s])
                    poll.modify(s, selectors.EVENT_READ)
                elif not s.recv(4096):
                    over = True
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                over = True
            if over:
                poll.unregister(s)
                s.close()
                del held[s]
                ended += 1
    print(f"{made} connections of {len(kinds)} kinds made, {ended} ended by the other side, {most} open at once at most, {least} at least after a sixth of the time", flush=True)


if __name__ == "__main__":
    port, n, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    flood(port, n, seconds, float(sys.argv[4]) if len(sys.argv) > 4 else n, [KINDS[k] for k in sys.argv[5:]] or list(KINDS.values()))
