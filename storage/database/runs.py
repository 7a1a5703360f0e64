"""Runs: begun, alive, ended; and those that died without a word."""

import secrets
import socket
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from storage.database.engine import transact
from storage.database.models import run
from storage.database.types import now
from storage.records import VIETNAM
from storage.vocabulary import VERDICTS, Verdict

_STAMP = "%Y%m%dT%H%M%S"
_LOOK_BACK = 100
"""Runs looked at for one of an earlier day."""


def start_run(engine: Engine, portal: str, mode: str) -> str:
    """Enter a run as begun and return its id, which sorts after those of the portal's earlier runs.

    It begins with the time of its start; where the clock was set back, with the second after the last run's.
    """
    moment, suffix = now(), secrets.token_hex(3)
    row = {
        "portal": portal,
        "mode": mode,
        "started_at": moment,
        "heartbeat_at": moment,
        "host": socket.gethostname(),
    }

    def work(connection: Connection) -> str:
        known = connection.scalars(select(run.c.id).where(run.c.portal == portal, run.c.id.endswith(f"-{suffix}")))
        if entered := known.one_or_none():  # only the answer to COMMIT was lost
            return str(entered)
        stamped = run.c.id.like("________T______-%")
        last = connection.scalar(select(func.max(run.c.id)).where(run.c.portal == portal, stamped)) or ""
        run_id = f"{moment:{_STAMP}}-{suffix}"
        if run_id < last:
            after = datetime.strptime(last.rpartition("-")[0], _STAMP) + timedelta(seconds=1)  # noqa: DTZ007 - a name
            run_id = f"{after:{_STAMP}}-{suffix}"
        connection.execute(insert(run), row | {"id": run_id})
        return run_id

    return transact(engine, work)


def heartbeat(engine: Engine, run_id: str) -> None:
    """Note that the run is alive. To be called at least once a minute."""
    transact(engine, lambda connection: _set(connection, run_id, {"heartbeat_at": now()}), seconds=5)


def finish_run(
    engine: Engine,
    run_id: str,
    verdict: Verdict,
    reason: str,
    counts: Mapping[str, Any],
    report: Mapping[str, Any] | None = None,
) -> None:
    """Enter how a run ended: its verdict, why, its numbers, and the crawl's report as JSON values."""
    values = {
        "ended_at": now(),
        "heartbeat_at": now(),
        "verdict": verdict.value,
        "reason": reason,
        "counts": dict(counts),
        "report": None if report is None else dict(report),
    }
    transact(engine, lambda connection: _set(connection, run_id, values))


def close_stale(engine: Engine, portal: str) -> list[str]:
    """Enter the portal's runs that died as crashed and return their ids. What they archived is not lost.

    The caller holds the portal's lock, which no other machine can hold meanwhile: every open run is dead, or has lost
    its lock and ends itself.
    """
    dead: list[str] = []

    def work(connection: Connection) -> list[str]:
        still_open = select(run.c.id).where(run.c.portal == portal, run.c.verdict.is_(None)).order_by(run.c.started_at)
        dead.extend(connection.scalars(still_open.where(run.c.id.not_in(dead))))  # done again, they are closed already
        values = {"ended_at": now(), "verdict": Verdict.CRASHED.value, "reason": VERDICTS[Verdict.CRASHED].meaning}
        for run_id in dead:
            _set(connection, run_id, values)
        return dead

    return transact(engine, work)


def earlier_runs(engine: Engine, portal: str, day: date) -> list[tuple[Verdict, Mapping[str, Any]]]:
    """Return verdicts and crawl reports of a portal's runs of days (in Vietnam) before `day`, the last one first."""
    query = (
        select(run.c.started_at, run.c.verdict, run.c.report)
        .where(run.c.portal == portal, run.c.report.is_not(None), run.c.verdict.is_not(None))
        .order_by(run.c.started_at.desc())
        .limit(_LOOK_BACK)
    )
    with engine.connect() as connection:
        return [
            (Verdict(row.verdict), row.report)
            for row in connection.execute(query)
            if row.started_at.astimezone(VIETNAM).date() < day
        ]


_UNSEEN = (
    Verdict.UNREACHABLE.value,
    Verdict.CANCELLED.value,
    Verdict.CRASHED.value,
    Verdict.DEGRADED.value,
    Verdict.FAILED.value,
    Verdict.FROZEN.value,
)
"""Verdicts of runs that did not come to see what their portal is like."""


def last_seen(engine: Engine) -> dict[str, Verdict]:
    """Return the verdict of each portal's last run that came to see what the portal is like, by portal."""
    told = (run.c.verdict.is_not(None), run.c.verdict.not_in(_UNSEEN), run.c.mode != "rebuild")
    last = select(run.c.portal, func.max(run.c.id).label("id")).where(*told).group_by(run.c.portal).subquery()
    query = select(run.c.portal, run.c.verdict).join(last, last.c.id == run.c.id)
    with engine.connect() as connection:
        return {row.portal: Verdict(row.verdict) for row in connection.execute(query)}


def made_up_for(engine: Engine, portal: str, moment: datetime) -> str | None:
    """Return a run of a portal's listings that began after a moment and came to an end of its own; None if none did."""
    cut = [Verdict.CRASHED.value, Verdict.CANCELLED.value, Verdict.DEGRADED.value, Verdict.FAILED.value]
    query = select(run.c.id).where(
        run.c.portal == portal,
        run.c.started_at >= moment,
        run.c.mode.in_(["incremental", "full"]),
        run.c.verdict.not_in(cut),
    )
    with engine.connect() as connection:
        return connection.scalar(query.order_by(run.c.id.desc()).limit(1))


def ended(engine: Engine, run_id: str) -> tuple[Verdict, str] | None:
    """Return verdict and reason of a run; None if it goes on, died unseen, or there is no such run."""
    with engine.connect() as connection:
        row = connection.execute(select(run.c.verdict, run.c.reason).where(run.c.id == run_id)).one_or_none()
    return None if row is None or row.verdict is None else (Verdict(row.verdict), row.reason or "")


def last_runs(engine: Engine) -> dict[str, str]:
    """Return the id of each portal's last run that has ended, by portal."""
    last = select(run.c.portal, func.max(run.c.id)).where(run.c.verdict.is_not(None)).group_by(run.c.portal)
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(last.order_by(run.c.portal))}


def portal_of(engine: Engine, run_id: str) -> str | None:
    """Return the portal of a run; None if there is no such run."""
    with engine.connect() as connection:
        return connection.scalar(select(run.c.portal).where(run.c.id == run_id))


def _set(connection: Connection, run_id: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(run).where(run.c.id == run_id).values(**values))
