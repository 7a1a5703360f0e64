"""The published contract holds, and what docs/consumers.md shows works on both engines."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.consume.dictionary import VIEWS
from storage.consume.queries import DOCUMENT, QUERIES, Query, document
from storage.settings import PROJECT_ROOT
from tests.unit.database.makers import LONG, Desk, rows

PAGE = PROJECT_ROOT / "docs" / "consumers.md"
CONTRACT = Path(__file__).with_name("contract.json")


def test_the_published_contract_holds() -> None:
    """`contract.json` is what consumers have been promised: views, their columns and types."""
    promised: dict[str, dict[str, str]] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    now = {view.name: {column.name: column.type for column in view.columns} for view in VIEWS}
    for view, columns in promised.items():
        assert view in now, f"{view} has been promised to consumers: keep it, and make the other one v2_*"
        for name, kind in columns.items():
            assert now[view].get(name) == kind, (
                f"{view}.{name} ({kind}) has been promised to consumers and is {now[view].get(name)} now: keep it as it "
                "is, and add a column of another name"
            )
    new = {view: sorted(set(now[view]) - set(promised.get(view, {}))) for view in now}
    assert not any(new.values()), f"promise what is new, add it to {CONTRACT.name}: {new}"


@pytest.fixture
def filled(engine: Engine) -> Engine:
    from storage.database.links import follow
    from storage.database.marks import ListingOutcome, finish_listings
    from storage.database.portals import sync_portals
    from tests.unit.database.test_feed_complete import FACTS

    sync_portals(engine, [FACTS])
    desk = Desk(engine)
    desk.list_page("tin", 1, ["a", "b"])
    desk.serve("a", f"{LONG} cải cách hành chính, 27/2018/NĐ-CP", source_credit="Theo Báo Lào Cai")
    Desk(engine, portal="bao").serve("b", f"{LONG} cải cách hành chính, 27/2018/NĐ-CP")
    follow(engine)
    finish_listings(engine, desk.portal, desk.run_id, [ListingOutcome("tin", 1, complete=True)])
    return engine


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_queries_shown_find_something(filled: Engine, query: Query) -> None:
    assert rows(filled, query.example)
    assert rows(filled, query.sql, **{name: one.example for name, one in query.parameters.items()})


def test_the_document_is_of_these_queries() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: make docs"


def test_both_languages_tell_the_same() -> None:
    english, vietnamese = PAGE.read_text(encoding="utf-8").split("# Dành cho người đọc cơ sở dữ liệu")
    for mark in (r"^## ", r"^\| v1_", r"^- ", r"^congtin ", r"queries\.md", r"congtin browse"):
        assert len(re.findall(mark, english, re.MULTILINE)) == len(re.findall(mark, vietnamese, re.MULTILINE)), mark
    assert [view.name for view in VIEWS if view.name not in vietnamese] == []


def test_searches_shown_find_something(filled: Engine) -> None:
    shown = dict(re.findall(r"^(SQLite|PostgreSQL): +(SELECT .*);$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    query = (
        shown["SQLite" if filled.dialect.name == "sqlite" else "PostgreSQL"]
        .replace(" tỉnh", "")
        .replace(" AND tinh", "")
    )
    assert sorted(found["article_id"] for found in rows(filled, query)) == [1, 2]


def test_every_view_is_named() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [view.name for view in VIEWS if view.name not in page] == []
