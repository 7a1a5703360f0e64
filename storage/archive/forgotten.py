"""What has been forgotten, beside the archive: so a database made anew from it does not bring it back.

One file a portal, `forgotten.jsonl`, to which lines are only added. It holds digests of addresses, never an address:
that may be a title in other letters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from storage.archive.folder import portal_folder
from storage.archive.lines import append_lines, merge_lines, read_lines
from storage.archive.store import Store


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That an address is forgotten: the digest of portal and address, why, by whom, when (ISO, Vietnam)."""

    address_id: str
    reason: str
    by: str
    at: str


def append_tombstones(archive: Path, portal: str, tombstones: Sequence[Tombstone]) -> None:
    """Add tombstones; they are on the disk when this returns. Raises OSError."""
    append_lines(_file(archive, portal), map(asdict, tombstones))


def read_tombstones(archive: Path, portal: str) -> Iterator[Tombstone]:
    """Yield a portal's tombstones in their order."""
    for values in read_lines(_file(archive, portal)):
        yield Tombstone(**values)


def merge_tombstones(store: Store, archive: Path, portal: str) -> bool:
    """Have this machine and the store hold the same tombstones (`merge_lines`)."""
    return merge_lines(store, _file(archive, portal), (), "at")


def _file(archive: Path, portal: str) -> Path:
    return portal_folder(archive, portal) / "forgotten.jsonl"
