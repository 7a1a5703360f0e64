"""Backups: the archive and the database, and both put back.

A folder of backups holds `archive/`, a copy of the archive that every backup adds to, and a folder for each backup,
named by its time, with the database (`database.sqlite`, or `database.dump` made by pg_dump) and `manifest.json`: rows
of every table, the feed's last number, size and SHA-256 of every file. The database is copied first, from one
snapshot, the archive after it: so no row tells of bytes that are not there, and what the archive holds beyond the
database is loaded by the next run. Runs may go on meanwhile.
"""

from storage.backup.manifest import BackupError, Manifest, backups, newest, read_manifest
from storage.backup.restore import Restored, restore
from storage.backup.take import check, prune, take

__all__ = [
    "BackupError",
    "Manifest",
    "Restored",
    "backups",
    "check",
    "newest",
    "prune",
    "read_manifest",
    "restore",
    "take",
]
