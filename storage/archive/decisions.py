"""People's decisions beside the archive they are about, so that a database rebuilt from it keeps them.

One file a portal, `decisions.jsonl`. Lines are only added, but for those about pages that are forgotten.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from storage.archive.folder import portal_folder
from storage.archive.lines import append_lines, drop_lines, merge_lines, read_lines
from storage.archive.store import Store


def append_decision(archive: Path, portal: str, values: Mapping[str, Any]) -> None:
    """Add a decision (JSON values); it is on disk when this returns. Raises OSError."""
    append_lines(_file(archive, portal), [values])


def read_decisions(archive: Path, portal: str) -> Iterator[dict[str, Any]]:
    """Yield the decisions of a portal in their order; torn lines are left out."""
    yield from read_lines(_file(archive, portal))


def drop_decisions(archive: Path, portal: str, gone: Callable[[Mapping[str, Any]], bool]) -> None:
    """Take decisions out for ever. Raises OSError."""
    drop_lines(_file(archive, portal), gone)


def merge_decisions(
    store: Store,
    archive: Path,
    portal: str,
    further: Iterable[Mapping[str, Any]],
    gone: Callable[[Mapping[str, Any]], bool],
) -> bool:
    """Have this machine and the store hold the same decisions (`merge_lines`)."""
    return merge_lines(store, _file(archive, portal), further, "decided_at", gone)


def _file(archive: Path, portal: str) -> Path:
    return portal_folder(archive, portal) / "decisions.jsonl"
