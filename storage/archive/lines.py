"""Files of JSON lines beside the segments: what people have said of pages, kept with what it is about."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from storage.archive.folder import fsync_folder

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
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
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
    partial = path.with_name(path.name + PARTIAL)
    with partial.open("wb") as file:
        file.writelines(map(_line, left))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    fsync_folder(path.parent)


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n"
