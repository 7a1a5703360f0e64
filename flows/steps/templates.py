"""Learning a portal's template: from archived pages, before its first reading and after each run."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Engine

from crawlers.portal import Portal
from crawlers.reading.template import ENOUGH, EVERYTHING, WINDOW, Block, Learned, Seen, Template, learn
from flows.steps.reading import Readers
from storage.crash import Point, sync_point
from storage.database import templates as store
from storage.database.keys import address_id
from storage.database.templates import SeenPage, StoredTemplate
from storage.database.types import now
from storage.records import Capture, Location

__all__ = [
    "EVERYTHING",
    "UnknownBlockError",
    "drop_keep",
    "in_force",
    "keep",
    "learn_from",
    "learned_of",
]

ONE_IN = 10
"""Of the pages that a run reads, one in so many is looked at again to learn from: a tenth of the time of reading."""


class UnknownBlockError(ValueError):
    """A portal's template has no block of that id."""


def in_force(engine: Engine, portal: str) -> Template | None:
    """Return the template that the portal's pages are to be read with, or None."""
    stored = store.current(engine, portal)
    return None if stored is None else _effective(stored)


async def learn_from(
    engine: Engine, readers: Readers, portal: Portal, captures: Sequence[tuple[Capture, Location]], *, first: bool
) -> Template | None:
    """Learn from archived pages of addresses that were not looked at before; return the template in force.

    Args:
        engine: the database.
        readers: reading processes.
        portal: whose pages.
        captures: article responses.
        first: whether they are about to be read first: then as many are looked at as show a template at all, else one
            in ten, so that the window follows what the portal changes.
    """
    known = await asyncio.to_thread(store.seen_addresses, engine, portal.name)
    new = {
        address_id(portal.name, capture.url): (capture, location)
        for capture, location in captures
        if capture.status == 200
    }
    fresh = [pair for key, pair in new.items() if key not in known]
    chosen = fresh[: max(0, ENOUGH - len(known))] if first else fresh[::ONE_IN][:ENOUGH]
    if chosen:
        seen = await readers.observe(portal, chosen)
        pages = [_page(portal.name, capture, found) for (capture, _), found in zip(chosen, seen, strict=True) if found]
        await asyncio.to_thread(_update, engine, portal.name, pages)
    return await asyncio.to_thread(in_force, engine, portal.name)


def keep(engine: Engine, portal: str, block: str, reason: str) -> Learned:
    """Protect a block of the portal's template for ever: it is text again. Return it.

    Raises:
        UnknownBlockError: the portal has no such block.
    """
    found = _find(engine, portal, block)
    store.keep(engine, portal, found.id, reason)
    _freeze_again(engine, portal)
    return found


def drop_keep(engine: Engine, portal: str, block: str) -> None:
    """Take back `keep`.

    Raises:
        UnknownBlockError: the block is not kept.
    """
    if block not in store.kept(engine, portal):
        raise UnknownBlockError(block)
    store.drop_keeps(engine, portal, [block])
    _freeze_again(engine, portal)


def learned_of(stored: StoredTemplate) -> list[tuple[Learned, str, bool]]:
    """Return a stored template's blocks, each with since when it is known (a day) and whether it is kept."""
    return [
        (
            Learned(*(block[name] for name in ("id", "place", "text", "example", "pages", "shared"))),
            block["since"],
            block["kept"],
        )
        for block in stored.blocks
    ]


def _find(engine: Engine, portal: str, block: str) -> Learned:
    stored = store.current(engine, portal)
    for known, _, _ in learned_of(stored) if stored else ():
        if known.id == block:
            return known
    raise UnknownBlockError(block)


def _effective(stored: StoredTemplate) -> Template | None:
    return Template.of(block for block, _, is_kept in learned_of(stored) if not is_kept)


def _page(portal: str, capture: Capture, seen: Seen) -> SeenPage:
    blocks = [[one.id, one.place, one.text, one.figures, one.words] for one in seen.blocks]
    return SeenPage(address_id(portal, capture.url), capture.record_id, capture.fetched_at, seen.title, blocks)


def _update(engine: Engine, portal: str, pages: Sequence[SeenPage]) -> None:
    """Enter pages into the window and learn from it."""
    window = store.note_pages(engine, portal, pages, WINDOW)
    sync_point(Point.NOTED)
    learned = learn([Seen(page.title, tuple(Block(*block) for block in page.blocks)) for page in window])
    _save(engine, portal, learned, len(window))


def _freeze_again(engine: Engine, portal: str) -> None:
    """Make a version of the same blocks after a change of what is kept."""
    stored = store.current(engine, portal)
    if stored is not None:
        _save(engine, portal, [block for block, _, _ in learned_of(stored)], stored.pages)


def _save(engine: Engine, portal: str, learned: Sequence[Learned], pages: int) -> None:
    """Store a template if it differs from the one in force."""
    old = store.current(engine, portal)
    since = {block.id: day for block, day, _ in learned_of(old)} if old else {}
    kept = store.kept(engine, portal)
    today = f"{now():%Y-%m-%d}"
    blocks = [{**asdict(one), "since": since.get(one.id, today), "kept": one.id in kept} for one in learned]
    template = Template.of(one for one in learned if one.id not in kept)
    version = template.version if template else ""
    ids = {(block.id, is_kept) for block, _, is_kept in learned_of(old)} if old else set()
    if (old.version if old else "") != version or ids != {(one.id, one.id in kept) for one in learned}:
        store.save(engine, portal, version, pages, blocks)
