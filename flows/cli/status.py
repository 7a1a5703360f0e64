"""`congtin status`: a row for each portal."""

from datetime import datetime
from typing import TYPE_CHECKING

from flows.cli.common import answering, fail, open_database, screen, table

if TYPE_CHECKING:
    from storage.consume.status import LastRun

_NUMBERS = ("bài", "phiên bản", "biến mất", "từ chối", "giữ lại", "chờ đọc", "chờ tải", "bỏ qua")


def status() -> None:
    """Xem tình trạng các cổng: lần chạy cuối, kết cục, số bài, việc cần làm."""
    from rich.text import Text

    from crawlers.portals import PortalError, portal_files
    from storage.consume.status import portal_status

    try:
        files = portal_files()
    except PortalError as error:
        fail(str(error))
    engine = open_database()
    shown = table(
        "Tình trạng", "cổng", "lần chạy cuối", "kết cục", *_NUMBERS, "bài mới nhất", "việc cần làm", numbers=_NUMBERS
    )
    with answering():
        rows = portal_status(engine)
    for portal in rows:
        verdict, todo = _said(portal.last_run)
        shown.add_row(
            Text(portal.name),
            _moment(portal.last_run.started_at if portal.last_run else None),
            Text(verdict),
            str(portal.articles),
            str(portal.versions),
            str(portal.gone),
            str(portal.refused),
            str(portal.held),
            str(portal.unread),
            str(portal.unfetched),
            str(portal.abandoned),
            _moment(portal.newest_at),
            Text(todo),
        )
    engine.dispose()
    entered = {portal.name for portal in rows}
    for name in files:
        if name not in entered:
            shown.add_row(name, "–", _said(None)[0])
    screen().print(shown)


def _said(run: "LastRun | None") -> tuple[str, str]:
    """Return the verdict of a run in words, with its code, and what the operator does about it."""
    from storage.vocabulary import VERDICTS

    if run is None:
        return "chưa chạy", ""
    if run.verdict is None:
        return "đang chạy", ""
    facts = VERDICTS[run.verdict]
    return f"{facts.label} [{run.verdict.value}]: {run.reason or ''}", facts.todo


def _moment(moment: datetime | None) -> str:
    from storage.records import VIETNAM

    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if moment else "–"
