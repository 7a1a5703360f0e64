"""Learned boilerplate in the database: the pages it is learned from, its versions, the blocks that are kept.

What a block is, and how it is learned, is the reader's affair: here a block is a mapping with an `id`.
"""

import base64
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select

from storage.crash import Point, sync_point
from storage.database.bulk import upsert
from storage.database.engine import lock_portal, transact
from storage.database.models import template, template_keep, template_page
from storage.database.types import now
from storage.database.values import storable

Block = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeenPage:
    """A page that a template is learned from; `blocks` are plain values."""

    address_id: str
    capture_id: str
    fetched_at: datetime
    title: str
    blocks: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    """A version of a portal's template: `pages` is how many it was learned from."""

    version: str
    made_at: datetime
    pages: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """That a block is kept: why, since when."""

    reason: str
    kept_at: datetime


def seen_addresses(engine: Engine, portal: str) -> set[str]:
    """Return the ids of the addresses in the portal's window."""
    with engine.connect() as connection:
        return set(connection.scalars(select(template_page.c.address_id).where(template_page.c.portal == portal)).all())


def note_pages(engine: Engine, portal: str, pages: Sequence[SeenPage], window: int) -> list[SeenPage]:
    """Enter pages into the portal's window and return the window, the oldest first; older pages leave it."""
    rows = [
        {
            "portal": portal,
            "address_id": page.address_id,
            "capture_id": page.capture_id,
            "fetched_at": page.fetched_at,
            "title": storable(page.title),
            "blocks": _packed(page.blocks),
        }
        for page in {page.address_id: page for page in pages}.values()
    ]

    def work(connection: Any) -> list[SeenPage]:
        lock_portal(connection, portal)
        upsert(connection, template_page, rows, update=("capture_id", "fetched_at", "title", "blocks"))
        query = (
            select(template_page)
            .where(template_page.c.portal == portal)
            .order_by(template_page.c.fetched_at.desc(), template_page.c.address_id)
        )
        found = connection.execute(query).all()
        old = [row.address_id for row in found[window:]]
        if old:
            connection.execute(
                delete(template_page).where(template_page.c.portal == portal, template_page.c.address_id.in_(old))
            )
        sync_point(Point.TEMPLATE)
        return [
            SeenPage(row.address_id, row.capture_id, row.fetched_at, row.title, _unpacked(row.blocks))
            for row in reversed(found[:window])
        ]

    return transact(engine, work)


def _packed(blocks: Sequence[Sequence[Any]]) -> str:
    text = json.dumps(blocks, ensure_ascii=False).encode("utf-8", "replace")
    return base64.b64encode(zlib.compress(text)).decode()


def _unpacked(packed: str) -> list[list[Any]]:
    blocks: list[list[Any]] = json.loads(zlib.decompress(base64.b64decode(packed)))
    return blocks


def current(engine: Engine, portal: str) -> StoredTemplate | None:
    """Return the portal's newest template, or None."""
    query = select(template).where(template.c.portal == portal).order_by(template.c.id.desc()).limit(1)
    with engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else StoredTemplate(row.version, row.made_at, row.pages, tuple(row.blocks))


def save(engine: Engine, portal: str, version: str, pages: int, blocks: Sequence[Block]) -> None:
    """Make a version the portal's newest."""
    values = {"portal": portal, "version": version, "made_at": now(), "pages": pages, "blocks": list(blocks)}
    tried = False

    def work(connection: Connection) -> None:
        nonlocal tried
        same = select(template.c.id).where(
            template.c.portal == portal, template.c.version == version, template.c.made_at == values["made_at"]
        )
        if not tried or connection.scalar(same.limit(1)) is None:  # else only the answer to COMMIT was lost
            connection.execute(insert(template), [values])
        tried = True

    transact(engine, work)


def kept(engine: Engine, portal: str) -> dict[str, Kept]:
    """Return the blocks that are kept, by id."""
    query = select(template_keep).where(template_keep.c.portal == portal)
    with engine.connect() as connection:
        return {row.block_id: Kept(row.reason, row.kept_at) for row in connection.execute(query)}


def keep(engine: Engine, portal: str, block_id: str, reason: str) -> None:
    """Keep a block for ever; a new reason takes the place of the old one."""
    row = {"portal": portal, "block_id": block_id, "reason": storable(reason), "kept_at": now()}
    transact(engine, lambda connection: upsert(connection, template_keep, [row], update=("reason",)))


def drop_keeps(engine: Engine, portal: str, block_ids: Collection[str]) -> None:
    """Keep blocks no longer."""
    statement = delete(template_keep).where(
        template_keep.c.portal == portal, template_keep.c.block_id.in_(list(block_ids))
    )
    transact(engine, lambda connection: connection.execute(statement))
