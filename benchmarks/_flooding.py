"""A tenant that behaves, beside one that sends without end.

What sends takes its part of the machine: so the same client sends the same bytes to a server that is
not ours as well, and answers at once. What that costs the one that behaves is the client's doing, and
the rest is ours.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from benchmarks._sending import Client, Server

ROUNDS, SECONDS, CONNECTIONS = 4, 6, 4
# As ours answers, without anything done for it.
CANNED = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
    b"Content-Length: 66\r\n\r\n"
    b'{"code": "too_many", "message": "Too many messages; send again."}\n'
)
FORKED = multiprocessing.get_context("fork")


def flood(
    server: Server, *, calm: str, loud: str, bodies: Sequence[bytes]
) -> Mapping[str, list[float]]:
    """Returns milliseconds of each request of the one that behaves: alone, beside the other's client
    that sends to a server that is not ours, and beside the flood. In turns, since what else the
    machine does changes."""
    found: dict[str, list[float]] = defaultdict(list)
    told: dict[str, list[int]] = {"elsewhere": [0, 0], "here": [0, 0]}
    further = iter(bodies)
    batches = min(SECONDS * 10, len(bodies) // (ROUNDS * 3))

    def pace(label: str) -> None:
        part = [next(further) for _number in range(batches)]
        found[label].extend(server.pace(calm, part, SECONDS))

    with _elsewhere() as port:
        for _round in range(ROUNDS):
            pace("one tenant, 1,000 events/s")
            with _sending(port, loud, bodies[:200], told["elsewhere"]):
                pace("beside the same client, sent elsewhere")
            with _sending(server.port, loud, bodies[:200], told["here"]):
                pace("beside the flood")
    for name, (sent, refused) in told.items():
        print(f"the flood, sent {name}: {sent} requests, {refused} of them answered 429")
    return found


@contextmanager
def _sending(port: int, key: str, bodies: Sequence[bytes], told: list[int]) -> Iterator[None]:
    """The flood, meanwhile; adds to `told` how many requests were sent, and how many refused."""
    # In a process of its own, or it would hold up the one that behaves before it has sent.
    ending, answers = FORKED.Event(), FORKED.Queue()
    loud_one = FORKED.Process(target=_send_without_end, args=[port, key, bodies, ending, answers])
    loud_one.start()
    try:
        yield
    finally:
        ending.set()
        sent, refused = answers.get()
        loud_one.join()
        told[0] += sent
        told[1] += refused


def _send_without_end(
    port: int, key: str, bodies: Sequence[bytes], ending: Any, answers: Any
) -> None:
    """Several connections that send on whatever they are told; puts how many requests that were, and
    how many of them were refused."""
    told: list[int] = []

    def work() -> None:
        client = Client(port, key)
        while not ending.is_set():
            told.extend(client.post(body)[0] for body in bodies[:20])

    workers = [threading.Thread(target=work) for _number in range(CONNECTIONS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    answers.put((len(told), told.count(429)))


@contextmanager
def _elsewhere() -> Iterator[int]:
    """A process that reads requests and refuses each; the port it listens on."""
    ports = FORKED.Queue()
    process = FORKED.Process(target=_refuse_everything, args=[ports], daemon=True)
    process.start()
    try:
        yield ports.get(timeout=30)
    finally:
        process.terminate()
        process.join()


def _refuse_everything(ports: Any) -> None:
    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Refusing, "127.0.0.1", 0)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


class _Refusing(asyncio.Protocol):
    """Reads a request to the end of its body, and refuses it."""

    def __init__(self) -> None:
        self.read = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, body = self.read.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) >= length:
            self.read = body[length:]
            self.transport.write(CANNED)
