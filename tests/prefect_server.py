"""Prefect's server for the demo, in a process that ends with the one that started it: `python -m tests.prefect_server PORT`.

Prefect's own temporary server outlives a caller that is killed; this one watches its stdin.
"""

import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 90
"""A first start makes the database: some 6 s on an idle machine."""
STOP_SECONDS = 3
"""Open event streams are given no longer than this."""


def main(port: int) -> None:
    """Serve API and interface until stdin ends."""
    import uvicorn
    from prefect.server.api.server import create_app

    config = uvicorn.Config(
        create_app(), host="127.0.0.1", port=port, log_level="error", timeout_graceful_shutdown=STOP_SECONDS
    )
    server = uvicorn.Server(config)

    def watch() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=watch, daemon=True).start()
    server.run()


@contextmanager
def prefect_server() -> Iterator[str]:
    """Run a server on a free port of loopback, by this process's environment, and give the address of its API.

    Raises:
        RuntimeError: it does not answer in time.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = subprocess.Popen([sys.executable, "-m", __name__, str(port)], cwd=ROOT, stdin=subprocess.PIPE)
    try:
        _wait(child, f"http://127.0.0.1:{port}/api/health")
        yield f"http://127.0.0.1:{port}/api"
    finally:
        assert child.stdin is not None
        child.stdin.close()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(child: subprocess.Popen[bytes], address: str) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        try:
            direct.open(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("Prefect's server did not start")


if __name__ == "__main__":
    main(int(sys.argv[1]))
