"""The state of the portals, as `congtin status` needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select

from storage.database.failures import MAX_TRIES
from storage.database.models import address, article, capture, portal, run, version
from storage.database.types import now
from storage.records import VIETNAM
from storage.vocabulary import VERDICTS, CaptureState, PrefectState, Verdict

_GOOD = [
    verdict.value
    for verdict, facts in VERDICTS.items()
    if facts.prefect_state is PrefectState.COMPLETED and verdict is not Verdict.FROZEN
]


@dataclass(frozen=True, slots=True)
class LastRun:
    """A portal's last run. `verdict` is None while it goes on (or until the next run finds it dead)."""

    run_id: str
    started_at: datetime
    heartbeat_at: datetime
    ended_at: datetime | None
    verdict: Verdict | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class PortalStatus:
    """A portal, in numbers.

    Attributes:
        name, title, lifecycle: as in its file.
        last_run: None if it never ran.
        last_end: the last run that has ended; None if none has.
        since: start of the first of the runs that have ended as the last one did, with no other end between them.
        last_good_at: start of the last run that came to a good end; None if there is none.
        new_today: articles first seen since midnight in Vietnam.
        articles: articles shown, those that are gone included.
        versions: versions of all articles.
        gone: articles that vanished from the portal.
        refused: responses that are no article.
        held: articles kept back for a person.
        unread: archived responses that wait for reading.
        unfetched: listed addresses without an article that will be tried again.
        abandoned: listed addresses that were given up.
        newest_at: when the newest article was first seen; None if there is none.
    """

    name: str
    title: str
    lifecycle: str
    last_run: LastRun | None
    last_end: LastRun | None
    since: datetime | None
    last_good_at: datetime | None
    new_today: int
    articles: int
    versions: int
    gone: int
    refused: int
    held: int
    unread: int
    unfetched: int
    abandoned: int
    newest_at: datetime | None


def portal_status(engine: Engine, at: datetime | None = None) -> list[PortalStatus]:
    """Return the state of every portal, by name, as of a moment (default now)."""
    midnight = (at or now()).astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    shown = article.c.merged_into.is_(None)
    captures = select(capture.c.portal, func.count())
    untold = (
        select(address.c.portal, func.count())
        .where(address.c.article_id.is_(None), address.c.closed.is_(False))
        .group_by(address.c.portal)
    )
    with engine.connect() as connection:
        begun, told = run.c.id.is_not(None), run.c.verdict.is_not(None)
        runs, ends = _last_runs(connection, begun), _last_runs(connection, told)
        since = _by_portal(connection, _streaks())
        good = _by_portal(
            connection,
            select(run.c.portal, func.max(run.c.started_at)).where(run.c.verdict.in_(_GOOD)).group_by(run.c.portal),
        )
        counts = {
            name: _by_portal(connection, query)
            for name, query in {
                "articles": select(article.c.portal, func.count()).where(shown).group_by(article.c.portal),
                "new_today": select(article.c.portal, func.count())
                .where(shown, article.c.first_seen_at >= midnight)
                .group_by(article.c.portal),
                "versions": select(article.c.portal, func.count())
                .join(version, version.c.article_id == article.c.id)
                .group_by(article.c.portal),
                "gone": select(article.c.portal, func.count())
                .where(shown, article.c.gone_at.is_not(None))
                .group_by(article.c.portal),
                "refused": _in_state(captures, CaptureState.REFUSED),
                "held": _in_state(captures, CaptureState.HELD),
                "unread": _in_state(captures, CaptureState.PENDING),
                "unfetched": untold.where(address.c.tries < MAX_TRIES),
                "abandoned": untold.where(address.c.tries >= MAX_TRIES),
            }.items()
        }
        newest = _by_portal(
            connection, select(article.c.portal, func.max(article.c.first_seen_at)).group_by(article.c.portal)
        )
        portals = connection.execute(
            select(portal.c.name, portal.c.title, portal.c.lifecycle).order_by(portal.c.name)
        ).all()
    return [
        PortalStatus(
            name=row.name,
            title=row.title,
            lifecycle=row.lifecycle,
            last_run=runs.get(row.name),
            last_end=ends.get(row.name),
            since=since.get(row.name),
            last_good_at=good.get(row.name),
            newest_at=newest.get(row.name),
            **{name: numbers.get(row.name, 0) for name, numbers in counts.items()},
        )
        for row in portals
    ]


def _in_state(captures: Select[Any], state: CaptureState) -> Select[Any]:
    return captures.where(capture.c.state == state.value).group_by(capture.c.portal)


def _by_portal(connection: Connection, query: Select[Any]) -> Mapping[str, Any]:
    return {row[0]: row[1] for row in connection.execute(query)}


def _streaks() -> Select[Any]:
    """Return when the runs began that ended as each portal's last one did, back to one that ended otherwise."""
    newest = select(run.c.portal, func.max(run.c.id).label("id")).where(run.c.verdict.is_not(None))
    last = newest.group_by(run.c.portal).subquery()
    end, other = run.alias("last_end"), run.alias("other_end")
    before = (
        select(func.max(other.c.id))
        .where(other.c.portal == run.c.portal, other.c.verdict.is_not(None), other.c.verdict != end.c.verdict)
        .scalar_subquery()
    )
    return (
        select(run.c.portal, func.min(run.c.started_at))
        .join(last, last.c.portal == run.c.portal)
        .join(end, end.c.id == last.c.id)
        .where(run.c.verdict == end.c.verdict, run.c.id > func.coalesce(before, ""))
        .group_by(run.c.portal)
    )


def _last_runs(connection: Connection, which: ColumnElement[bool]) -> Mapping[str, LastRun]:
    last = select(run.c.portal, func.max(run.c.id).label("id")).where(which).group_by(run.c.portal).subquery()
    columns = (
        run.c.portal,
        run.c.id,
        run.c.started_at,
        run.c.heartbeat_at,
        run.c.ended_at,
        run.c.verdict,
        run.c.reason,
    )
    return {
        row.portal: LastRun(
            row.id,
            row.started_at,
            row.heartbeat_at,
            row.ended_at,
            Verdict(row.verdict) if row.verdict else None,
            row.reason,
        )
        for row in connection.execute(select(*columns).join(last, last.c.id == run.c.id))
    }
