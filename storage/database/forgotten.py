"""Addresses that are forgotten: known to archive and database alike, and kept out of both."""

from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, update

from storage.archive import Tombstone, append_tombstones, read_tombstones
from storage.database.among import among
from storage.database.bulk import upsert
from storage.database.engine import transact
from storage.database.models import forgotten


def sync_tombstones(engine: Engine, archive: Path, portal: str) -> None:
    """Have the database know every tombstone beside the archive, and the other way round.

    One of the two may come from a backup that is older than what was forgotten.
    """
    filed = {one.address_id: one for one in read_tombstones(archive, portal)}
    with engine.connect() as connection:
        known = {
            row.address_id: row
            for row in connection.execute(select(forgotten).where(forgotten.c.portal == portal)).all()
        }
    if lost := [_tombstone(row) for key, row in sorted(known.items()) if key not in filed]:
        append_tombstones(archive, portal, lost)
    if new := [_row(portal, one) for key, one in filed.items() if key not in known]:
        transact(engine, lambda connection: upsert(connection, forgotten, new))


def among_forgotten(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return those of the addresses that are forgotten."""
    if not ids:
        return set()
    return set(connection.scalars(select(forgotten.c.address_id).where(among(connection, forgotten.c.address_id, ids))))


def came_again(connection: Connection, seen: Iterable[tuple[str, str]]) -> None:
    """Note which segments hold records of forgotten addresses (pairs of both): the next run erases them."""
    places: dict[str, set[str]] = {}
    for key, segment in seen:
        places.setdefault(key, set()).add(segment)
    for key, segments in sorted(places.items()):
        before = connection.scalar(select(forgotten.c.segments).where(forgotten.c.address_id == key)) or []
        connection.execute(
            update(forgotten)
            .where(forgotten.c.address_id == key)
            .values(segments=sorted({*before, *segments}), done=False)
        )


def _row(portal: str, one: Tombstone) -> dict[str, Any]:
    return {
        "address_id": one.address_id,
        "portal": portal,
        "at": datetime.fromisoformat(one.at),
        "forgotten_by": one.by,
        "reason": one.reason,
        "segments": [],
        "done": False,
    }


def _tombstone(row: Any) -> Tombstone:
    return Tombstone(row.address_id, row.reason, row.forgotten_by, row.at.isoformat(timespec="seconds"))
