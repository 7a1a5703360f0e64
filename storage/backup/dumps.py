"""The database as a file, and back: SQLite by its own copying, PostgreSQL by pg_dump and pg_restore."""

import os
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, create_engine, func, inspect, select, text

from storage.backup.manifest import BackupError
from storage.database.models import feed, metadata

FILES: Mapping[str, str] = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
"""Name of the database's copy, by engine."""


class Snapshot:
    """What a copy of the database holds: revision of its tables, the feed's last number, rows by table."""

    def __init__(self, connection: Connection) -> None:
        self.schema = MigrationContext.configure(connection).get_current_revision() or ""
        if not self.schema:
            raise BackupError("cơ sở dữ liệu chưa có bảng nào của congtin; chưa có gì để sao lưu")
        there = set(inspect(connection).get_table_names())
        self.cursor: int = connection.scalar(select(feed.c.last)) or 0
        self.rows = {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table.name in there
        }


def dump(engine: Engine, file: Path) -> Snapshot:
    """Copy the database, as it is at one moment, into a file.

    Raises:
        BackupError: pg_dump is missing or fails; the message is its own.
        sqlalchemy.exc.DBAPIError: the database does not answer.
        OSError: the file cannot be written.
    """
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            with closing(sqlite3.connect(file)) as copy:
                source = raw.driver_connection
                assert isinstance(source, sqlite3.Connection)
                source.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        finally:
            raw.close()
        _sync(file)
        return _look_into(file)
    with engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True).connect() as connection:
        # The copy and the counts are of the same moment.
        moment = connection.scalar(text("SELECT pg_export_snapshot()"))
        snapshot = Snapshot(connection)
        _run(["pg_dump", "--format=custom", f"--snapshot={moment}", f"--file={file}"], engine.url)
    _sync(file)
    return snapshot


def load(engine: Engine, file: Path) -> Snapshot:
    """Bring a copy back into an empty database, whole or not at all; return what it holds then.

    Raises:
        BackupError: pg_restore is missing or fails, or the file is damaged.
        sqlalchemy.exc.DBAPIError: the database does not answer.
        OSError: the database's file cannot be written.
    """
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        try:
            with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
                target = raw.driver_connection
                assert isinstance(target, sqlite3.Connection)
                copy.backup(target)
        except sqlite3.DatabaseError as error:
            raise BackupError(f"{file}: không phải cơ sở dữ liệu SQLite lành ({error})") from error
        finally:
            raw.close()
    else:
        _run(
            ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(file)],
            engine.url,
        )
    engine.dispose()
    with engine.connect() as connection:
        return Snapshot(connection)


def is_empty(engine: Engine) -> bool:
    """Whether a database holds no table at all."""
    return not inspect(engine).get_table_names()


def _look_into(file: Path) -> Snapshot:
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            broken = connection.scalar(text("PRAGMA quick_check(1)"))
            if broken != "ok":
                raise BackupError(f"cơ sở dữ liệu SQLite đã hỏng: {broken}; hãy khôi phục bản sao lưu gần nhất")
            return Snapshot(connection)
    finally:
        engine.dispose()


def _run(command: Sequence[str], url: URL) -> None:
    """Run a tool of PostgreSQL on a database. The password goes by the environment, where no process list shows it."""
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    password = {"PGPASSWORD": url.password} if url.password else {}
    try:
        done = subprocess.run(  # noqa: S603 - fixed tools; the address comes from the settings
            [*command, f"--dbname={address}"],
            env=os.environ | password,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BackupError(
            f"không có lệnh {command[0]}; hãy cài bộ công cụ PostgreSQL (Debian: gói postgresql-client) cùng bản với "
            "máy chủ hoặc mới hơn"
        ) from None
    if done.returncode:
        raise BackupError(f"{command[0]}: {done.stderr.strip()[:2000]}")


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
