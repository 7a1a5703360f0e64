"""Golden cases: `tests/cases/<portal>/<case>/`, one assertion a field. The folder's README says how they were made."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from flows.steps.portals import cases
from storage.records import Article

CASES = Path(__file__).resolve().parent / "cases"
FOLDERS = sorted(meta.parent for meta in CASES.glob("*/*/meta.json"))


@lru_cache(maxsize=64)
def _read(folder: Path) -> Article:
    result = cases.read_case(folder)
    assert isinstance(result, Article), result
    return result


def _fields() -> list[Any]:
    found = []
    for folder in FOLDERS:
        for field, value in cases.expected_of(folder).items():
            name = f"{folder.parent.name}/{folder.name}-{field}"
            found.append(pytest.param(folder, field, value, id=name))
    return found


@pytest.mark.parametrize(("folder", "field", "expected"), _fields())
def test_field(folder: Path, field: str, expected: Any) -> None:
    assert cases.value_of(_read(folder), field) == expected


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
