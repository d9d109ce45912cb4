"""The web server as `make run` starts it, and what sends to it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

from django.conf import settings


class Server:
    """The web server as `make run` starts it."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "config.wsgi", f"--bind=127.0.0.1:{self.port}"),
                *("--preload", "--workers=2", "--threads=4", "--log-level=error"),
                "--no-control-socket",
            ],
            cwd=settings.BASE_DIR,
            env={**os.environ, "LOG_LEVEL": "WARNING"},
            start_new_session=True,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self.process.poll() is None, "the server ended"
                time.sleep(0.1)
            else:
                return
        raise TimeoutError

    def end(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def send(self, key: str, bodies: Sequence[bytes], threads: int) -> tuple[float, list[float]]:
        """Send all of it as fast as it is taken; returns seconds, and milliseconds of each."""
        latencies: list[float] = []

        def work(part: Sequence[bytes]) -> None:
            client = Client(self.port, key)
            for body in part:
                status, milliseconds = client.post(body)
                assert status == 200, status
                latencies.append(milliseconds)

        started = time.perf_counter()
        workers = [
            threading.Thread(target=work, args=[bodies[number::threads]])
            for number in range(threads)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(latencies) == len(bodies)
        return time.perf_counter() - started, latencies

    def pace(self, key: str, bodies: Sequence[bytes], seconds: float) -> list[float]:
        """Send ten batches a second; returns milliseconds of each."""
        client, latencies = Client(self.port, key), []
        for number, body in enumerate(bodies[: int(seconds * 10)]):
            started = time.perf_counter()
            status, milliseconds = client.post(body)
            assert status == 200, (number, status)
            latencies.append(milliseconds)
            time.sleep(max(0.0, 0.1 - (time.perf_counter() - started)))
        return latencies


class Client:
    """One connection that is kept."""

    def __init__(self, port: int, key: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def post(self, body: bytes) -> tuple[int, float]:
        started = time.perf_counter()
        self.connection.request("POST", "/v1/batch", body, self.headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - started) * 1000
