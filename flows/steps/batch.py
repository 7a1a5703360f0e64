"""From the archive to the database: index what is new in the segments, read what is pending, load it, batch by batch.

Works without the network and beside a running crawl. A step that is killed leaves its captures pending; the next run
takes them up.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from crawlers.portal import Portal
from crawlers.reading import READER_VERSION, rules_name
from crawlers.reading.template import ENOUGH, Template
from flows.steps.gate import Gate, Usual
from flows.steps.order import Counts
from flows.steps.reading import Readers
from flows.steps.templates import learn_from
from storage.crash import Point, sync_point
from storage.database.captures import claim, elsewhere, index, pending
from storage.database.decisions import released, reopen
from storage.database.figures import held_readings, known_texts, usual
from storage.database.further_pages import wholes
from storage.database.load import Held, LoadCounts, ReadResult, SameBytes, load
from storage.database.templates import current, seen_addresses
from storage.database.unchanged import unchanged
from storage.records import Article, Capture, Location, Refusal
from storage.vocabulary import Purpose

_LOADED = (
    "new", "changed", "same", "joined", "split", "gone", "restored", "held", "rejected", "errors", "quarantined",
)  # fmt: skip
"""The numbers that loading gives."""


@dataclass(slots=True)
class Batches:
    """The batches of one run, one after another.

    Attributes:
        engine: the database.
        archive: folder of the archive.
        portal: whose captures.
        run_id: the run that does the work (the captures may be of an earlier one).
        readers: reading processes.
        size: captures of one transaction.
        on_batch: called after each step.
        counts: what was done so far.
        segments: those to index; empty means all.
        beyond: segments of another machine's archive, which hold pages that wait there for being read.
    """

    engine: Engine
    archive: Path
    portal: Portal
    run_id: str
    readers: Readers
    size: int
    on_batch: Callable[[Counts], None]
    counts: Counts = field(default_factory=Counts)
    segments: Sequence[str] = ()
    _read: Sequence[ReadResult] = ()
    _template: Template | None = None
    _frozen: bool = False
    _pages: list[tuple[Capture, Location]] = field(default_factory=list)
    _gate: Gate | None = None
    beyond: frozenset[str] = frozenset()

    async def drain(self, *, more: bool = False, but_split: bool = False) -> None:
        """Index what the segments hold beyond what is indexed, then read and load until nothing is pending.

        All are read with one template, the one in force before the first. While `more` comes, a portal without enough
        pages for a template waits for them, and the gate may keep some pages until more are read. With `but_split`,
        articles of several pages wait until all of them are fetched (`claim`).

        Raises:
            sqlalchemy.exc.DBAPIError: the database does not answer; what is not loaded yet is loaded by the next call.
        """
        await self._load()
        await self.index()
        self.beyond = await asyncio.to_thread(elsewhere, self.engine, self.archive, self.portal.name)
        if self._frozen or await self._freeze(more=more):
            take = partial(
                claim,
                self.engine,
                self.portal.name,
                self.run_id,
                self.size,
                beyond=self.beyond,
                but_split=but_split,
            )
            while claimed := await asyncio.to_thread(take):
                await self._read_through(claimed)
        if not more:
            self._read = (await self._opened()).finish()
            await self._load()

    async def _read_through(self, claimed: Sequence[tuple[Capture, Location]]) -> None:
        """Read captures and load those that the gate lets go on."""
        same = await asyncio.to_thread(self._unchanged, [capture for capture, _ in claimed])
        changed = [one for one in claimed if one[0].record_id not in same]
        let_through = await asyncio.to_thread(released, self.engine, [capture for capture, _ in changed])
        company = await asyncio.to_thread(wholes, self.engine, changed, self.beyond)
        shown = await asyncio.to_thread(known_texts, self.engine, [capture for capture, _ in changed])
        results = await self.readers.read(self.portal, changed, self._template, company, let_through, shown)
        results += [ReadResult(*one, same[one[0].record_id]) for one in claimed if one[0].record_id in same]
        self._pages += [one for one in changed if one[0].purpose is Purpose.ARTICLE]  # pages of one share much
        sync_point(Point.READ)
        self._read = (await self._opened()).admit(results, shown)
        await self._load()

    async def take_up_held(self) -> None:
        """Let pages that a gate keeps back be read again where code or rules have changed since."""
        held = await asyncio.to_thread(held_readings, self.engine, self.portal.name)
        stale = [
            record_id for record_id, reader, at in held if reader != f"{READER_VERSION} {rules_name(self.portal, at)}"
        ]
        if stale:
            await asyncio.to_thread(reopen, self.engine, stale)

    @property
    def evidence(self) -> str:
        """Why the gate held pages of this run, for people; "" if it held none."""
        return self._gate.evidence() if self._gate else ""

    async def _opened(self) -> Gate:
        if self._gate is None:
            history = await asyncio.to_thread(usual, self.engine, self.portal.name, self.run_id)
            self._gate = Gate(Usual.of(history))
        return self._gate

    async def index(self) -> None:
        """Enter what the segments hold beyond what was entered before, listing rows included."""
        rows = self.readers.rows(self.portal)
        self.counts.indexed += await asyncio.to_thread(
            index, self.engine, self.archive, self.portal.name, rows=rows, only=self.segments
        )
        self.on_batch(self.counts)

    async def learn(self) -> None:
        """Learn from the pages that were read, for the next run."""
        pages, self._pages = self._pages, []
        await learn_from(self.engine, self.readers, self.portal, pages, first=False)

    def reopen(self) -> None:
        """Settle the template anew for what comes: what was read so far was left by an earlier run."""
        self._frozen = False

    def _unchanged(self, captures: Sequence[Capture]) -> Mapping[str, SameBytes]:
        """Return which captures need not be read, being what is shown."""
        template = current(self.engine, self.portal.name)
        return unchanged(
            self.engine,
            captures,
            reader_version=READER_VERSION,
            rules=lambda capture: rules_name(self.portal, capture.fetched_at),
            since=template.made_at if template else None,
        )

    async def _freeze(self, *, more: bool) -> bool:
        """Settle which template the pages of this run are read with; give whether there is something to read."""
        waiting = await asyncio.to_thread(pending, self.engine, self.portal.name, ENOUGH, beyond=self.beyond)
        known = await asyncio.to_thread(seen_addresses, self.engine, self.portal.name)
        if not waiting or (more and len(known) + len(waiting) < ENOUGH):
            return False
        self._template = await learn_from(self.engine, self.readers, self.portal, waiting, first=True)
        self._frozen = True
        return True

    async def _load(self) -> None:
        """Load what is read, in one transaction."""
        if not self._read:
            return
        reread = self.readers.reread(self.portal, self._template)
        loaded = await asyncio.to_thread(load, self.engine, self.run_id, self._read, reread=reread)
        self._count(self._read, loaded)
        self._read = ()
        self.on_batch(self.counts)

    def _count(self, results: Iterable[ReadResult], loaded: LoadCounts) -> None:
        counts = self.counts
        counts.batches += 1
        for result in results:
            if result.capture.purpose is Purpose.PAGE:  # its article is counted by its first page
                counts.read += 1
                continue
            match result.outcome:
                case (Article() as article) | Held(article=article):
                    counts.read += 1
                    counts.articles += 1
                    for name in self.portal.expect.fill:
                        if getattr(article, name, None) not in (None, "", ()):
                            counts.filled[name] = counts.filled.get(name, 0) + 1
                case Refusal(kind=kind):
                    counts.read += 1
                    counts.refused[kind] = counts.refused.get(kind, 0) + 1
                case _:
                    pass
        for name in _LOADED:
            setattr(counts, name, getattr(counts, name) + getattr(loaded, name))
