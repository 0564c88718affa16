"""The convoy: a thread that answers UDP datagrams beside threads that compute; the client is another process."""

import json
import os
import socket
import threading
import time

import items

FAST_NS, SLOW_NS = 1_000_000, 2_500_000
PATIENCE_S = 30


def run(burners, seconds):
    """Answers for so long; what the client saw: round trips, their time, percentiles in nanoseconds."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    reader, writer = os.pipe()
    client = os.fork()
    if client == 0:
        try:
            os.write(writer, json.dumps(_client(server.getsockname(), seconds)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    stop = threading.Event()
    for target in [lambda: _echo(server)] + [lambda: _burn(stop)] * burners:
        threading.Thread(target=target, daemon=True).start()
    with os.fdopen(reader) as pipe:
        answer = pipe.read()
    stop.set()
    os.waitpid(client, 0)
    if not answer:
        raise RuntimeError("the client of the echo failed; no answer for {} s, perhaps".format(PATIENCE_S))
    return json.loads(answer)


def _echo(server):
    while True:
        message, sender = server.recvfrom(64)
        server.sendto(message, sender)


def _burn(stop):
    while not stop.is_set():
        items.chain(200, 1)


def _client(address, seconds):
    connection = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    connection.connect(address)
    connection.settimeout(PATIENCE_S)
    trips = []
    clock = time.perf_counter_ns
    begin = now = clock()
    end = begin + int(seconds * 1e9)
    while now < end:
        connection.send(b"x")
        connection.recv(64)
        before, now = now, clock()
        trips.append(now - before)
    return figures(trips, now - begin)


def figures(trips, total_ns):
    trips.sort()
    count = len(trips)
    return {
        "trips": count,
        "seconds": total_ns / 1e9,
        "p50_ns": trips[count // 2],
        "p90_ns": trips[count * 9 // 10],
        "p99_ns": trips[count * 99 // 100],
        "fast_share": sum(trip < FAST_NS for trip in trips) / count,
        "slow_share": sum(trip >= SLOW_NS for trip in trips) / count,
    }
