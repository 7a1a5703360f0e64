"""`congtin portal try`: what is read of a page, field by field, and a report for the browser."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from flows.cli.common import fail, screen, table

if TYPE_CHECKING:
    from crawlers.portal import Portal
    from flows.steps.portals.tried import RawPage, Tried

REFUSED = 3
"""Exit code when a page is no article, as `congtin read` has it."""


def try_page(
    name: Annotated[str, typer.Argument(metavar="CỔNG", help="Tên cổng.")],
    page: Annotated[
        str | None, typer.Argument(metavar="URL|TỆP", help="Một bài, hay trang đã lưu.", show_default=False)
    ] = None,
    *,
    url: Annotated[str | None, typer.Option(help="Địa chỉ của trang đã lưu.", show_default=False)] = None,
    save: Annotated[bool, typer.Option("--save", help="Lưu trang thành ca kiểm thử của cổng.")] = False,
) -> None:
    """Đọc thử một trang bằng tệp của cổng: bảng các trường và báo cáo HTML, không ghi gì vào kho.

    Không nêu trang nào: tải trang đầu mỗi danh sách và đọc vài bài mới nhất ở đó. Mã thoát 3 nếu có trang không thành
    bài.
    """
    from crawlers import portals

    try:
        portal = portals.load(name)
    except portals.PortalError as error:
        fail(str(error))
    if page is not None and not page.startswith(("http://", "https://")):
        raw = [_saved(Path(page), url)]
    elif url is not None:
        fail("--url đi cùng một tệp")
    else:
        raw = _fetched(portal, page)
    refused = 0
    for one in raw:
        refused += show(one, portal, save=save)
    if refused:
        raise typer.Exit(REFUSED)


def _saved(file: Path, url: str | None) -> "RawPage":
    from flows.steps.portals.tried import from_file

    try:
        return from_file(file, url)
    except OSError as error:
        fail(f"không đọc được {file}: {error.strerror}")
    except ValueError:
        fail(f"{file} không ghi địa chỉ của nó; hãy nêu bằng --url")


def _fetched(portal: "Portal", url: str | None) -> "list[RawPage]":
    from crawlers.plan import Target
    from flows.steps.portals.fetch import NotFetchedError, look
    from storage.settings import settings
    from storage.vocabulary import Purpose

    targets = [Target(url=url)] if url else []
    listings = [] if url else [listing.key for listing in portal.listings]
    try:
        found = look(portal, settings(), quiet_log(), targets=targets, listings=listings)
    except (NotFetchedError, ValueError) as error:
        fail(str(error), 1)
    pages = [answer.page() for answer in found.of(Purpose.ARTICLE)]
    if not pages:
        _nothing(found.why_nothing)
    return pages


def _nothing(why: str) -> NoReturn:
    fail(f"không tải được bài nào: {why}", 1)


def quiet_log() -> "_Log":
    """Return the log of a crawl that a person waits for: warnings and worse, on stderr."""
    import logging

    from rich.console import Console

    from flows.cli.logs import log_to_screen

    log_to_screen(Console(stderr=True), logging.ERROR)
    return logging.getLogger("congtin.portal")


if TYPE_CHECKING:
    from flows.steps.crawl import Log as _Log


def show(raw: "RawPage", portal: "Portal", *, save: bool) -> bool:
    """Print the fields of a page, write its report, save it if asked to; return whether it is no article."""
    from flows.steps.portals import fields
    from flows.steps.portals.tried import try_page as read_it
    from storage.records import Article

    tried = read_it(raw, portal)
    console = screen()
    if isinstance(tried.result, Article):
        from rich.text import Text

        shown = table(raw.url, "trường", "giá trị", "cách đọc", "bằng chứng")
        for row in fields.rows(tried.result):
            cells = (row.value or "–", row.method, row.evidence)
            shown.add_row(row.label, *(Text(cell[:200]) for cell in cells))
        console.print(shown)
    else:
        typer.echo(raw.url)
    for problem in fields.warnings(tried, portal):
        typer.echo(f"! {problem}")
    typer.echo(f"Báo cáo: {write_report(tried, portal)}")
    if save:
        _save(tried, portal)
    return not isinstance(tried.result, Article)


def write_report(tried: "Tried", portal: "Portal") -> str:
    """Write the report of a page for the browser; return its file's address."""
    from flows.steps.portals.report import report
    from storage.settings import settings
    from storage.text import sha256_hex

    folder = settings().var / "reports" / portal.name
    file = folder / f"{sha256_hex(tried.page.url)[:12]}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(report(tried, portal), encoding="utf-8")
    except OSError as error:
        fail(f"không ghi được {file}: {error.strerror}")
    return file.resolve().as_uri()


def _save(tried: "Tried", portal: "Portal") -> None:
    from flows.steps.portals import cases

    try:
        typer.echo(f"Đã lưu ca kiểm thử: {cases.save(tried, portal, cases.folder_of(portal.name))}")
    except ValueError as error:
        typer.echo(f"! Không lưu: {error}")
    except OSError as error:
        fail(f"không lưu được ca kiểm thử: {error.strerror}")
