"""Articles as the follower compares them, and which of two was first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, select

from storage.database.among import among
from storage.database.models import article, reading
from storage.records import VIETNAM, Precision
from storage.similar.compare import Prepared
from storage.text import match_key, sha256_hex
from storage.vocabulary import FirstBasis

_CUT = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10, Precision.MINUTE: 16, Precision.SECOND: 19}
"""Characters of an ISO time that a precision vouches for."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an article is from and when: what tells which of two was first."""

    id: int
    portal: str
    source_credit: str | None
    published_at: datetime | None
    published_precision: str | None
    first_seen_at: datetime


@dataclass(frozen=True)
class Subject:
    """An article as it is shown now."""

    origin: Origin
    title: str
    full_text: str

    @cached_property
    def prepared(self) -> Prepared:
        """Its text, ready to be compared."""
        return Prepared(self.title, self.full_text)

    @cached_property
    def digest(self) -> str:
        """A digest of all that a comparison depends on."""
        return sha256_hex(f"{self.origin}\n{self.title}\n{self.full_text}")[:32]


def subjects(connection: Connection, ids: Iterable[int]) -> dict[int, Subject]:
    """Return those of the articles that are shown, by their ids."""
    query = _shown(reading.c.title, reading.c.lead, reading.c.text).where(among(connection, article.c.id, ids))
    return {
        row.id: Subject(_origin(row), row.title, f"{row.lead}\n{row.text}" if row.lead else row.text)
        for row in connection.execute(query)
    }


def origins(connection: Connection, ids: Iterable[int]) -> dict[int, Origin]:
    """Return where those of the articles that are shown are from, by their ids."""
    return {row.id: _origin(row) for row in connection.execute(_shown().where(among(connection, article.c.id, ids)))}


def _shown(*columns: Any) -> Select[Any]:
    return (
        select(
            article.c.id,
            article.c.portal,
            article.c.first_seen_at,
            reading.c.source_credit,
            reading.c.published_at,
            reading.c.published_precision,
            *columns,
        )
        .join(reading, reading.c.id == article.c.reading_id)
        .where(article.c.merged_into.is_(None), article.c.withdrawn_at.is_(None))
    )


def _origin(row: Any) -> Origin:
    return Origin(row.id, row.portal, row.source_credit, row.published_at, row.published_precision, row.first_seen_at)


def is_credited(one: Subject, other: Subject) -> bool:
    """Whether one says that it is a reprint, and has title and day in common with the other, of another portal.

    Of such a pair a figure that differs is a correction or a slip; without the credit it is another edition.
    """
    day = _printed(one.origin)[:10]
    return (
        _credited(one.origin, other.origin) is not None
        and len(day) == 10
        and day == _printed(other.origin)[:10]
        and match_key(one.title) == match_key(other.title)
    )


def first_of(one: Origin, other: Origin) -> tuple[Origin, FirstBasis]:
    """Return which of two like articles was first, and by what that is told."""
    credited = _credited(one, other)
    if credited is not None:
        return (other if credited is one else one), FirstBasis.CREDIT
    mine, theirs = _printed(one), _printed(other)
    known = min(len(mine), len(theirs))  # times are comparable as far as the less exact one goes
    if mine[:known] != theirs[:known]:
        return (one if mine < theirs else other), FirstBasis.PUBLISHED
    return min(one, other, key=lambda origin: (origin.first_seen_at, origin.id)), FirstBasis.SEEN


def _credited(one: Origin, other: Origin) -> Origin | None:
    """Return the one that names a source where the other, of another portal, does not."""
    if one.portal == other.portal or bool(one.source_credit) == bool(other.source_credit):
        return None
    return one if one.source_credit else other


def _printed(origin: Origin) -> str:
    """Return the printed time of publication in Vietnam, as far as it is exact; "" if there is none."""
    if origin.published_at is None or origin.published_precision is None:
        return ""
    return origin.published_at.astimezone(VIETNAM).isoformat()[: _CUT[Precision(origin.published_precision)]]
