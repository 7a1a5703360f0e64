"""What the runs of a process share: settings, database, reading processes, and who is told how they go on."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from crawlers.portal import Portal
from flows.steps.locks import Turns
from flows.steps.order import Counts, Outcome
from flows.steps.reading import Readers
from storage.database.leases import Leases
from storage.database.portals import PortalRow, sync_portals
from storage.settings import Settings


class Watcher(Protocol):
    """Who is told how a run goes on."""

    def begun(self, portal: str, run_id: str) -> None:
        """Take note that a run has its id."""
        ...

    def progress(self, portal: str, stage: str, counts: Counts) -> None:
        """Take note of the stage a run is in and what it has done so far."""
        ...

    def ended(self, outcome: Outcome) -> None:
        """Take note of a run's end, a cancelled one's too."""
        ...


@dataclass(frozen=True, slots=True)
class House:
    """What the runs of a process share.

    Attributes:
        settings: where to work and how.
        engine: the database.
        readers: the reading processes.
        leases: locks across machines.
        locks: folder of the locks of portals and hosts.
        memory: the database in which addresses that a person names are looked up.
        turns: of portals that share a host.
    """

    settings: Settings
    engine: Engine
    readers: Readers
    leases: Leases
    locks: Path
    memory: Engine
    turns: Turns = field(default_factory=Turns)


@contextmanager
def open_house(
    settings: Settings,
    engine: Engine,
    portals: Sequence[Portal],
    *,
    locks: Path | None = None,
    real: Engine | None = None,
) -> Iterator[House]:
    """Enter the portals' facts into the database and start the reading processes; end them on leaving.

    Args:
        settings: where to work and how.
        engine: the database.
        portals: those that will run.
        locks: folder of the locks, where that is not the settings' own.
        real: the database that knows addresses and keeps runs apart across machines, where that is another one.
    """
    sync_portals(engine, [portal_row(portal) for portal in portals])
    with (
        closing(Leases(real or engine)) as leases,
        Readers(settings.archive, workers=settings.readers, deadline=settings.read_timeout) as readers,
    ):
        yield House(settings, engine, readers, leases, locks or settings.var / "locks", real or engine)


def portal_row(portal: Portal) -> PortalRow:
    """Return the facts of a portal that the database shows to its readers."""
    unit = portal.unit
    return PortalRow(
        name=portal.name,
        title=portal.title,
        platform=portal.platform,
        level=unit.level.value,
        unit_name=unit.name,
        code_system=unit.code_system,
        province=unit.province,
        district=unit.district,
        lifecycle=portal.lifecycle.value,
        lifecycle_note=portal.lifecycle_note,
        successor=portal.successor,
        valid_to=portal.valid_to,
        verified=portal.verified,
        reuse=portal.reuse.value,
    )
