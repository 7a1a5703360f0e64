"""`congtin portal probe`: which facts of the portals' files a look online confirms."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import fail, screen, table

if TYPE_CHECKING:
    from pathlib import Path

    from crawlers.portal import Portal
    from flows.steps.portals.probe import Fact

NOT_CONFIRMED = 1
"""Exit code when a fact is not confirmed."""


def probe(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="CỔNG…", help="Tên các cổng.", show_default=False)
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Mọi cổng.")] = False,
) -> None:
    """Lên mạng xem các điều ghi trong tệp cổng còn đúng không; điều gì cũng đúng thì ghi ngày `verified` vào tệp.

    Mã thoát 1 nếu có điều không đúng. Máy chủ do CONGTIN_CONNECT_TO phục vụ không xác minh được gì.
    """
    from rich.text import Text

    from crawlers import portals
    from flows.steps.portals.probe import FOUND_LABELS, confirmed

    if bool(names) == every:
        fail("nêu tên cổng, hoặc --all")
    try:
        chosen, broken = portals.load_all() if every else ([portals.load(name) for name in names or ()], [])
        files = portals.portal_files()
    except portals.PortalError as error:
        fail(str(error))
    facts: list[Fact] = []
    for portal in chosen:
        seen, mapped = _look(portal)
        facts += seen
        if confirmed(seen) and not mapped:
            _verify(portal, files[portal.name])
    shown = table("Dò thử", "cổng", "điều", "thấy", "bằng chứng")
    for fact in facts:
        shown.add_row(*map(Text, (fact.portal, fact.fact, FOUND_LABELS[fact.found], fact.evidence)))
    screen().print(shown)
    for file in broken:
        typer.echo(f"congtin: {file.message}", err=True)
    if broken or not confirmed(facts):
        raise typer.Exit(NOT_CONFIRMED)


def _look(portal: "Portal") -> "tuple[list[Fact], bool]":
    from flows.cli.portal_try import quiet_log
    from flows.steps.portals.fetch import NotFetchedError, look
    from flows.steps.portals.probe import Fact, Found, judge
    from storage.settings import settings

    try:
        seen = look(portal, settings(), quiet_log(), listings=[listing.key for listing in portal.listings])
    except (NotFetchedError, ValueError) as error:
        return [Fact(portal.name, "–", Found.UNREACHABLE, str(error))], True
    return judge(portal, seen), bool(seen.report.mapped)


def _verify(portal: "Portal", file: "Path") -> None:
    from flows.steps.portals.probe import write_verified
    from storage.records import VIETNAM

    day = datetime.now(VIETNAM).date()
    try:
        write_verified(file, day)
    except OSError as error:
        fail(f"không ghi được {file}: {error.strerror}")
    typer.echo(f"{portal.name}: đã ghi verified={day.isoformat()}")
