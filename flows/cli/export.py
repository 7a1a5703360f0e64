"""`congtin export`: the views as files."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.common import answering, fail, open_database, screen, table
from storage.vocabulary import ExportFormat, PressTexts


def export(
    folder: Annotated[Path, typer.Argument(metavar="THƯ_MỤC", help="Thư mục mới để ghi.", show_default=False)],
    *,
    form: Annotated[ExportFormat, typer.Option("--format", help="Định dạng tệp.")] = ExportFormat.PARQUET,
    since: Annotated[
        str | None,
        typer.Option(metavar="SỐ|THƯ_MỤC", help="Chỉ lấy thay đổi sau số này, hoặc sau lần xuất ở thư mục này."),
    ] = None,
    press: Annotated[
        PressTexts,
        typer.Option(help="Bài của cổng báo chí: metadata (không có nội dung), text (cả nội dung), none (bỏ qua)."),
    ] = PressTexts.METADATA,
) -> None:
    """Xuất dữ liệu ra tệp Parquet, JSON Lines hoặc CSV, kèm bản kê manifest.json."""
    from storage.consume.export import ExportError, read_cursor
    from storage.consume.export import export as write

    engine = open_database()
    try:
        cursor = None if since is None else int(since) if since.isdecimal() else read_cursor(Path(since))
        with answering():
            manifest = write(engine, folder, form, since=cursor, press=press)
    except ExportError as error:
        fail(f"không xuất được: {error}")
    except OSError as error:
        fail(f"không ghi được {folder}: {error.strerror}")
    finally:
        engine.dispose()
    shown = table(f"Đã xuất vào {folder}", "bảng", "dòng", "tệp", numbers=("dòng", "tệp"))
    for name, count in manifest.tables.items():
        shown.add_row(name, str(count), str(sum(one.table == name for one in manifest.files)))
    console = screen()
    console.print(shown)
    console.print(f"Số thay đổi cuối: {manifest.cursor}. Lần sau: congtin export … --since {folder}", markup=False)
