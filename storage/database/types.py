"""Column types that store and read the same on SQLite and PostgreSQL."""

from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from storage.records import VIETNAM

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; SQLite numbers rows by itself only where the type is INTEGER."""


class VietnamTime(TypeDecorator[datetime]):
    """A moment as text `YYYY-MM-DDTHH:MM:SS+07:00`: one offset, so the order of texts is the order of time."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of an aware time, cut to the second.

        Raises:
            ValueError: the time is naive.
        """
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive time cannot be stored")
        return value.astimezone(VIETNAM).isoformat(timespec="seconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the aware time of a stored text."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A calendar day in Vietnam as text `YYYY-MM-DD`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Return the text of a day."""
        del dialect
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Return the day of a stored text."""
        del dialect
        return None if value is None else date.fromisoformat(value)


def as_json(value: Any) -> str:
    """Return the JSON text of a value, Vietnamese letters as they are.

    Raises:
        ValueError: the value holds a lone surrogate or a number beyond 64 bits.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except orjson.JSONEncodeError as error:
        raise ValueError(f"cannot be written as JSON: {error}") from error


class Json(TypeDecorator[Any]):
    """JSON as text, Vietnamese letters as they are: views show the very same on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the JSON text of a value; None stays NULL."""
        del dialect
        return None if value is None else as_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value of a stored JSON text."""
        del dialect
        return None if value is None else orjson.loads(value)


def now() -> datetime:
    """Return the present moment in Vietnam time."""
    return datetime.now(VIETNAM)
