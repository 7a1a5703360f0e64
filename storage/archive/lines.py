"""Files of JSON lines beside the segments: what people have said of pages, kept with what it is about."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from storage.archive.folder import fsync_folder
from storage.archive.store import Store

PARTIAL = ".erasing"
"""Ending of a file that is being written anew."""


def append_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add lines (JSON values); they are on the disk when this returns. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        # A line that a power cut tore must not swallow the first one.
        file.write(b"\n" + b"".join(_line(row) for row in rows))
        file.flush()
        os.fsync(file.fileno())
    fsync_folder(path.parent)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines in their order; torn ones are left out, a file that is not there has none."""
    if path.exists():
        yield from _parsed(path.read_bytes())


def merge_lines(
    store: Store,
    path: Path,
    further: Iterable[Mapping[str, Any]],
    order: str,
    gone: Callable[[Mapping[str, Any]], bool] = lambda _: False,
) -> bool:
    """Have a file and the one of its name in the store hold the same: what is in either, and some lines more.

    Args:
        store: the store; the file's folder is its portal's.
        path: the file here.
        further: lines that belong to both.
        order: the key by which the lines are in order.
        gone: which lines are taken out of both.

    Returns:
        Whether the file here was changed.

    Raises:
        StoreError: the store does not answer.
        OSError: the disk refuses.
    """
    here, there = list(read_lines(path)), list(_parsed(store.read_file(path.parent.name, path.name)))
    rows = {_line(row): row for row in (*there, *here, *further) if not gone(row)}
    merged = sorted(rows.values(), key=lambda row: str(row[order]))
    if there != merged:
        store.write_file(path.parent.name, path.name, b"".join(map(_line, merged)))
    if here == merged:
        return False
    _write_anew(path, merged)
    return True


def _parsed(content: bytes) -> Iterator[dict[str, Any]]:
    for line in content.splitlines():
        try:
            values = json.loads(line)
        except ValueError:
            continue
        if isinstance(values, dict):
            yield values


def drop_lines(path: Path, gone: Callable[[Mapping[str, Any]], bool]) -> None:
    """Take lines out of a file, which is the old or the new one whenever the process dies. Raises OSError."""
    rows = list(read_lines(path))
    left = [row for row in rows if not gone(row)]
    if len(left) == len(rows):
        return
    _write_anew(path, left)


def _write_anew(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + PARTIAL)
    with partial.open("wb") as file:
        file.writelines(map(_line, rows))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    fsync_folder(path.parent)


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n"
