"""The change feed: its rows get their numbers as the last act of a transaction."""

from typing import Any

from sqlalchemy import Connection, update

from storage.database.bulk import insert_rows
from storage.database.models import change, feed


def number_changes(connection: Connection, changes: list[dict[str, Any]]) -> None:
    """Write rows of the change feed: the last act of a transaction.

    The counter's row stays locked until the transaction ends, so a number that can be read is never followed by a
    lower one that appears later.
    """
    if not changes:
        return
    last = connection.scalar(
        update(feed).where(feed.c.id == 1).values(last=feed.c.last + len(changes)).returning(feed.c.last)
    )
    if last is None:
        raise LookupError("table feed has lost its row")
    first = last - len(changes) + 1
    insert_rows(connection, change, [{"seq": first + place, **row} for place, row in enumerate(changes)])
