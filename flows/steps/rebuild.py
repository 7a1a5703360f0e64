"""The database made anew from the archive: every segment indexed, read and loaded, run by run."""

from pathlib import Path

from sqlalchemy import Engine, select

from crawlers.portal import Portal
from flows.steps.batch import Batches
from flows.steps.house import House
from flows.steps.order import Counts
from storage import archive as warc
from storage.database.decisions import restore
from storage.database.models import run
from storage.database.sharing import share

MODE = "rebuild"
"""What a run that rebuilds calls itself."""


class NotEmptyError(Exception):
    """The database holds runs that were no rebuilding."""


def check_empty(engine: Engine) -> None:
    """Make sure that nothing would be loaded a second time, out of its order.

    Raises:
        NotEmptyError: the database has seen other runs.
    """
    with engine.connect() as connection:
        found = connection.scalar(select(run.c.id).where(run.c.mode != MODE).limit(1))
    if found is not None:
        raise NotEmptyError(f"run {found}")


async def rebuild_portal(portal: Portal, house: House, run_id: str) -> Counts:
    """Load everything that the archive holds of a portal, as it came: the captures of a run before those of the next.

    May be killed and run again: it goes on after what is loaded. Decisions that people made come first.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
        ArchiveError, OSError: a segment cannot be read, or the store does not answer.
    """
    share(house.engine, house.settings.archive, portal.name)
    restore(house.engine, house.settings.archive, portal.name)
    counts = Counts()
    for segments in _by_run(house.settings.archive, portal.name):
        batches = Batches(
            house.engine,
            house.settings.archive,
            portal,
            run_id,
            house.readers,
            house.settings.batch_size,
            lambda _: None,
            counts,
            segments=segments,
        )
        await batches.drain()
    return counts


def _by_run(archive: Path, portal: str) -> list[tuple[str, ...]]:
    """Return the names of a portal's segments, those of a run together, in the order of runs."""
    runs: dict[str, list[str]] = {}
    for name in warc.segments(archive, portal):
        runs.setdefault(name.rpartition("-")[0], []).append(name)
    return [tuple(names) for names in runs.values()]
