"""The items that executors compute: the same ids give the same results as the C++ ones of the same names."""

import os
import socket
import struct
import threading

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15


def chain(steps, item):
    """integer_chain(item, steps) of workloads/cpu/integer_chain.h."""
    x = (item + GOLDEN) & MASK
    for _ in range(steps):
        x = ((x ^ (x >> 32)) * 0xD6E8FEB86659FD93) & MASK
    return x


def checksum(item):
    """item_checksum(item) of workloads/io/item_checksum.h: what a delay server answers."""
    x = (item + GOLDEN) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def encoded(item, delay_us):
    """A request as delay_protocol.h has it."""
    return struct.pack("=QI", item, delay_us)


def decoded(answer):
    return struct.unpack("=Q", answer)[0]


_connections = threading.local()


def request(port, delay_us, item):
    """Asks a delay server over this thread's connection, and waits for the answer."""
    connection = getattr(_connections, "socket", None)
    if connection is None or _connections.key != (port, os.getpid()):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _connections.socket, _connections.key = connection, (port, os.getpid())
    connection.sendall(encoded(item, delay_us))
    answer = b""
    while len(answer) < 8:
        part = connection.recv(8 - len(answer))
        if not part:
            raise RuntimeError("the delay server closed the connection")
        answer += part
    return decoded(answer)


class DelayServer:
    """The C++ delay server, a process of its own; its port, for as long as the block lasts."""

    def __init__(self, program):
        self._program = program

    def __enter__(self):
        import subprocess

        self._process = subprocess.Popen([self._program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        port = self._process.stdout.readline()
        if not port:
            self._process.communicate()
            raise RuntimeError("the delay server {} did not start: its own words are above".format(self._program))
        return int(port)

    def __exit__(self, *_):
        self._process.communicate()  # it ends with its standard input
