"""Putting a backup back, in a way that no reader of the feed is misled by."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, insert, select, text, update

from storage import archive as warc
from storage.archive.shared import in_store
from storage.backup.dumps import is_empty, load
from storage.backup.files import archive_files, copy_file, is_copy
from storage.backup.manifest import BackupError, Manifest
from storage.backup.take import Progress, archived, check
from storage.database import migrate
from storage.database.engine import transact
from storage.database.forget import complete
from storage.database.models import article, feed, restoration
from storage.database.sharing import share
from storage.database.types import now

LEAP = 10_000_000
"""Numbers passed over: more than can have been given between the backup and the disaster."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back.

    Attributes:
        manifest: of the backup.
        kept_seq: last number of the feed that is in it.
        next_seq: the first that will be given from now on.
        erased: records of forgotten pages that went out of the archive again.
    """

    manifest: Manifest
    kept_seq: int
    next_seq: int
    erased: int


def restore(engine: Engine, archive: Path, folder: Path, progress: Progress = lambda _: None) -> Restored:
    """Put a backup back into an empty database and an empty archive; what the store has is not copied.

    Numbers that readers know (of the feed, of articles) go on far behind those of the backup: what was given after it
    was made is never given again to something else. `v1_restorations` tells readers which are void. Pages forgotten
    since the backup are forgotten again.

    Raises:
        BackupError: the backup is damaged, of another engine or later version, or the database or the archive is not
            empty, or the rows are not those of the backup.
        StoreError: the store does not answer; the same command goes on.
        OSError: the disk refuses. What has been copied is kept, so that the same command goes on.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    manifest = check(folder, progress)
    _may_come_here(engine, archive, folder, manifest)
    kept = in_store(archive)
    for name, path, copied in archived(folder):
        if name not in kept and not is_copy(archive / name, copied):
            progress(name)
            copy_file(path, archive / name)
    progress(manifest.database)
    snapshot = load(engine, folder / manifest.database)
    if snapshot.rows != manifest.rows:
        wrong = sorted(name for name in manifest.rows if snapshot.rows.get(name) != manifest.rows[name])
        raise BackupError(f"số dòng không khớp bản kê sau khi khôi phục: {', '.join(wrong)}; hãy xóa cơ sở dữ liệu này")
    migrate.upgrade(engine)
    last, first = transact(engine, lambda connection: _leap(connection, manifest))
    erased = 0
    for portal in warc.portals(archive):
        warc.recover(archive, portal)
        share(engine, archive, portal)
        erased += complete(engine, archive, portal, every=True)
        share(engine, archive, portal)
    return Restored(manifest, last, first, erased)


def _may_come_here(engine: Engine, archive: Path, folder: Path, manifest: Manifest) -> None:
    if engine.dialect.name != manifest.engine:
        raise BackupError(
            f"{folder}: bản sao lưu của {manifest.engine}; hãy đặt CONGTIN_DATABASE_URL tới cơ sở dữ liệu loại đó"
        )
    if manifest.schema not in {script.revision for script in ScriptDirectory(str(migrate.SCRIPTS)).walk_revisions()}:
        raise BackupError(
            f"{folder}: lược đồ {manifest.schema} mới hơn phiên bản congtin này; hãy cập nhật congtin trước"
        )
    if not is_empty(engine):
        raise BackupError("cơ sở dữ liệu không trống; hãy khôi phục vào một cơ sở dữ liệu mới (CONGTIN_DATABASE_URL)")
    ours = {name: copied for name, _, copied in archived(folder)}
    for name in archive_files(archive):
        if name not in ours or not is_copy(archive / name, ours[name]):
            raise BackupError(f"{archive / name}: kho lưu không trống; hãy khôi phục vào một CONGTIN_VAR mới")


def _leap(connection: Connection, manifest: Manifest) -> tuple[int, int]:
    """Move every counter of numbers on, and note for readers which numbers are void; return the feed's bounds."""
    articles = connection.scalar(select(func.max(article.c.id))) or 0
    if connection.dialect.name == "sqlite":
        connection.execute(text("UPDATE sqlite_sequence SET seq = seq + :leap"), {"leap": LEAP})
    else:
        connection.execute(
            text(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + :leap) "
                "FROM pg_sequences WHERE schemaname = current_schema()"
            ),
            {"leap": LEAP},
        )
    last = connection.scalar(update(feed).values(last=feed.c.last + LEAP).returning(feed.c.last)) or 0
    connection.execute(
        insert(restoration).values(
            at=now(),
            backup_at=datetime.fromisoformat(manifest.made_at),
            kept_seq=last - LEAP,
            next_seq=last + 1,
            kept_article_id=articles,
            next_article_id=articles + LEAP + 1,
        )
    )
    return last - LEAP, last + 1
