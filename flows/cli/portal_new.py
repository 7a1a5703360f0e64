"""`congtin portal new`: a portal's file from its address, or from pages saved before."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.common import fail, screen, table

if TYPE_CHECKING:
    from flows.steps.portals.draft import Draft
    from flows.steps.portals.source import Source

_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")
_SHOWN = 12
"""Lines that differ between two fetches which are shown."""


def new(
    url: Annotated[str, typer.Argument(metavar="URL", help="Trang chủ, hoặc một trang danh sách của cổng.")],
    *,
    name: Annotated[str | None, typer.Option(help="Tên tệp; mặc định theo tỉnh và tên máy chủ.")] = None,
    pages: Annotated[
        Path | None, typer.Option("--from", metavar="THƯ MỤC|WARC", help="Không lên mạng: dùng các trang đã lưu ở đây.")
    ] = None,
) -> None:
    """Soạn tệp cho một cổng mới: nhận CMS, tìm chuyên mục và trang sau, đọc thử ba bài, lưu ca kiểm thử.

    Điều gì không thấy thì ghi TODO vào tệp, `congtin portal check` không cho qua khi còn TODO.
    """
    from crawlers import portals
    from flows.cli.portal_try import quiet_log
    from flows.steps.portals.draft import draft
    from flows.steps.portals.fetch import NotFetchedError
    from flows.steps.portals.source import Live, saved
    from storage.settings import settings

    if not re.match(r"https?://[^/\s]+", url):
        fail(f"URL: {url!r} không phải địa chỉ http(s)")
    if name is not None and not _NAME.fullmatch(name):
        fail(f"--name: {name!r} phải là chữ thường ASCII, số và gạch dưới, ví dụ lao_cai_bat_xat")
    try:
        _free(name)
        source: Source = saved(pages) if pages else Live("cong_moi", url, settings(), quiet_log())
        made = draft(url, name, source, verify=pages is None and not settings().connect_to)
        _free(made.name)
    except portals.PortalError as error:
        fail(str(error))
    except NotFetchedError as error:
        fail(f"{error}", 1)
    except OSError as error:
        fail(f"--from: {error}")
    except ValueError as error:
        fail(f"--from: {error}" if pages else str(error))
    _show(made)
    _write(made)


def _free(name: str | None) -> None:
    from crawlers import portals

    if name is not None and name in portals.portal_files():
        fail(f"đã có cổng {name}: {portals.portal_files()[name]}; nêu tên khác bằng --name")


def _show(made: "Draft") -> None:
    from rich.text import Text

    from flows.steps.portals.draft import by_reason

    console = screen()
    for family in made.families[:3]:
        typer.echo(f"CMS {family.platform}: {family.sure:.0%} ({', '.join(family.evidence)})")
    if not made.families:
        typer.echo("CMS: không nhận ra; cổng được đọc theo cấu trúc trang.")
    shown = table("Các mục được lấy", "mục", "dòng", "trang", "trang sau", "ba tiêu đề đầu", numbers=("dòng", "trang"))
    for section in made.sections:
        if section.left_out and not section.items:
            continue
        after = {None: "không thấy", "": "biểu mẫu"}.get(section.next_url, "có")
        titles = "\n".join(item.title for item in section.items[:3])
        why = f" (không: {section.left_out})" if section.left_out else ""
        pages = str(section.pages) if section.pages else ""
        shown.add_row(
            *map(Text, (f"{section.name or section.url}{why}", str(len(section.items)), pages, after, titles))
        )
    console.print(shown)
    for reason, names in by_reason(made.sections).items():
        typer.echo(f"Không lấy, {reason}: {'; '.join(names)}")
    if made.differing:
        typer.echo("Khác nhau giữa hai lần tải cùng một bài (chữ của khung trang, sẽ được học là khung):")
        for line in made.differing[:_SHOWN]:
            typer.echo(f"  - {line[:110]}")


def _write(made: "Draft") -> None:
    from crawlers import portals
    from flows.cli.portal_try import write_report
    from flows.steps.portals import cases
    from flows.steps.portals.fields import rows, warnings
    from flows.steps.portals.portal_file import todos
    from storage.records import Article
    from storage.settings import settings

    folder = settings().portals[0] if settings().portals else portals.HERE
    file = folder / f"{made.name}.py"
    portal = portals.load_text(made.name, made.text, file)
    try:
        file.write_text(made.text, encoding="utf-8")
    except OSError as error:
        fail(f"không ghi được {file}: {error.strerror}")
    for tried in made.tried:
        article = tried.result
        typer.echo(f"\n{tried.page.url}")
        if isinstance(article, Article):
            got = [row.label.lower() for row in rows(article) if row.value]
            typer.echo(f"  {article.title}\n  đọc được: {', '.join(got)}")
            try:
                typer.echo(f"  ca kiểm thử: {cases.save(tried, portal, cases.cases_beside(file))}")
            except ValueError as error:
                typer.echo(f"  không lưu ca kiểm thử: {error}")
        for problem in warnings(tried, portal):
            typer.echo(f"  ! {problem}")
        typer.echo(f"  báo cáo: {write_report(tried, portal)}")
    typer.echo(f"\nĐã soạn {file}")
    left = todos(made.text)
    for number, line in left:
        typer.echo(f"  dòng {number}: {line}")
    typer.echo(f"Còn {len(left)} chỗ TODO phải điền." if left else "Không còn chỗ nào phải điền.")
    typer.echo(f"Tiếp theo: congtin portal try {made.name}, rồi congtin portal check {made.name}")
