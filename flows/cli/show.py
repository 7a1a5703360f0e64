"""`congtin show`: an article, its versions and its evidence; or the bytes it was read from."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.common import NOT_FOUND, answering, fail, find_one, open_database, parse_day, screen, table

if TYPE_CHECKING:
    from rich.console import Console

    from storage.consume.article import ArticlePage

_HEAD = (
    "article_id", "portal", "url", "kind", "section", "authors", "byline_raw", "source_credit", "published_at",
    "published_precision", "published_basis", "published_missing_reason", "inferred_from", "inferred_to", "event_date",
    "sort_date", "sort_date_basis", "unit_name", "province_name", "province_name_today", "language", "first_seen_at",
    "last_seen_at", "gone_at", "version_no",
)  # fmt: skip


def show(
    ref: Annotated[str, typer.Argument(metavar="URL|ID", help="Địa chỉ hoặc số của bài.", show_default=False)],
    *,
    at: Annotated[str | None, typer.Option(help="Phiên bản vào cuối ngày này (YYYY-MM-DD).")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="In nguyên trang đã lưu mà phiên bản được đọc từ đó.")] = False,
) -> None:
    """Xem một bài: nội dung, các phiên bản, bằng chứng của từng trường."""
    from flows.cli.links import print_links
    from storage.consume.article import show_article
    from storage.consume.likes import like_articles

    day = parse_day(at, "--at") if at else None
    engine = open_database()
    with answering():
        number = find_one(engine, ref)
        page = show_article(engine, number, at=day)
        alike = like_articles(engine, number)
    engine.dispose()
    if page.version is None:
        fail(f"đến hết ngày {at} chưa có bài này (thấy lần đầu {page.article['first_seen_at']})", NOT_FOUND)
    if raw:
        _print_bytes(page)
    else:
        _print_page(screen(), page, page.version)
        print_links(screen(), *alike)


def _print_bytes(page: "ArticlePage") -> None:
    """Write the archived page, its content coding undone, to stdout."""
    import sys

    from storage import archive
    from storage.records import Location
    from storage.settings import settings

    row = page.archived
    if row is None:
        fail("phiên bản này không còn bản lưu", NOT_FOUND)
    location = Location(row["segment"], row["segment_offset"], row["segment_length"])
    try:
        _, body, _ = archive.read(settings().archive, row["portal"], location)
    except archive.ArchiveError as error:
        fail(f"không đọc được bản lưu {row['capture_id']}: {error}", NOT_FOUND)
    sys.stdout.buffer.write(body)


def _print_page(console: "Console", page: "ArticlePage", version: Mapping[str, Any]) -> None:
    from rich.text import Text

    console.print(Text(str(version["title"]), style="bold"))
    for part in (version["lead"], version["text"]):
        if part:
            console.print(Text(f"\n{part}"))
    console.print()
    facts = table("Thuộc tính", "trường", "giá trị", "cách đọc", "bằng chứng")
    for name in _HEAD:
        value = _plain(page.article.get(name))
        if value:
            how = page.provenance.get(name, {})
            facts.add_row(name, Text(value), Text(how.get("method", "")), Text(how.get("evidence", "")))
    console.print(facts)
    for title, rows, columns in (
        ("Phiên bản", page.versions, ("version_no", "seen_at", "title", "url", "reader_version", "capture_id")),
        ("Địa chỉ", page.addresses, ("url", "role", "first_seen_at", "last_seen_at", "gone_at")),
        ("Ảnh", page.images, ("url", "caption", "credit")),
        ("Tệp đính kèm", page.attachments, ("name", "url", "state", "size", "sha256")),
        ("Lượt xem", page.view_counts, ("observed_at", "view_count")),
        ("Thay đổi", page.changes, ("seq", "changed_at", "change", "cause", "changed_fields")),
    ):
        _print_rows(console, title, rows, columns)
    if (row := page.archived) is not None:
        console.print(
            Text(
                f"Bản lưu {row['capture_id']}: {row['portal']}/{row['segment']} từ byte {row['segment_offset']}, "
                f"tải lúc {row['fetched_at']}, SHA-256 {row['payload_sha256']}"
            )
        )


def _print_rows(console: "Console", title: str, rows: Sequence[Mapping[str, Any]], columns: tuple[str, ...]) -> None:
    from rich.text import Text

    if not rows:
        return
    shown = table(title, *columns)
    for row in rows:
        shown.add_row(*(Text(_plain(row[name])) for name in columns))
    console.print(shown)


def _plain(value: Any) -> str:
    """Return a view's value in one line; lists come as JSON text on SQLite and as lists on PostgreSQL."""
    import json

    if isinstance(value, str) and value.startswith("["):
        try:
            value = list(json.loads(value))
        except ValueError:
            return str(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
