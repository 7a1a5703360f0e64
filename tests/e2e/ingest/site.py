"""What the tests of the whole way share: replicas, a folder, a database, and a run by the command or in this process."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from crawlers.portals import load
from flows.steps.house import open_house
from flows.steps.order import Counts, Mode, Order, Outcome
from flows.steps.pipeline import ingest_portal
from storage.settings import settings

PORTALS = ("kien_giang_kien_luong", "lao_cai", "long_an_baolongan", "long_an_hcc", "tien_giang")


class Silent:
    """A watcher that keeps the ends."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def begun(self, portal: str, run_id: str) -> None:
        """Take no note."""

    def progress(self, portal: str, stage: str, counts: Counts) -> None:
        """Take no note."""

    def ended(self, outcome: Outcome) -> None:
        """Keep the end."""
        self.outcomes.append(outcome)


def _hear_interrupts() -> None:
    """Undo what a shell does to the children of a background job, which the tests may be one of: it has them ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class House:
    """A place to put what is fetched, and the settings that lead there."""

    engine: Engine
    environment: Mapping[str, str]

    def ingest(self, *portals: str, mode: Mode = Mode.INCREMENTAL, **asked: Any) -> dict[str, Outcome]:
        """Run portals beside each other in this process; all five where none is named. `asked` goes into the order."""
        chosen = [load(name) for name in portals or PORTALS]
        watcher = Silent()

        async def whole() -> None:
            with open_house(settings(), self.engine, chosen) as house:
                await asyncio.gather(
                    *(ingest_portal(portal, Order(portal.name, mode, **asked), house, watcher) for portal in chosen)
                )

        asyncio.run(whole())
        return {outcome.portal: outcome for outcome in watcher.outcomes}

    @contextmanager
    def command(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """Start the command line; it is killed at the end if it still runs."""
        process = subprocess.Popen(
            [sys.executable, "-c", "from flows.cli import main; main()", *arguments],
            env=os.environ | dict(self.environment) | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_interrupts,  # noqa: PLW1509 - it takes no lock
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run the command line to its end; give exit code, stdout and stderr."""
        with self.command(*arguments, **environment) as process:
            out, err = process.communicate(timeout=120)
            return process.returncode, out, err

    @property
    def var(self) -> Path:
        """The folder of all that is written."""
        return Path(self.environment["CONGTIN_VAR"])

    def rows(self, query: str, **values: object) -> Sequence[Any]:
        """Return the rows of a query."""
        with self.engine.connect() as connection:
            return connection.execute(text(query), values).all()

    def number(self, query: str, **values: object) -> int:
        """Return the one number of a query."""
        return int(self.rows(query, **values)[0][0])

    def crawls(self) -> list[int]:
        """Return the crawl processes that work for this place."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # it ended meanwhile
                words = entry.read_bytes().decode("utf-8", "replace").split("\0")
                if "crawlers.crawl" in words and any(word.startswith(str(self.var)) for word in words):
                    found.append(int(entry.parent.name))
        return found

    def wait_for_archive(self, portal: str, size: int = 20_000) -> None:
        """Wait until the archive of a portal holds some bytes, whatever the database says."""
        deadline = time.monotonic() + 60
        folder = self.var / "archive" / portal
        while sum(file.stat().st_size for file in folder.glob("*.warc.gz*")) < size:
            assert time.monotonic() < deadline, "nothing was archived within a minute"
            time.sleep(0.02)

    def wait_for_no_crawl(self, seconds: float = 30) -> None:
        """Wait until every crawl process of this place has ended."""
        deadline = time.monotonic() + seconds
        while self.crawls():
            assert time.monotonic() < deadline, "a crawl process outlived its run"
            time.sleep(0.05)
