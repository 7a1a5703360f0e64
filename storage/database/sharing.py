"""What one machine's archive has and all are to have: notes of people beside the segments, and sealed segments."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from storage.archive import push, refresh
from storage.archive.decisions import merge_decisions
from storage.archive.forgotten import merge_tombstones
from storage.archive.store import store_of
from storage.database.decisions import as_kept
from storage.database.forgotten import sync_tombstones
from storage.database.keys import address_id
from storage.database.models import decision, forgotten, segment


def share(engine: Engine, archive: Path, portal: str) -> int:
    """Bring tombstones, decisions and sealed segments of a portal into the store; return how many segments went.

    Notes that other machines have brought there come here, and copies here of what was erased there go. Without a store
    nothing is done.

    Raises:
        StoreError: the store does not answer; what is left waits.
        OSError: the disk refuses.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    store = store_of(archive)
    if store is None:
        return 0
    refresh(archive, portal)
    sync_tombstones(engine, archive, portal)
    if merge_tombstones(store, archive, portal):
        sync_tombstones(engine, archive, portal)
    with engine.connect() as connection:
        gone = set(connection.scalars(select(forgotten.c.address_id).where(forgotten.c.portal == portal)))
        rows = connection.execute(select(decision).where(decision.c.portal == portal).order_by(decision.c.id))
        made: list[dict[str, Any]] = [as_kept(row) for row in rows.mappings()]
    merge_decisions(store, archive, portal, made, lambda one: address_id(portal, str(one["url"])) in gone)
    return push(archive, portal)


def unshared(engine: Engine, archive: Path) -> int | None:
    """Return how many segments the database knows that are not in the store; None if there is no store.

    Raises:
        StoreError: the store does not answer.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    store = store_of(archive)
    if store is None:
        return None
    there = store.listed()
    with engine.connect() as connection:
        known = connection.execute(select(segment.c.portal, segment.c.name)).all()
    return sum(row.name not in there.get(row.portal, {}) for row in known)
