"""A real S3 server for tests: rclone's (`rclone serve s3`), on loopback, its objects in a folder."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec

from tests.databases import dying_with_us

RCLONE = Path(sys.executable).parent / "rclone"
BUCKET = "congtin"
KEY, SECRET = "congtin-key-canary", "congtin-secret-canary"
START_SECONDS = 60


@dataclass
class ObjectStore:
    """A server that can be stopped and started again; the settings lead to the folder `place` of its bucket."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None
    place: str = "kho"

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead to it."""
        return {
            "CONGTIN_ARCHIVE_STORE": f"s3://{BUCKET}/{self.place}",
            "CONGTIN_ARCHIVE_STORE_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "CONGTIN_ARCHIVE_STORE_KEY": KEY,
            "CONGTIN_ARCHIVE_STORE_SECRET": SECRET,
        }

    def start(self) -> None:
        """Start it and wait until it listens."""
        (self.folder / BUCKET).mkdir(parents=True, exist_ok=True)
        command = [
            *dying_with_us(),
            str(RCLONE),
            "serve",
            "s3",
            "--addr",
            f"127.0.0.1:{self.port}",
            "--auth-key",
            f"{KEY},{SECRET}",
        ]
        command += ["--config", "", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError("rclone serve s3 did not start")

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    @property
    def files(self) -> Any:
        """What is there, as fsspec sees it: the server must learn of every change."""
        return fsspec.filesystem(
            "s3",
            key=KEY,
            secret=SECRET,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            use_listings_cache=False,
            config_kwargs={"response_checksum_validation": "when_required"},
        )

    def objects(self) -> dict[str, bytes]:
        """Return the objects below the setting's folder, by their address."""
        return {key: self.files.cat_file(key) for key in sorted(self.files.find(f"{BUCKET}/{self.place}"))}


@contextmanager
def object_store(folder: Path) -> Iterator[ObjectStore]:
    """Run a server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = ObjectStore(folder, port)
    made.start()
    try:
        yield made
    finally:
        made.stop()
