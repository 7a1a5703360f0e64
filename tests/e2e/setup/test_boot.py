"""What the lock installs starts: Prefect's server answers, trafilatura imports. Clean installs have broken on both."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_trafilatura_imports() -> None:
    done = subprocess.run([sys.executable, "-c", "import trafilatura"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_prefect_server_starts(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "PREFECT_HOME": str(tmp_path),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    log = tmp_path / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
                    assert answer.read() == b"true"
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.25)
        raise AssertionError(log.read_text(encoding="utf-8")[-4000:])
    finally:
        server.terminate()
        server.wait(30)
