"""What is only on this machine goes into the store, whichever run left it here."""

import logging
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from storage import archive as warc
from storage.archive.store import store_of
from storage.database.sharing import share

_LOG = logging.getLogger(__name__)


def share_all(engine: Engine, archive: Path, *, notes: bool = True) -> int:
    """Seal what runs that died have left open here and bring all that waits into the store; return how many went.

    What fails is told in the log and left for the next time: nothing depends on when it goes.

    Args:
        engine: the database.
        archive: folder of the archive.
        notes: compare with the store too what people have noted and what was erased there. Without, a store is not
            asked as long as nothing waits.
    """
    store = store_of(archive)
    if store is None:
        return 0
    sent = 0
    for portal in sorted(path.name for path in archive.glob("*") if path.is_dir()):
        try:
            warc.recover(archive, portal)
            sent += share(engine, archive, portal) if notes else warc.push(archive, portal)
        except (warc.StoreError, SQLAlchemyError, OSError) as error:
            _LOG.warning("%s: %s segments wait for the store: %s", portal, len(warc.waiting(archive, portal)), error)
    if notes:
        try:
            store.sweep()
        except warc.StoreError as error:
            _LOG.warning("the store is not tidied: %s", error)
    return sent
