"""What a backup says of itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from storage.records import VIETNAM

MANIFEST = "manifest.json"
ARCHIVE = "archive"
_FORMAT = 1
_NAME = re.compile(r"\d{8}T\d{6}")


class BackupError(Exception):
    """A backup can't be made, or can't be used as asked; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of the archive as copied: bytes, modification time (ns) and SHA-256."""

    bytes: int
    mtime: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of `manifest.json`.

    Attributes:
        made_at: when the database's snapshot was taken (ISO, Vietnam).
        engine: `sqlite` or `postgresql`.
        schema: revision of the database's tables.
        cursor: the last number of the change feed that is in it.
        rows: by table.
        database: file name of the database's copy, in the backup's folder.
        database_sha256: of that file.
        archive: the archive's files by their path in it.
    """

    made_at: str
    engine: str
    schema: str
    cursor: int
    rows: Mapping[str, int]
    database: str
    database_sha256: str
    archive: Mapping[str, CopiedFile]


def backups(target: Path) -> list[Path]:
    """Return the folders of the whole backups in a folder of backups, the oldest first."""
    return sorted(path.parent for path in target.glob(f"*/{MANIFEST}") if _NAME.fullmatch(path.parent.name))


def newest(target: Path) -> datetime | None:
    """Return when the last backup in a folder of backups was made; None if there is none."""
    whole = backups(target)
    return datetime.strptime(whole[-1].name, "%Y%m%dT%H%M%S").replace(tzinfo=VIETNAM) if whole else None


def read_manifest(folder: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises:
        BackupError: the folder holds none, or one of a later version.
    """
    path = folder / MANIFEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("format") != _FORMAT:
            raise BackupError(f"{path}: bản sao lưu của một phiên bản congtin khác; hãy dùng phiên bản đó để khôi phục")
        files = {name: CopiedFile(**one) for name, one in values.pop("archive").items()}
        return Manifest(archive=files, **values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(
            f"{path}: không đọc được, thư mục này không phải một bản sao lưu trọn vẹn ({error})"
        ) from error


def encode(manifest: Manifest) -> bytes:
    """Return the contents of the file."""
    return (json.dumps({"format": _FORMAT} | asdict(manifest), ensure_ascii=False, indent=1) + "\n").encode()
