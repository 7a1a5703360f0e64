"""What the commands share: usage errors, dates, the database, tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from sqlalchemy import Engine

USAGE = 2
"""Exit code of a command that was given something it cannot use."""
NOT_FOUND = 1
"""Exit code when there is no such article, or not yet on that day."""
PIPE_WIDTH = 240
"""Columns of a table that is not written to a terminal."""


def fail(message: str, code: int = USAGE) -> NoReturn:
    """Say on stderr what is wrong and end the command."""
    typer.echo(f"congtin: {message}", err=True)
    raise typer.Exit(code)


def parse_day(value: str, option: str) -> date:
    """Return the day that an option names, as YYYY-MM-DD or DD/MM/YYYY; a usage error for anything else."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    fail(f"{option}: {value!r} không phải ngày dạng YYYY-MM-DD hoặc DD/MM/YYYY")


def day_start(day: date) -> datetime:
    """Return the first moment of a day in Vietnam."""
    from storage.records import VIETNAM

    return datetime.combine(day, time.min, VIETNAM)


def connect_database() -> "Engine":
    """Return the database of the settings; a usage error for an address that is none."""
    from sqlalchemy.exc import SQLAlchemyError

    from flows.steps.outage import says
    from storage.database import engine as databases
    from storage.settings import settings

    try:
        settings().var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"CONGTIN_VAR: không tạo được thư mục {settings().var}: {error.strerror}")
    try:
        return databases.connect(settings().database)
    except (SQLAlchemyError, ValueError, OSError) as error:
        fail(f"CONGTIN_DATABASE_URL: {says(error)}")


def open_database(*, upgrade: bool = False) -> "Engine":
    """Return the database, its schema up to date.

    Args:
        upgrade: bring the default SQLite database up to date by itself; any other one is its owner's to upgrade.
    """
    from storage.database import migrate
    from storage.settings import settings

    default = settings().database_url is None
    if default and not upgrade and not (settings().var / "congtin.db").exists():
        fail("chưa có cơ sở dữ liệu; hãy chạy `congtin ingest` hoặc `congtin db upgrade`")
    engine = connect_database()
    with answering():
        if migrate.pending(engine):
            if not (default and upgrade):
                fail("lược đồ cơ sở dữ liệu chưa cập nhật; hãy chạy `congtin db upgrade`")
            migrate.upgrade(engine)
    return engine


@contextmanager
def answering() -> Iterator[None]:
    """End the command where the database does not answer in this block (code of `degraded`), or forbids it (1)."""
    from sqlalchemy.exc import SQLAlchemyError

    from flows.steps.outage import is_forbidden, says
    from storage.vocabulary import VERDICTS, Verdict

    try:
        yield
    except SQLAlchemyError as error:
        if is_forbidden(error):
            fail(f"vai trò này không đủ quyền ({says(error)}); vai trò nào chạy lệnh nào: docs/privacy.md")
        fail(f"không mở được cơ sở dữ liệu: {says(error)}", VERDICTS[Verdict.DEGRADED].exit_code)


def screen() -> "Console":
    """Return the console for results; into a file or a pipe it folds nothing that fits a wide line."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=PIPE_WIDTH)


@contextmanager
def whatever_stdout_takes() -> Iterator[None]:
    """Let no full disk and no closed pipe behind stdout change the exit code of what has been done by then."""
    import os

    try:
        yield
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered is flushed once more at the end


def table(title: str, *columns: str, numbers: tuple[str, ...] = ()) -> "Table":
    """Return an empty table: the first column in one line, those named in `numbers` aligned to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(
        title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, collapse_padding=True, pad_edge=False
    )
    for place, column in enumerate(columns):
        number = column in numbers
        made.add_column(column, justify="right" if number else "left", no_wrap=number or place == 0, overflow="fold")
    return made


def find_one(engine: "Engine", ref: str) -> int:
    """Return the number of the article that a number or an address names."""
    from storage.consume.article import find_articles, is_withdrawn

    found = find_articles(engine, ref)
    if not found and is_withdrawn(engine, ref):
        fail(f"bài {ref} đã bị xóa vĩnh viễn (congtin forget); chỉ còn dòng withdrawn trong v1_changes", NOT_FOUND)
    if not found:
        fail(f"không có bài {ref!r}", NOT_FOUND)
    if len(found) > 1:
        fail(f"địa chỉ này có ở nhiều cổng; hãy nêu số của bài: {', '.join(map(str, found))}")
    return found[0]
