"""`congtin backup`: the archive and the database in a safe place, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.common import answering, connect_database, fail, open_database

app = typer.Typer(help="Sao lưu và khôi phục.", no_args_is_help=True)

Target = Annotated[
    Path, typer.Argument(metavar="THƯ_MỤC", help="Thư mục của các bản sao lưu, nên ở ổ đĩa khác.", show_default=False)
]
Folder = Annotated[
    Path, typer.Argument(metavar="BẢN", help="Thư mục của một bản, ví dụ saoluu/20261124T020000.", show_default=False)
]


@app.command("make")
def make(
    target: Target,
    *,
    keep: Annotated[
        int, typer.Option(min=0, help="Chỉ giữ chừng này bản cơ sở dữ liệu gần nhất; 0: giữ hết. Kho lưu giữ đủ.")
    ] = 0,
) -> None:
    """Sao lưu cơ sở dữ liệu và kho lưu; được phép làm khi đang thu thập."""
    from storage.backup import prune, read_manifest, take
    from storage.settings import settings

    engine = open_database()
    with answering(), _saying(target):
        folder = take(engine, settings().archive, target, _tell)
        pruned = prune(target, keep)
    engine.dispose()
    manifest = read_manifest(folder)
    size = sum(one.bytes for one in manifest.archive.values()) / 2**20
    typer.echo(f"Đã sao lưu vào {folder}: {sum(manifest.rows.values())} dòng, kho lưu {size:.1f} MiB.")
    for old in pruned:
        typer.echo(f"Đã xóa bản cũ {old}")


@app.command("check")
def check(folder: Folder) -> None:
    """Đọc trọn một bản sao lưu và so từng tệp với bản kê."""
    from storage.backup import check as compare

    with _saying(folder):
        manifest = compare(folder, _tell)
    typer.echo(f"Bản sao lưu lành: {len(manifest.archive)} tệp của kho lưu, {sum(manifest.rows.values())} dòng.")


@app.command("restore")
def restore(folder: Folder) -> None:
    """Khôi phục một bản vào cơ sở dữ liệu trống và kho lưu trống của cấu hình hiện tại."""
    from storage.backup import restore as put_back
    from storage.settings import settings

    engine = connect_database()
    with answering(), _saying(folder):
        restored = put_back(engine, settings().archive, folder, _tell)
    engine.dispose()
    typer.echo(
        f"Đã khôi phục bản {restored.manifest.made_at}: {sum(restored.manifest.rows.values())} dòng, đúng như bản kê.\n"
        f"Dòng thay đổi còn đến số {restored.kept_seq}, số mới bắt đầu từ {restored.next_seq} (v1_restorations)."
    )
    if restored.erased:
        typer.echo(f"Đã xóa lại {restored.erased} bản ghi của những trang đã quên.")
    typer.echo("Tiếp theo: `congtin doctor --full`, rồi `congtin ingest` để nạp những gì kho lưu có thêm.")


@contextmanager
def _saying(place: Path) -> Iterator[None]:
    """End the command with what is wrong."""
    from storage.archive import StoreError
    from storage.backup import BackupError

    try:
        yield
    except BackupError as error:
        fail(str(error), 1)
    except StoreError as error:
        fail(f"kho chung: {error}", 1)
    except OSError as error:
        fail(f"{error.filename or place}: {error.strerror or error}", 1)


def _tell(file: str) -> None:
    typer.echo(f"… {file}", err=True)
