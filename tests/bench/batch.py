"""How fast the pipeline's way of reading is: from the archive, in worker processes that can be killed, in batches.

One process that reads without them is the measure. Wall time tells what this machine gave; CPU time, which other load
does not change, what the processes took, and so what two free cores would give.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rich.table import Table

from crawlers.portal import Portal
from crawlers.portals import load
from crawlers.reading.template import Template
from flows.steps.reading import Outcome, Readers, read_capture
from storage.archive import Exchange, SegmentWriter, segments
from storage.database.loading.derived import derive
from storage.records import VIETNAM, Article, Capture, Location
from storage.vocabulary import Purpose
from tests.bench.corpus import Page

ROUNDS = 3
BATCH = 32
"""Pages that are read at once: the pipeline's default."""
DEADLINE = 60.0
WORKERS = (1, 2)
_FETCHED = datetime(2025, 3, 1, tzinfo=VIETNAM)

Batches = list[tuple[Portal, Sequence[tuple[Capture, Location]]]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Pages a second by the clock, and CPU milliseconds a page of all processes that took part."""

    pages: float
    cpu: float


def timed_read(
    archive: Path, portal: Portal, capture: Capture, location: Location, template: Template | None = None
) -> Outcome:
    """Read a capture as the pipeline does and note the CPU time that this process has taken so far."""
    outcome = read_capture(archive, portal, capture, location, template)
    (archive / f"{os.getpid()}.cpu").write_text(str(time.process_time()))
    return outcome


def measure(pages: Iterable[Page]) -> dict[str, Pace]:
    """Read the pages of portals in one process, then by one and by two workers, in turn; medians of the rounds."""
    paces: dict[str, list[Pace]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as pools:
        archive = Path(folder)
        batches = _archived(archive, pages)
        readers = {
            f"{workers} worker{'s' * (workers > 1)}": pools.enter_context(
                Readers(archive, workers=workers, deadline=DEADLINE, read=timed_read)
            )
            for workers in WORKERS
        }
        for number in range(ROUNDS + 1):
            for way in ("in process", *readers):
                pace = _by_workers(archive, batches, readers[way]) if way in readers else _directly(archive, batches)
                if number:  # the first round is for warming up
                    paces.setdefault(way, []).append(pace)
    return {
        way: Pace(statistics.median(one.pages for one in round_), statistics.median(one.cpu for one in round_))
        for way, round_ in paces.items()
    }


def table(paces: dict[str, Pace]) -> Table:
    """The figures as a table."""
    single = paces["in process"]
    shown = Table(
        title=f"the pipeline's way, archive to article, batches of {BATCH}; load average {os.getloadavg()[0]:.1f} on "
        f"{os.cpu_count()} cores",
        title_justify="left",
    )
    for column in ("way", "pages/s", "× in process", "CPU ms a page", "× on free cores"):
        shown.add_column(column, justify="left" if column == "way" else "right")
    for way, pace in paces.items():
        workers = int(way[0]) if way[0].isdigit() else 1
        shown.add_row(
            way,
            f"{pace.pages:.1f}",
            f"{pace.pages / single.pages:.2f}",
            f"{pace.cpu:.2f}",
            f"{workers * single.cpu / pace.cpu:.2f}",
        )
    return shown


def _archived(archive: Path, pages: Iterable[Page]) -> Batches:
    by_portal: dict[str, list[Page]] = {}
    for page in pages:
        if page.portal:
            by_portal.setdefault(page.portal, []).append(page)
    batches: Batches = []
    for name, own in by_portal.items():
        with SegmentWriter(archive, name, "bench", 1) as writer:
            written = [writer.append(_exchange(name, page)) for page in own]
        (segment,) = segments(archive, name)  # sealed, it has another name than while it was written
        captures = [(capture, replace(location, segment=segment)) for capture, location in written]
        batches += [(load(name), captures[start : start + BATCH]) for start in range(0, len(captures), BATCH)]
    return batches


def _exchange(portal: str, page: Page) -> Exchange:
    return Exchange(
        run_id="bench",
        portal=portal,
        purpose=Purpose.ARTICLE,
        url=page.url,
        fetched_at=_FETCHED,
        status=200,
        reason="OK",
        headers=list(page.headers.items()),
        body=page.body,
        item=page.item,
    )


def _directly(archive: Path, batches: Batches) -> Pace:
    wall, cpu = time.perf_counter(), time.process_time()
    for portal, captures in batches:
        for capture, location in captures:
            outcome = read_capture(archive, portal, capture, location)
            if isinstance(outcome, Article):
                derive(outcome, None)  # as the workers do, so that the loading process need not
    return _pace(batches, time.perf_counter() - wall, time.process_time() - cpu)


def _by_workers(archive: Path, batches: Batches, readers: Readers) -> Pace:
    async def read() -> None:
        for portal, captures in batches:
            await readers.read(portal, captures)

    before, wall, cpu = _cpu(archive), time.perf_counter(), time.process_time()
    asyncio.run(read())
    return _pace(batches, time.perf_counter() - wall, time.process_time() - cpu + _cpu(archive) - before)


def _cpu(archive: Path) -> float:
    return sum(float(note.read_text() or 0) for note in archive.glob("*.cpu"))


def _pace(batches: Batches, wall: float, cpu: float) -> Pace:
    pages = sum(len(captures) for _, captures in batches)
    return Pace(pages / wall, 1000 * cpu / pages)
