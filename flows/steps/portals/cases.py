"""Golden cases: a saved page, how it came, and the fields that are expected of it.

A case is a folder `<portal>/<case>/` with `page.html.gz`, `meta.json` and `expected.json` (field: value). Those of the
project's portals are in `tests/cases`; those of a portal file elsewhere are in `cases` beside it.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crawlers import portals
from crawlers.portal import Portal
from crawlers.reading import read_page
from flows.steps.portals.tried import Tried
from storage.records import Article, ListingItem, Refusal
from storage.settings import PROJECT_ROOT
from storage.words import folded

_DECIDING = ("content-type",)
"""Response headers that reading looks at."""
SAVED = (
    "kind", "title", "lead", "paragraphs", "published_at", "published_precision", "published_basis",
    "published_missing_reason", "authors", "byline_raw", "source_credit", "section", "language", "captions", "images",
    "attachments",
)  # fmt: skip
"""Fields that a new case expects. What changes with the day it is read on, counters and related links, is not there."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that no longer reads as a case expects."""

    field: str
    expected: Any
    read: Any


def folder_of(name: str) -> Path:
    """Return the folder of a portal's cases, which need not exist.

    Raises:
        PortalError: there is no such portal.
    """
    file = portals.portal_files().get(name)
    if file is None:
        raise portals.PortalError(f"no portal {name!r}")
    return cases_beside(file)


def cases_beside(file: Path) -> Path:
    """Return the folder of the cases of the portal whose file this is."""
    root = PROJECT_ROOT / "tests" if file.parent == portals.HERE else file.parent
    return root / "cases" / file.stem


def cases_of(folder: Path) -> list[Path]:
    """Return the cases in a portal's folder, sorted."""
    return sorted(meta.parent for meta in folder.glob("*/meta.json"))


def save(tried: Tried, portal: Portal, folder: Path) -> Path:
    """Save a page as a case of a portal, with what was read of it as expected; return its folder.

    Raises:
        ValueError: the page is no article, or its case exists with other fields.
        OSError: it cannot be written.
    """
    article = tried.result
    if not isinstance(article, Article):
        raise ValueError("a page that is no article makes no case")  # noqa: TRY004 - it is of the right type
    case = folder / (folded(article.title).replace(" ", "_")[:60].strip("_") or "trang")
    if (case / "meta.json").exists():
        raise ValueError(f"{case} exists")
    case.mkdir(parents=True, exist_ok=True)
    page = tried.page
    (case / "page.html.gz").write_bytes(gzip.compress(page.body, mtime=0))
    meta = {
        "url": page.url,
        "portal": portal.name,
        "fetched_at": page.fetched_at.isoformat(timespec="seconds"),
        "listing": asdict(page.item) if page.item else None,
        "headers": {name: page.headers[name] for name in _DECIDING if name in page.headers},
    }
    _write(case / "expected.json", {name: value_of(article, name) for name in SAVED})
    _write(case / "meta.json", meta)
    return case


def _write(file: Path, value: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def expected_of(case: Path) -> dict[str, Any]:
    """Return the fields that a case expects. Raises OSError, ValueError for a file that is none."""
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    return expected


def read_case(case: Path, portal: Portal | str | None = None) -> Article | Refusal:
    """Read the page of a case, by the rules of the portal given, else of the one that it names.

    Raises:
        OSError: a file is missing.
        ValueError: a file is damaged.
    """
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    row = meta.get("listing")
    return read_page(
        gzip.decompress((case / "page.html.gz").read_bytes()),
        url=meta["url"],
        headers=meta.get("headers"),
        portal=portal or meta.get("portal"),
        listing=ListingItem(**row) if row else None,
        fetched_at=datetime.fromisoformat(meta["fetched_at"]),
    )


def differences(article: Article, expected: Mapping[str, Any]) -> list[Difference]:
    """Return the fields of an article that are not as expected."""
    read = {name: value_of(article, name) for name in expected}
    return [Difference(name, value, read[name]) for name, value in expected.items() if read[name] != value]


def value_of(article: Article, field: str) -> Any:
    """Return a field as a case writes it: plain JSON. Raises AttributeError for a field that there is not."""
    match field:
        case "paragraphs":
            value: Any = [paragraph.text for paragraph in article.paragraphs]
        case "captions":
            value = [image.caption for image in article.images]
        case "credits":
            value = [image.credit for image in article.images]
        case "images":
            value = len(article.images)
        case "attachments":
            value = [attachment.url for attachment in article.attachments]
        case "related":
            value = [[link.title, link.published_raw] for link in article.related]
        case _:
            value = getattr(article, field)
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
