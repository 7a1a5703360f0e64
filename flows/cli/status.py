"""`congtin status`: a row for each portal."""

from datetime import datetime
from typing import TYPE_CHECKING

from flows.cli.common import answering, fail, open_database, screen, table

if TYPE_CHECKING:
    from storage.consume.status import LastRun

_NUMBERS = ("bài", "bản", "mất", "từ chối", "giữ", "chờ", "bỏ")


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
    shown = table("Tình trạng", "cổng", "lần chạy cuối", *_NUMBERS, numbers=_NUMBERS)
    with answering():
        rows = portal_status(engine)
    verdicts = []
    for portal in rows:
        verdict, todo = _said(portal.last_run)
        shown.add_row(
            Text(portal.name),
            _moment(portal.last_run.started_at if portal.last_run else None),
            str(portal.articles),
            str(portal.versions),
            str(portal.gone),
            str(portal.refused),
            str(portal.held),
            str(portal.unread + portal.unfetched),
            str(portal.abandoned),
        )
        said = Text.assemble((portal.name, "bold"), f": {verdict}")
        if todo:
            said.append(f" {todo}", style="yellow")
        verdicts.append(said)
    engine.dispose()
    entered = {portal.name for portal in rows}
    for name in files:
        if name not in entered:
            shown.add_row(name, "–")
            verdicts.append(Text.assemble((name, "bold"), f": {_said(None)[0]}"))
    console = screen()
    console.print(shown)
    for said in verdicts:
        console.print(said, soft_wrap=not console.is_terminal)


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
