"""Insert-or-update in bulk, the same on both engines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    update: Sequence[str] = (),
    expressions: Callable[[Columns], Mapping[str, ColumnElement[Any]]] | None = None,
    key: Sequence[str] = (),
) -> None:
    """Insert rows; where the key is taken, update the columns named, or leave the row alone if none is.

    Args:
        connection: within a transaction.
        table: the table.
        rows: all with the same columns; no key twice.
        update: columns that take the new row's value.
        expressions: gives columns that take another value, made of the new row's columns (and of `table.c`, the old
            row's).
        key: columns of the unique key; the primary key by default.
    """
    if not rows:
        return
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    key = key or [column.name for column in table.primary_key]
    changes = {name: insert.excluded[name] for name in update} | dict(
        expressions(insert.excluded) if expressions else {}
    )
    statement = (
        insert.on_conflict_do_update(index_elements=key, set_=changes)
        if changes
        else insert.on_conflict_do_nothing(index_elements=key)
    )
    # In the order of their keys, so that two writers never wait for each other crosswise.
    connection.execute(statement, sorted(rows, key=lambda row: tuple(row[name] for name in key)))
