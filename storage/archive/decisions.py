"""People's decisions beside the archive they are about, so that a database rebuilt from it keeps them.

One file a portal, `decisions.jsonl`, to which lines are only added.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from storage.archive.folder import fsync_folder, portal_folder

_NAME = "decisions.jsonl"


def append_decision(archive: Path, portal: str, values: Mapping[str, Any]) -> None:
    """Add a decision (JSON values); it is on disk when this returns. Raises OSError."""
    folder = portal_folder(archive, portal)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _NAME).open("ab") as file:
        # A line that a power cut tore must not swallow this one.
        file.write(b"\n" + json.dumps(values, ensure_ascii=False).encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())
    fsync_folder(folder)


def read_decisions(archive: Path, portal: str) -> Iterator[dict[str, Any]]:
    """Yield the decisions of a portal in their order; torn lines are left out."""
    file = portal_folder(archive, portal) / _NAME
    if not file.exists():
        return
    for line in file.read_bytes().splitlines():
        try:
            values = json.loads(line)
        except ValueError:
            continue
        if isinstance(values, dict):
            yield values
