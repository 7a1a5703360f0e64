"""What runs have done and when articles came: what a watch over the portals looks at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, func, select

from storage.database.models import article, capture, run
from storage.vocabulary import CaptureState, Verdict


@dataclass(frozen=True, slots=True)
class Run:
    """A run. `verdict` is None while it goes on, or when it died; `read` and `refused` count pages."""

    run_id: str
    started_at: datetime
    heartbeat_at: datetime
    host: str
    verdict: Verdict | None
    reason: str
    read: int
    refused: int


def last_runs(engine: Engine, portal: str, number: int) -> list[Run]:
    """Return the last runs of a portal, the latest first."""
    query = select(run).where(run.c.portal == portal).order_by(run.c.id.desc()).limit(number)
    with engine.connect() as connection:
        return [
            Run(
                row.id,
                row.started_at,
                row.heartbeat_at,
                row.host,
                Verdict(row.verdict) if row.verdict else None,
                row.reason or "",
                (row.counts or {}).get("read", 0),
                sum((row.counts or {}).get("refused", {}).values()),
            )
            for row in connection.execute(query)
        ]


def newest_days(engine: Engine, portal: str, number: int) -> list[date]:
    """Return the last days that a portal's articles are dated (else: were first seen), the latest first."""
    query = (
        select(article.c.sort_date)
        .where(article.c.portal == portal, article.c.merged_into.is_(None))
        .distinct()
        .order_by(article.c.sort_date.desc())
        .limit(number)
    )
    with engine.connect() as connection:
        return list(connection.scalars(query))


def new_since(engine: Engine, moment: datetime) -> Mapping[str, int]:
    """Return how many articles were first seen since a moment, by portal."""
    query = (
        select(article.c.portal, func.count())
        .where(article.c.first_seen_at >= moment, article.c.merged_into.is_(None))
        .group_by(article.c.portal)
    )
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def held_since(engine: Engine) -> Mapping[str, datetime]:
    """Return since when the oldest page that waits for a person was fetched, by portal."""
    query = (
        select(capture.c.portal, func.min(capture.c.fetched_at))
        .where(capture.c.state == CaptureState.HELD.value)
        .group_by(capture.c.portal)
    )
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def first_run(engine: Engine) -> datetime | None:
    """Return when the first run of any portal began; None before it.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    with engine.connect() as connection:
        began: datetime | None = connection.scalar(select(func.min(run.c.started_at)))
        return began
