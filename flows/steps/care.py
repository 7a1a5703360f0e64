"""What is done for the house each night: a backup, and a part of the archive read back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from flows.steps.doctor import Checked, Invariant, Scope, merged
from flows.steps.doctor.archived import archived
from flows.steps.doctor.stored import stored
from flows.steps.watch import Problem
from storage.backup import backups, check, prune, read_manifest, take

BACKUP_FAILED = "backup:sao lưu"
"""Key of the problem that a backup could not be made."""
PARTS = 28
"""Nights in which the whole archive is read back once: damage is found while a backup from before it is kept."""
_WEEKDAY = 6
"""Sundays the latest backup is read back whole."""


def part_of(day: date) -> int:
    """Return which part of the archive is read back on a day."""
    return day.toordinal() % PARTS


def looked_for(day: date) -> Callable[[str], bool]:
    """Return whether a problem of a key is one that this day's care would find again."""
    return lambda key: key == BACKUP_FAILED or (key.startswith("archive:") and key.endswith(f":{part_of(day)}"))


def verify(engine: Engine, archive: Path, var: Path, portals: Iterable[str], day: date) -> list[Checked]:
    """Read back a day's part of the archive of some portals, compare it with the database, and return what was found.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
        OSError: the archive cannot be read.
    """
    part = (part_of(day), PARTS)
    scopes = [Scope(engine, archive, var, name, None, part=part) for name in portals]
    found = [one for scope in scopes for one in (*archived(scope), stored(scope))]
    # What is not loaded yet is no fault: runs go on meanwhile. That all comes in is the doctor's to say.
    return [one for one in merged(found) if one.invariant is Invariant.BYTES]


def save(engine: Engine, archive: Path, target: Path, keep: int, day: date) -> str:
    """Add a backup, drop those that are too old, on Sundays read the new one back; return in Vietnamese what was done.

    Raises:
        BackupError, OSError: as `storage.backup` says.
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    folder = take(engine, archive, target)
    dropped = prune(target, keep)
    size = sum(one.bytes for one in read_manifest(folder).archive.values()) / 2**20
    said = f"{folder.name}, kho lưu {size:.1f} MiB; bỏ {len(dropped)} bản cũ"
    if day.weekday() == _WEEKDAY:
        check(folder)
        said += "; đã đọc lại trọn bản này"
    return said


def damage(found: Sequence[Checked], day: date) -> list[Problem]:
    """Return what was found wrong with a day's part of the archive, as problems to tell people of: one a portal."""
    told: dict[str, Problem] = {}
    for one in found:
        for finding in one.findings:
            told.setdefault(
                finding.portal,
                Problem(
                    f"archive:{finding.portal}:{part_of(day)}",
                    one.invariant.value,
                    f"{finding.portal}: {finding.subject}: {finding.what}",
                    finding.todo,
                    (finding.portal,),
                ),
            )
    return list(told.values())


def no_backup(target: Path, error: Exception) -> Problem:
    """Return that no backup could be made, and which one is the last."""
    last = backups(target)
    what = f"bản cuối là {last[-1].name}" if last else "chưa có bản sao lưu nào"
    return Problem(
        BACKUP_FAILED,
        "failed",
        f"{target}: không sao lưu được ({error}); {what}.",
        "Sửa nguyên nhân rồi chạy `congtin backup make`.",
    )
