"""The processes that work for a place, found by their environment."""

from contextlib import suppress
from pathlib import Path


def processes_of(var: Path) -> dict[int, str]:
    """Return the processes that work for a place, with what each is: `run`, `crawl`, or a `helper` (a reader)."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"CONGTIN_VAR={var}".encode() not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            line = (entry / "cmdline").read_bytes()
            kind = "crawl" if b"crawlers.crawl" in line else "run" if b"ingest" in line else "helper"
            found[int(entry.name)] = kind
    return found
