"""Making backups, checking them, and keeping no more than wanted."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from sqlalchemy import Engine

from storage.archive.folder import OPEN_SUFFIX, fsync_folder
from storage.archive.shared import in_store, open_segment
from storage.backup.dumps import FILES, dump
from storage.backup.files import archive_files, copy_file, copy_open, digest_of, is_copy, sealed_name, write_file
from storage.backup.manifest import ARCHIVE, MANIFEST, BackupError, CopiedFile, Manifest, backups, encode, read_manifest
from storage.database.types import now

Progress = Callable[[str], None]
"""Told the file that is being worked on."""


def take(engine: Engine, archive: Path, target: Path, progress: Progress = lambda _: None) -> Path:
    """Add a backup to a folder of backups and return its own folder. It appears whole or not at all.

    Raises:
        BackupError: the database is empty or damaged, or a tool fails.
        StoreError: what is only in the store cannot be had.
        OSError: the folder cannot be written; the message names the file.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    made_at = now()
    folder = target / f"{made_at:%Y%m%dT%H%M%S}"
    if folder.exists():
        raise BackupError(f"{folder}: đã có một bản sao lưu của đúng giây này; hãy chạy lại")
    target.mkdir(parents=True, exist_ok=True)
    for left in target.glob(".*.partial"):
        shutil.rmtree(left)
    partial = target / f".{folder.name}.partial"
    partial.mkdir()
    try:
        name = FILES[engine.dialect.name]
        progress(name)
        snapshot = dump(engine, partial / name)
        last = backups(target)
        before = read_manifest(last[-1]).archive if last else {}
        files = dict(_copy_archive(archive, target / ARCHIVE, before, progress))
        manifest = Manifest(
            made_at=made_at.isoformat(timespec="seconds"),
            engine=engine.dialect.name,
            schema=snapshot.schema,
            cursor=snapshot.cursor,
            rows=snapshot.rows,
            database=name,
            database_sha256=digest_of(partial / name),
            archive=files,
        )
        write_file(partial / MANIFEST, encode(manifest))
        fsync_folder(partial)
        partial.rename(folder)
        fsync_folder(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return folder


def check(folder: Path, progress: Progress = lambda _: None) -> Manifest:
    """Read a backup whole, and the archive's copy beside it, and compare every digest.

    Raises:
        BackupError: a file is missing or is not what was copied.
    """
    manifest = read_manifest(folder)
    progress(manifest.database)
    if digest_of(folder / manifest.database) != manifest.database_sha256:
        raise BackupError(f"{folder / manifest.database}: nội dung không còn như khi sao lưu; hãy dùng bản khác")
    for name, path, copied in archived(folder):
        progress(name)
        if digest_of(path) != copied.sha256:
            raise BackupError(f"{path}: nội dung không còn như khi sao lưu; hãy xóa tệp này rồi sao lưu lại từ kho")
    return manifest


def archived(folder: Path) -> Iterator[tuple[str, Path, CopiedFile]]:
    """Yield name, path and digest of every file of the archive's copy beside a backup.

    That is what the latest backup noted, whichever one is asked for: the archive only grows, but for what was forgotten
    since, and that has to stay so.
    """
    latest = read_manifest((backups(folder.parent) or [folder])[-1]).archive
    for name, copied in sorted(latest.items()):
        yield name, folder.parent / ARCHIVE / name, copied


def prune(target: Path, keep: int) -> list[Path]:
    """Remove all but the last `keep` backups; return the folders removed. The archive's copy stays.

    Raises:
        OSError: one cannot be removed.
    """
    old = backups(target)[:-keep] if keep else []
    for folder in old:
        (folder / MANIFEST).unlink()  # from here on it is none
        shutil.rmtree(folder)
    return old


def _copy_archive(
    archive: Path, target: Path, before: Mapping[str, CopiedFile], progress: Progress
) -> Iterator[tuple[str, CopiedFile]]:
    """Copy what is new or changed; yield every file with its digest, those that the archive has lost since as well."""
    there = list(archive_files(archive))
    beyond = {name: digests for name, digests in in_store(archive).items() if name not in there}
    for name, digests in sorted(beyond.items()):
        known = before.get(name)
        if known and known.sha256 in digests and is_copy(target / name, known):
            yield name, known
            continue
        progress(name)
        file, _ = open_segment(archive, *name.split("/"))
        with file:  # it may be dropped here meanwhile
            yield name, copy_open(file, target / name)
    for name in sorted(before.keys() - set(there) - set(beyond)):
        if not name.endswith(OPEN_SUFFIX):
            yield name, before[name]
    for name in there:
        source, known = archive / name, before.get(name)
        if known and is_copy(source, known) and is_copy(target / name, known):
            yield name, known
            continue
        progress(name)
        try:
            copied = copy_file(source, target / name)
        except FileNotFoundError:  # sealed, or removed as empty, since it was listed
            name, source = sealed_name(Path(name)).as_posix(), sealed_name(source)  # noqa: PLW2901
            if not source.exists():
                continue
            copied = copy_file(source, target / name)
        if not name.endswith(OPEN_SUFFIX):
            (target / f"{name}{OPEN_SUFFIX}").unlink(missing_ok=True)
        yield name, copied
