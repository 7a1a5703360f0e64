"""How the portals are, a row each: what the operator looks at every morning, on the screen and in `congtin status`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from crawlers.portals import BrokenPortal
from flows.steps.upcoming import Upcoming
from storage.consume.status import PortalStatus, portal_status
from storage.database.types import now
from storage.records import VIETNAM
from storage.vocabulary import VERDICTS, Verdict

_QUIET = timedelta(minutes=2)
"""Without a sign of life for so long a run has died; it gives one every 15 seconds."""


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """How a portal is, in words for people.

    Attributes:
        name, title: the portal's; the title is "" for a file that cannot be loaded.
        verdict: how its last run ended, with the code in brackets.
        since: since when its runs end so.
        doing: what it does at the moment, "" if nothing.
        reason: why the verdict.
        last_good: when the last run began that came to a good end.
        articles, new_today, held, waiting, abandoned: numbers of articles, of those first seen today, of pages that
            wait for a person, of responses and addresses that wait for a run, of addresses given up.
        next_run: when it runs next, or why it does not.
        todo: what the operator does, "" if nothing.
    """

    name: str
    title: str
    verdict: str
    since: str = "–"
    doing: str = ""
    reason: str = ""
    last_good: str = "–"
    articles: int = 0
    new_today: int = 0
    held: int = 0
    waiting: int = 0
    abandoned: int = 0
    next_run: str = "–"
    todo: str = ""


def overview(
    engine: Engine,
    names: Sequence[str],
    broken: Sequence[BrokenPortal],
    upcoming: Mapping[str, Upcoming] | None,
    at: datetime | None = None,
) -> list[OverviewRow]:
    """Return a row for each portal, by name.

    Args:
        engine: the database.
        names: the portals of the files; one without a row in the database has never run.
        broken: files that cannot be loaded.
        upcoming: when each portal runs next, from Prefect's server; None where that does not answer.
        at: the moment to look at; now by default.
    """
    moment = at or now()
    wrong = {file.name: file.message for file in broken}
    known = {row.name: row for row in portal_status(engine, moment)}
    return [
        _broken(name, wrong[name]) if name in wrong else _row(name, known.get(name), upcoming, moment)
        for name in sorted({*names, *known, *wrong})
    ]


def said(moment: datetime | None) -> str:
    """Return a moment as an operator reads it, in Vietnam time; "–" for none."""
    return moment.astimezone(VIETNAM).strftime("%d/%m %H:%M") if moment else "–"


def _row(name: str, status: PortalStatus | None, upcoming: Mapping[str, Upcoming] | None, at: datetime) -> OverviewRow:
    following = _next_run(name, upcoming)
    if status is None:
        return OverviewRow(name, "", "Chưa chạy", next_run=following)
    end, doing = status.last_end, _doing(status, at)
    facts = VERDICTS[end.verdict] if end and end.verdict else None
    return OverviewRow(
        name,
        status.title,
        f"{facts.label} [{end.verdict.value}]" if facts and end and end.verdict else "Chưa chạy",
        since=said(status.since),
        doing=doing,
        reason=(end.reason or "") if end else "",
        last_good=said(status.last_good_at),
        articles=status.articles,
        new_today=status.new_today,
        held=status.held,
        waiting=status.unread + status.unfetched,
        abandoned=status.abandoned,
        next_run=following,
        todo=facts.todo if facts else "",
    )


def _doing(status: PortalStatus, at: datetime) -> str:
    run = status.last_run
    if run is None or run.verdict is not None:
        return ""
    if at - run.heartbeat_at > _QUIET:
        label = VERDICTS[Verdict.CRASHED].label.lower()
        return f"lần chạy {said(run.started_at)} {label} [{Verdict.CRASHED.value}], lần sau đi tiếp"
    return f"đang chạy từ {said(run.started_at)}"


def _next_run(name: str, upcoming: Mapping[str, Upcoming] | None) -> str:
    if upcoming is None:
        return "không rõ"
    its = upcoming.get(name)
    if its is None or its.at is None:
        return "tạm dừng" if its and its.paused else "–"
    return said(its.at)


def _broken(name: str, message: str) -> OverviewRow:
    return OverviewRow(
        name, "", f"Tệp hỏng [{Verdict.FAILED.value}]", reason=message, todo="Sửa tệp của cổng theo lời báo."
    )
