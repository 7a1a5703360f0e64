"""Pages with truth to measure on: a folder of saved pages, or the replicas.

A folder holds `origin.json` (a list of pages with `file`, `url`, `kind`) and `gold/**/*.json`, each truth naming its page in
`file`: `title`, `alt_titles`, `published_at`, `author`, `body`, `optional`, `boilerplate`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.records import ListingItem
from tests.bench.scores import Truth
from tests.replicas.model import Truth as Facts

NO_ADDRESS = "https://unknown.invalid/"
"""For a page whose address nobody wrote down."""


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page with what is right for it; `facts` where every field is known."""

    name: str
    url: str
    body: bytes
    truth: Truth
    headers: Mapping[str, str] = field(default_factory=dict)
    portal: str | None = None
    item: ListingItem | None = None
    facts: Facts | None = None


def folder(root: Path) -> dict[str, list[Page]]:
    """Return the pages of a folder in groups by their subfolder; pages without truth are those with no article."""
    gold: dict[str, dict[str, Any]] = {}
    for file in sorted((root / "gold").rglob("*.json")):
        entry = json.loads(file.read_text(encoding="utf-8"))
        gold[entry["file"]] = entry
    groups: dict[str, list[Page]] = {}
    for entry in json.loads((root / "origin.json").read_text(encoding="utf-8")):
        body = (root / entry["file"]).read_bytes()
        truth = _truth(gold.get(entry["file"]))
        groups.setdefault(Path(entry["file"]).parent.name, []).append(
            Page(entry["id"], entry["url"] or NO_ADDRESS, body, truth)
        )
    return groups


def _truth(entry: dict[str, Any] | None) -> Truth:
    if entry is None or "body" not in entry:
        return Truth(article=False)
    published = entry.get("published_at")
    return Truth(
        article=True,
        title=entry["title"],
        alt_titles=tuple(entry.get("alt_titles", ())),
        body=tuple(entry["body"]),
        optional=tuple(entry.get("optional", ())),
        boilerplate=tuple(entry.get("boilerplate", ())),
        published_at=datetime.fromisoformat(published) if published else None,
        authors=tuple(entry.get("author", ())),
    )
