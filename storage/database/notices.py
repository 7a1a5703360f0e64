"""What people have been told of, so that they are told once."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from storage.database.bulk import upsert
from storage.database.engine import transact
from storage.database.models import notice


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem that people were told of.

    Attributes:
        key: of the problem.
        state: of the problem, when they were told last.
        what: Vietnamese, what was wrong.
        since: when it was first seen.
        told_at: when they were told last.
        over_at: when it was over; None while it lasts.
    """

    key: str
    state: str
    what: str
    since: datetime
    told_at: datetime
    over_at: datetime | None


def notices(engine: Engine) -> dict[str, Notice]:
    """Return what people have been told of, by key."""
    with engine.connect() as connection:
        return {row["key"]: Notice(**row) for row in connection.execute(select(notice)).mappings()}


def keep(engine: Engine, row: Notice) -> None:
    """Remember what people were told."""
    values = asdict(row)
    transact(engine, lambda connection: upsert(connection, notice, [values], update=[*values.keys() - {"key"}]))
