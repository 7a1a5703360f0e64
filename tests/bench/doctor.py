"""The doctor over one run: seconds of each check and memory, in a database of many runs, on both engines.

    python -m tests.bench.doctor [--captures 10000] [--others 9] [--engine sqlite] [--full]

The run's captures are in an archive and in the database; each other run is as large, in the database alone.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Engine, text

from crawlers.net.recorder import memory_mb
from flows.steps import doctor
from flows.steps.doctor import Ended, Scope, examine
from flows.steps.reading import Readers
from storage import archive as warc
from storage.database import runs
from storage.database.captures import enter, unread
from storage.database.engine import transact
from storage.database.load import ReadResult, load
from storage.database.models import capture
from storage.records import Article
from storage.vocabulary import Purpose, Verdict
from tests.bench.loading import BATCH, articles, fresh, temporary_file
from tests.databases import postgres
from tests.unit.database.makers import FIRST_DAY, PORTAL

SECRET = "chim-hoang-yen-4711"


def archived(folder: Path, run_id: str, made: Sequence[Article]) -> list[ReadResult]:
    """Write a page of each article into an archive; return them as read."""
    found = []
    with mock.patch("os.fsync"):
        writer = warc.SegmentWriter(folder, PORTAL, run_id, 1)
        for number, one in enumerate(made):
            page = f"<html><head><title>{one.title}</title></head><body><p>{one.text}</p></body></html>"
            exchange = warc.Exchange(
                run_id=run_id,
                portal=PORTAL,
                purpose=Purpose.ARTICLE,
                url=one.url,
                fetched_at=FIRST_DAY + timedelta(seconds=number),
                status=200,
                reason="OK",
                headers=[("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx")],
                body=page.encode(),
            )
            found.append(ReadResult(*writer.append(exchange), one))
        writer.seal()
    return found


def fill(engine: Engine, run_id: str, results: Sequence[ReadResult], others: int) -> None:
    """Load the run, and copy its captures into other runs of the past."""
    for first in range(0, len(results), BATCH):
        batch = results[first : first + BATCH]
        entered = [unread(one.capture, one.location) for one in batch]
        transact(engine, partial(enter, portal=PORTAL, chunk=entered, reached=False))
        load(engine, run_id, batch)
    changed = {"seq": "seq - :shift", "record_id": "record_id || :run", "run_id": ":run", "loaded_by": ":run"}
    names = ", ".join(column.name for column in capture.columns)
    values = ", ".join(changed.get(column.name, column.name) for column in capture.columns)
    with engine.begin() as connection:
        for number in range(1, others + 1):
            connection.execute(
                text(f"INSERT INTO capture ({names}) SELECT {values} FROM capture WHERE run_id = :mine"),
                {"shift": number * 10_000_000, "run": f"old-{number}", "mine": run_id},
            )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def measure(database: Callable[[], Any], made: Sequence[Article], others: int, *, full: bool) -> dict[str, float]:
    """Return seconds by check; with `full` all runs are examined, not the one."""
    seconds: dict[str, float] = {}

    def timed(name: str, check: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            started = time.perf_counter()
            try:
                return check(*arguments)
            finally:
                seconds[name] = time.perf_counter() - started

        return run

    names = ("archived", "twice", "frontier", "monotone", "bounded", "honest", "clocks", "told_nowhere")
    with tempfile.TemporaryDirectory() as place, fresh(database) as engine:
        folder = Path(place)
        run_id = runs.start_run(engine, PORTAL, "incremental")
        fill(engine, run_id, archived(folder / "archive", run_id, made), others)
        ended = None if full else Ended(Verdict.OK, {"new": len(made)}, None)
        which = None if full else run_id
        scope = Scope(engine, folder / "archive", folder, PORTAL, None, which, ended, secrets=(SECRET,))
        with Readers(folder / "archive", workers=1, deadline=20) as readers:
            patches = [mock.patch.object(doctor, name, timed(name, getattr(doctor, name))) for name in names]
            for patch in patches:
                patch.start()
            before = memory_mb("VmRSS")
            started = time.perf_counter()
            checked = asyncio.run(examine(scope, readers))
            seconds["all"] = time.perf_counter() - started
            seconds["MiB more"] = memory_mb("VmHWM") - before
            for patch in patches:
                patch.stop()
    wrong = [finding.what for one in checked for finding in one.findings if "chưa đóng" not in finding.what]
    assert not wrong, wrong[:3]
    return seconds


def main() -> None:
    """Print the seconds of each check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--captures", type=int, default=10_000)
    parser.add_argument("--others", type=int, default=9)
    parser.add_argument("--full", action="store_true", help="as --full does, but for reading again; --others 0")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    made = articles(options.captures)
    print(f"{options.captures} captures of the run, {options.captures * (options.others + 1)} in all")
    with postgres() as server:
        for name, database in (("sqlite", temporary_file), ("postgresql", server.database)):
            if options.engine in (None, name):
                seconds = measure(database, made, options.others, full=options.full)
                print(f"{name:12}", " ".join(f"{check} {spent:.2f}" for check, spent in seconds.items()))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
