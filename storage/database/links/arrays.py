"""Conditions on long lists of numbers: one parameter, whatever their length."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY


def among(connection: Connection, column: ColumnElement[Any], numbers: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these numbers."""
    values = list(numbers)
    if connection.dialect.name == "postgresql":
        return column == func.any(bindparam(None, values, ARRAY(BigInteger)))
    return column.in_(select(func.json_each(json.dumps(values)).table_valued("value").c.value))
