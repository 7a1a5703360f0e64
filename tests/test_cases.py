"""Golden cases: `tests/cases/<portal>/<case>/`, one assertion a field. The folder's README says how they were made."""

import gzip
import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from crawlers.reading import read_page
from storage.records import Article, ListingItem

CASES = Path(__file__).resolve().parent / "cases"
FOLDERS = sorted(meta.parent for meta in CASES.glob("*/*/meta.json"))


def _value(article: Article, field: str) -> Any:
    match field:
        case "paragraphs":
            return [paragraph.text for paragraph in article.paragraphs]
        case "captions":
            return [image.caption for image in article.images]
        case "credits":
            return [image.credit for image in article.images]
        case "images":
            return len(article.images)
        case "attachments":
            return [attachment.url for attachment in article.attachments]
        case "related":
            return [[link.title, link.published_raw] for link in article.related]
        case "authors" | "flags":
            return list(getattr(article, field))
        case "published_at":
            return article.published_at.isoformat() if article.published_at else None
        case "event_date" | "inferred_from" | "inferred_to":
            day = getattr(article, field)
            return day.isoformat() if day else None
        case _:
            return getattr(article, field)


@lru_cache(maxsize=64)
def _read(folder: Path) -> Article:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    row = meta.get("listing")
    result = read_page(
        gzip.decompress((folder / "page.html.gz").read_bytes()),
        url=meta["url"],
        portal=meta.get("portal"),
        listing=ListingItem(**row) if row else None,
        fetched_at=datetime.fromisoformat(meta["fetched_at"]),
    )
    assert isinstance(result, Article), result
    return result


def _fields() -> list[Any]:
    found = []
    for folder in FOLDERS:
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        for field, value in expected.items():
            name = f"{folder.parent.name}/{folder.name}-{field}"
            found.append(pytest.param(folder, field, value, id=name))
    return found


@pytest.mark.parametrize(("folder", "field", "expected"), _fields())
def test_field(folder: Path, field: str, expected: Any) -> None:
    assert _value(_read(folder), field) == expected


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_every_value_tells_its_source(folder: Path) -> None:
    article = _read(folder)
    named = (
        "title",
        "lead",
        "published_at",
        "event_date",
        "source_credit",
        "section",
        "view_count",
        "images",
        "language",
    )
    assert [name for name in named if getattr(article, name) and name not in article.provenance] == []
