"""`congtin read`: one saved page, to JSON."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.common import fail

REFUSED = 3
"""Exit code when the page is no article."""


def read(
    file: Annotated[Path | None, typer.Argument(help="Trang đã lưu.", show_default=False)] = None,
    *,
    url: Annotated[str | None, typer.Option(help="Địa chỉ của trang.", show_default=False)] = None,
    portal: Annotated[str | None, typer.Option(help="Tên cổng, để dùng quy tắc của cổng.")] = None,
    header: Annotated[
        list[str] | None, typer.Option(help="Dòng tiêu đề HTTP đã nhận, ví dụ 'Content-Type: text/html'; lặp lại được.")
    ] = None,
    listing_title: Annotated[str, typer.Option(help="Tiêu đề ở dòng danh sách.")] = "",
    listing_date: Annotated[str, typer.Option(help="Ngày ở dòng danh sách, như được in.")] = "",
    schema: Annotated[bool, typer.Option("--schema", help="In lược đồ JSON của kết quả rồi thôi.")] = False,
) -> None:
    """Đọc một trang đã lưu, in kết quả JSON (mã thoát 3 nếu trang không phải bài viết)."""
    if schema:
        from flows.documents import reading_schema

        typer.echo(reading_schema(), nl=False)
        return
    if file is None or url is None:
        fail("cần FILE và --url URL (xem `congtin read --help`)")
    _check_url(url)
    headers = _headers(header or [])
    try:
        body = file.read_bytes()
    except OSError as error:
        fail(f"không đọc được {file}: {error.strerror}")

    from crawlers.portals import PortalError, load
    from crawlers.reading import read_page
    from flows.documents import reading_json
    from storage.records import ListingItem, Refusal

    try:
        facts = load(portal) if portal else None
    except PortalError as error:
        fail(str(error))
    row = ListingItem(url, listing_title, listing_date) if listing_title or listing_date else None
    result = read_page(body, url=url, headers=headers, portal=facts, listing=row)
    typer.echo(reading_json(result))
    if isinstance(result, Refusal):
        raise typer.Exit(REFUSED)


def _check_url(url: str) -> None:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        fail(f"--url: {url!r} không phải địa chỉ http(s)")


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            fail(f"--header: {line!r} không có dạng 'Tên: giá trị'")
        headers[name.strip().lower()] = value.strip()
    return headers
