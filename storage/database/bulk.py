"""Many rows in one statement, by the quickest way of each engine.

PostgreSQL takes new rows by COPY, and changes as one JSON parameter: a statement is parsed and planned once, where
executemany has the server run one a row. SQLite, which is no server, needs no such way.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy import update as update_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import ExecutionContext
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.sql.selectable import TableValuedAlias

from storage.database.types import as_json

Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
Row = Mapping[str, Any]

Numbers = NDArray[np.int64]

_PAIR = np.dtype([("fields", ">i2"), ("width", ">i4"), ("first", ">i8"), ("other_width", ">i4"), ("second", ">i8")])
"""A row of two bigint columns in COPY's binary form; before all rows and after them stand:"""
_COPY_HEAD, _COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"

COPIED = "congtin_rows"
"""Execution option of a COPY statement: its rows, tuples of what is stored; or bytes in COPY's binary form."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, all with the same columns."""
    if not rows:
        return
    names = [str(name) for name in rows[0]]
    columns = ", ".join(f'"{name}"' for name in names)
    values = list(zip(*(_values(connection, table, name, rows) for name in names), strict=True))
    if connection.dialect.name == "postgresql":
        # `copy_rows` hands them to the driver.
        connection.exec_driver_sql(f'COPY "{table.name}" ({columns}) FROM STDIN', execution_options={COPIED: values})
    else:
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', values)  # noqa: S608


def insert_pairs(connection: Connection, table: Table, first: Numbers, second: Numbers) -> None:
    """Insert rows into a table of two numbers: as `insert_rows`, without an object of Python for any of them."""
    if connection.dialect.name == "postgresql":
        rows = np.empty(len(first), dtype=_PAIR)
        rows["fields"], rows["width"], rows["other_width"] = 2, 8, 8
        rows["first"], rows["second"] = first, second
        packed = _COPY_HEAD + rows.tobytes() + _COPY_END
        statement = f'COPY "{table.name}" FROM STDIN (FORMAT binary)'
        connection.exec_driver_sql(statement, execution_options={COPIED: packed})
    else:
        pairs = list(zip(first.tolist(), second.tolist(), strict=True))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" VALUES (?, ?)', pairs)  # noqa: S608


def copy_rows(cursor: Any, statement: str, _parameters: object, context: ExecutionContext) -> bool:
    """Execute a COPY statement, whose rows are an execution option; return whether it was one (event `do_execute`)."""
    rows = context.execution_options.get(COPIED)
    if rows is None:
        return False
    with cursor.copy(statement) as copy:
        if isinstance(rows, bytes):
            copy.write(rows)
            return True
        for row in rows:
            copy.write_row(row)
    return True


def update_rows(connection: Connection, table: Table, key: str, rows: Sequence[Row]) -> None:
    """Update rows by their key, all in the same columns; rows are locked in the order of their keys."""
    if not rows:
        return
    ordered = sorted(rows, key=lambda row: row[key])
    names = [name for name in ordered[0] if name != key]
    if connection.dialect.name == "postgresql":
        source = _source(connection, table, ordered)
        locked = select(table.c[key]).where(table.c[key].in_(select(source.c[key]))).order_by(table.c[key])
        connection.execute(locked.with_for_update())
        values = {name: source.c[name] for name in names}
        connection.execute(update_(table).where(table.c[key] == source.c[key]).values(values))
        return
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    statement = update_(table).where(table.c[key] == bindparam("of", type_=table.c[key].type)).values(values)
    connection.execute(
        statement, [{"of" if name == key else f"new_{name}": value for name, value in row.items()} for row in ordered]
    )


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
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
    key = key or [column.name for column in table.primary_key]
    # In the order of their keys, so that two writers never wait for each other crosswise.
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    server = connection.dialect.name == "postgresql"
    insert = (postgresql if server else sqlite).insert(table)
    changes = {name: insert.excluded[name] for name in update} | dict(
        expressions(insert.excluded) if expressions else {}
    )
    if server:
        source = _source(connection, table, ordered)
        names = list(ordered[0])
        insert = insert.from_select(names, select(*(source.c[name] for name in names)))
    statement = (
        insert.on_conflict_do_update(index_elements=key, set_=changes)
        if changes
        else insert.on_conflict_do_nothing(index_elements=key)
    )
    if server:
        connection.execute(statement)
    else:
        connection.execute(statement, ordered)


def _source(connection: Connection, table: Table, rows: Sequence[Row]) -> TableValuedAlias:
    """Return the rows as a table within a statement."""
    names = [str(name) for name in rows[0]]
    columns = [_values(connection, table, name, rows) for name in names]
    for place, name in enumerate(names):
        if isinstance(table.c[name].type, LargeBinary):
            # JSON has no bytes; PostgreSQL reads them from this form.
            columns[place] = [None if value is None else f"\\x{value.hex()}" for value in columns[place]]
    plain = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
    given = cast(bindparam("rows", as_json(plain), type_=Text), postgresql.JSON)
    typed = [column(name, table.c[name].type) for name in names]
    return func.json_to_recordset(given).table_valued(*typed, name="new").render_derived(with_types=True)


def _values(connection: Connection, table: Table, name: str, rows: Sequence[Row]) -> list[Any]:
    """Return a column's values as they are stored."""
    kind = table.c[name].type
    if isinstance(kind, TypeDecorator):
        return [kind.process_bind_param(row[name], connection.dialect) for row in rows]
    return [row[name] for row in rows]
