"""Taking data away: the views as files, whole or since a cursor of the feed, from one snapshot of the database.

A folder holds `<table>/<portal>/<month>.<format>` and `manifest.json`: rows and SHA-256 of every file, the cursor to go
on from, how fresh each portal is, how complete. The folder appears whole or not at all.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from storage.consume.dictionary import document
from storage.consume.export.tables import TABLES, ExportTable
from storage.consume.export.writers import BATCH, Writer, fsync_folder, open_writer
from storage.crash import DeskPoint, sync_point
from storage.database.types import now
from storage.text import sha256_hex
from storage.vocabulary import ExportFormat, PressTexts

__all__ = ["ExportError", "ExportedFile", "Manifest", "export", "read_cursor"]

MANIFEST = "manifest.json"
CONTRACT = "v1"


class ExportError(Exception):
    """The export can't be made as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of an export: path in the folder, table, portal and month (None: not divided so), rows, bytes, SHA-256."""

    path: str
    table: str
    portal: str | None
    month: str | None
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds: the contents of `manifest.json`.

    Attributes:
        contract: version of the views.
        dictionary_sha256: of the data dictionary, which tells whether columns have been added.
        made_at: when its snapshot was taken.
        format, press: as ordered.
        since: cursor after which changes are in it; None for a whole one.
        cursor: last change that is in it: the next export's `since`.
        tables: rows by table.
        freshness: start of each portal's last run.
        coverage: by portal, sums of `v1_coverage`; `unknown` counts section-months whose gaps are unknown.
        files: all files but the manifest.
    """

    contract: str
    dictionary_sha256: str
    made_at: str
    format: ExportFormat
    press: PressTexts
    since: int | None
    cursor: int
    tables: dict[str, int]
    freshness: dict[str, str | None]
    coverage: dict[str, dict[str, int]]
    files: list[ExportedFile]


def read_cursor(folder: Path) -> int:
    """Return the cursor of an earlier export.

    Raises:
        ExportError: the folder is none.
    """
    try:
        return int(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["cursor"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ExportError(f"{folder}: no export, its {MANIFEST} cannot be read ({error})") from error


def export(
    engine: Engine,
    folder: Path,
    form: ExportFormat,
    *,
    since: int | None = None,
    press: PressTexts = PressTexts.METADATA,
) -> Manifest:
    """Write an export and return its manifest.

    Args:
        engine: the database.
        folder: where it shall lie; must not be there yet.
        form: format of the files.
        since: only what changed after this cursor; None for everything.
        press: what of a press portal's pieces is in it.

    Raises:
        ExportError: the folder is there, or the cursor lies ahead of the feed.
        OSError: the folder cannot be written.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    if folder.exists():
        raise ExportError(f"{folder} is there already; name a folder that is not")
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        with _snapshot(engine) as connection:
            manifest = _export(connection, partial, form, since, press)
        encoded = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
        with (partial / MANIFEST).open("w", encoding="utf-8") as file:
            file.write(encoded + "\n")
            file.flush()
            os.fsync(file.fileno())
        for inside in (*(path for path in partial.rglob("*") if path.is_dir()), partial):
            fsync_folder(inside)
        sync_point(DeskPoint.EXPORTED)
        partial.rename(folder)
        sync_point(DeskPoint.NAMED)
        fsync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return manifest


def _snapshot(engine: Engine) -> Connection:
    """Return a connection that sees the database as it is now until it is closed."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine.connect()


def _export(connection: Connection, folder: Path, form: ExportFormat, since: int | None, press: PressTexts) -> Manifest:
    cursor = connection.scalar(text("SELECT max(seq) FROM v1_changes")) or 0
    if since is not None and since > cursor:
        raise ExportError(f"cursor {since} lies ahead of the feed, which ends at {cursor}: is it another database's?")
    files: list[ExportedFile] = []
    tables: dict[str, int] = {}
    for table in TABLES:
        made = list(_write_table(connection, folder, table, form, since, press))
        tables[table.name] = sum(one.rows for one in made)
        files += made
    portals = connection.execute(text("SELECT portal, last_run_at FROM v1_portals ORDER BY portal"))
    return Manifest(
        contract=CONTRACT,
        dictionary_sha256=sha256_hex(document()),
        made_at=now().isoformat(timespec="seconds"),
        format=form,
        press=press,
        since=since,
        cursor=cursor,
        tables=tables,
        freshness={row.portal: row.last_run_at for row in portals},
        coverage=_coverage(connection),
        files=files,
    )


def _write_table(
    connection: Connection, folder: Path, table: ExportTable, form: ExportFormat, since: int | None, press: PressTexts
) -> Iterator[ExportedFile]:
    query, values = table.select(since, press)
    found = connection.execution_options(stream_results=True, max_row_buffer=BATCH).execute(text(query), values)
    open_file: tuple[tuple[str | None, str | None], Writer] | None = None
    batch: list[Mapping[str, Any]] = []
    for row in found.mappings():
        place = (row["_portal"], row["_month"])
        if open_file is None or open_file[0] != place:
            if open_file is not None:
                yield _close(folder, table, *open_file, batch)
            batch = []
            open_file = (place, open_writer(folder / _path(table, *place, form), form, table.columns))
        batch.append(dict(row))
        if len(batch) == BATCH:
            open_file[1].write(batch)
            batch = []
    if open_file is None and not table.divided:
        open_file = ((None, None), open_writer(folder / _path(table, None, None, form), form, table.columns))
    if open_file is not None:
        yield _close(folder, table, *open_file, batch)


def _path(table: ExportTable, portal: str | None, month: str | None, form: ExportFormat) -> str:
    return f"{table.name}/{portal}/{month}.{form}" if table.divided else f"{table.name}/{table.name}.{form}"


def _close(
    folder: Path,
    table: ExportTable,
    place: tuple[str | None, str | None],
    writer: Writer,
    rest: list[Mapping[str, Any]],
) -> ExportedFile:
    writer.write(rest)
    rows, size, digest = writer.close()
    return ExportedFile(str(writer.path.relative_to(folder)), table.name, *place, rows, size, digest)


def _coverage(connection: Connection) -> dict[str, dict[str, int]]:
    query = """
        SELECT portal, sum(listed) AS listed, sum(stored) AS stored, sum(held) AS held, sum(refused) AS refused,
            COALESCE(sum(gaps), 0) AS gaps, sum(CASE WHEN gaps IS NULL THEN 1 ELSE 0 END) AS unknown
        FROM v1_coverage GROUP BY portal ORDER BY portal"""
    return {
        row.pop("portal"): {name: int(value) for name, value in row.items()}
        for row in map(dict, connection.execute(text(query)).mappings())
    }
