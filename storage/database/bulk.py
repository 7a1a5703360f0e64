"""Many rows in one statement, by the quickest way of each engine.

PostgreSQL takes them as one JSON parameter: a statement is parsed and planned once, where executemany has the server
run one a row. SQLite, which is no server, needs no such way.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.sql.selectable import TableValuedAlias

from storage.database.types import as_json

Columns = ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]
Row = Mapping[str, Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, all with the same columns."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        source = _source(connection, table, rows)
        names = list(rows[0])
        connection.execute(postgresql.insert(table).from_select(names, select(*(source.c[name] for name in names))))
    else:
        columns = ", ".join(f'"{name}"' for name in rows[0])
        marks = ", ".join("?" * len(rows[0]))
        values = [tuple(row.values()) for row in _plain(connection, table, rows)]
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})', values)  # noqa: S608


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
    plain = _plain(connection, table, rows)
    for name in plain[0]:
        for row in plain if isinstance(table.c[name].type, LargeBinary) else ():
            if row[name] is not None:
                row[name] = f"\\x{row[name].hex()}"  # JSON has no bytes; PostgreSQL reads them from this form
    given = cast(bindparam("rows", as_json(plain), type_=Text), postgresql.JSON)
    columns = [column(name, table.c[name].type) for name in rows[0]]
    return func.json_to_recordset(given).table_valued(*columns, name="new").render_derived(with_types=True)


def _plain(connection: Connection, table: Table, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the rows with their values as they are stored."""
    names = {str(name): name for name in rows[0]}  # names of columns are a kind of str of their own
    plain = [{name: row[key] for name, key in names.items()} for row in rows]
    for name in names:
        kind = table.c[name].type
        if isinstance(kind, TypeDecorator):
            for row in plain:
                row[name] = kind.process_bind_param(row[name], connection.dialect)
    return plain
