"""Conditions on long lists of values: one parameter, whatever their length."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from storage.database.types import as_json


def among(connection: Connection, column: ColumnElement[Any], values: Iterable[int | str]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these values; for hundreds several times as quick as `in_`."""
    found = list(values)
    if connection.dialect.name == "postgresql":
        return column == func.any(bindparam(None, found, ARRAY(column.type)))
    return column.in_(select(func.json_each(as_json(found)).table_valued("value").c.value))
