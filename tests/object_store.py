"""A real S3 server for tests: rclone's (`rclone serve s3`), on loopback, its objects in a folder."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

RCLONE = Path(sys.executable).parent / "rclone"
BUCKET = "congtin"
KEY, SECRET = "congtin-key-canary", "congtin-secret-canary"
START_SECONDS = 60


@dataclass
class ObjectStore:
    """A server that can be stopped and started again; `folder` is what it keeps the bucket's objects in."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead to it."""
        return {
            "CONGTIN_ARCHIVE_STORE": f"s3://{BUCKET}/kho",
            "CONGTIN_ARCHIVE_STORE_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "CONGTIN_ARCHIVE_STORE_KEY": KEY,
            "CONGTIN_ARCHIVE_STORE_SECRET": SECRET,
        }

    def start(self) -> None:
        """Start it and wait until it listens."""
        (self.folder / BUCKET).mkdir(parents=True, exist_ok=True)
        # Each change is seen at once: tests damage objects behind its back.
        command = [RCLONE, "serve", "s3", "--addr", f"127.0.0.1:{self.port}", "--auth-key", f"{KEY},{SECRET}"]
        command += ["--config", "", "--vfs-cache-mode", "off", "--dir-cache-time", "0s", str(self.folder)]
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

    def objects(self) -> dict[str, Path]:
        """Return the files of the objects below the setting's folder, by their address there."""
        root = self.folder / BUCKET / "kho"
        return {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}


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
