"""`congtin diff`: what the publisher changed between two versions of an article."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from flows.cli.common import NOT_FOUND, answering, fail, find_one, open_database, screen

_LABELS = {"title": "Tiêu đề", "lead": "Tóm tắt", "text": "Nội dung"}
_STYLES = {"old": "red strike", "new": "bold green"}
_MARKS = {"old": ("[-", "-]"), "new": ("{+", "+}")}


def diff(
    ref: Annotated[str, typer.Argument(metavar="URL|ID", help="Địa chỉ hoặc số của bài.", show_default=False)],
    old: Annotated[int | None, typer.Argument(metavar="[CŨ]", help="Số phiên bản; mặc định: liền trước.")] = None,
    new: Annotated[int | None, typer.Argument(metavar="[MỚI]", help="Số phiên bản; mặc định: cuối.")] = None,
) -> None:
    """Xem cổng đã sửa gì giữa hai phiên bản của một bài: [-chữ cũ-] {+chữ mới+}."""
    from rich.text import Text

    from storage.consume.article import show_article
    from storage.consume.differences import Part, differences

    engine = open_database()
    with answering():
        page = show_article(engine, find_one(engine, ref))
    engine.dispose()
    versions = {row["version_no"]: row for row in page.versions}
    last = max(versions) if new is None else new
    first = last - 1 if old is None else old
    if len(versions) == 1 and old is None and new is None:
        typer.echo("Bài này có một phiên bản, cổng chưa sửa.")
        return
    if missing := {first, last} - versions.keys():
        fail(
            f"không có phiên bản {', '.join(map(str, sorted(missing)))}; bài có: {', '.join(map(str, versions))}",
            NOT_FOUND,
        )
    console = screen()
    for row in (versions[first], versions[last]):
        console.print(_said(row), markup=False, soft_wrap=True)
    for one in differences(versions[first], versions[last]):
        line = Text(f"\n{_LABELS[one.field]}: ", style="dim")
        for part, words in one.parts:
            before, after = ("", "") if part is Part.SAME else _MARKS[part]
            line.append(f"{before}{words}{after}", style=_STYLES.get(part, "not dim"))
        console.print(line)


def _said(row: Mapping[str, Any]) -> str:
    return f"Phiên bản {row['version_no']}: thấy lúc {row['seen_at']}, bản lưu {row['capture_id']}"
