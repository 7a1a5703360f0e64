"""The views are what the dictionary says, on both engines."""

import json
import re
from dataclasses import replace
from datetime import date, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, inspect

from storage.consume.dictionary import DOCUMENT, VIEWS, View, document
from storage.database.links import follow
from storage.database.marks import ListingOutcome, finish_listings
from storage.database.models import restoration
from storage.database.portals import PortalRow, sync_portals
from storage.database.runs import finish_run, start_run
from storage.records import Attachment, Image, Refusal
from storage.vocabulary import Purpose, RefusalKind, Verdict
from tests.unit.database.makers import LONG, PORTAL, Desk, capture, row, rows, url

WANTED = [
    "article_id",
    "portal",
    "url",
    "kind",
    "title",
    "lead",
    "text",
    "section",
    "authors",
    "byline_raw",
    "source_credit",
    "published_at",
    "published_on",
    "published_precision",
    "published_basis",
    "published_missing_reason",
    "inferred_from",
    "inferred_to",
    "event_date",
    "sort_date",
    "sort_date_basis",
    "unit_code_system",
    "unit_code",
    "unit_name",
    "unit_code_system_today",
    "unit_code_today",
    "unit_name_today",
    "province_code_system",
    "province_code",
    "province_name",
    "province_code_system_today",
    "province_code_today",
    "province_name_today",
    "language",
    "reuse",
    "first_seen_at",
    "last_seen_at",
    "gone_at",
    "version_no",
    "capture_id",
]

NULL_LATER = {("v1_changes", "capture_id"), ("v1_search", "words")}
"""May be null by contract, though nothing makes it so here: not every change will come from a capture; `words` is null
on SQLite only."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00")


def well_formed(kind: str, value: Any) -> bool:
    """Whether a value is of a type of the dictionary."""
    match kind:
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, float)
        case "time":
            return isinstance(value, str) and bool(TIME.fullmatch(value)) and datetime.fromisoformat(value) is not None
        case "date":
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        case "json":
            return isinstance(value, str) and json.loads(value) is not None
        case "index":
            return value is not None
        case _:
            return isinstance(value, str)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """A database in which every column that may be null is so in one row and not in another."""
    lao_cai = PortalRow(
        PORTAL,
        "Lào Cai",
        "vnportal",
        "province",
        "Tỉnh Lào Cai",
        "gso-2004",
        "10",
        None,
        "active",
        "x",
        None,
        None,
        None,
        "official",
    )
    kien_luong = replace(
        lao_cai,
        name="kien_luong",
        level="district",
        unit_name="Huyện Kiên Lương",
        province="91",
        district="902",
        successor="https://angiang.gov.vn",
        valid_to=date(2025, 6, 30),
        verified=date(2025, 3, 1),
    )
    sync_portals(engine, [lao_cai, kien_luong, replace(lao_cai, name="xa", level="commune", unit_name="Xã A")])
    run_id = start_run(engine, PORTAL, "full")
    start_run(engine, PORTAL, "incremental")
    finish_run(engine, run_id, Verdict.OK, "Đủ.", {"new": 1}, {})
    desk = Desk(engine)
    pdf, exe = Attachment("https://x.vn/1.pdf", "1.pdf", "application/pdf"), Attachment("https://x.vn/2.docx", "2.docx")
    fields: dict[str, Any] = {
        "section": "Tin",
        "authors": ("A",),
        "byline_raw": "A",
        "source_credit": "Báo A",
        "event_date": date(2025, 3, 9),
        "images": (Image("https://x.vn/1.jpg", "Chú thích", "Ảnh: B", "alt", "c1"), Image("https://x.vn/2.jpg")),
        "attachments": (pdf, exe),
        "view_count": 3,
    }
    desk.list_page("tin", 1, ["a", "b"])
    desk.list_page("khac", 1, ["x"], dated="")
    finish_listings(engine, PORTAL, desk.run_id, [ListingOutcome("tin", 1, complete=True)])
    desk.serve("a", **fields)
    desk.enter(
        capture(pdf.url, purpose=Purpose.ATTACHMENT, body="%PDF"),
        capture(exe.url, purpose=Purpose.ATTACHMENT, status=404),
    )
    desk.serve("b", f"{LONG} 27/2018/NĐ-CP", lead=None, title="b", published_at=None, language=None)
    desk.serve("c", title="c", published_at=None, inferred_from=date(2025, 3, 1), inferred_to=date(2025, 3, 2))
    desk.redirect("cu", "a")
    desk.serve("a2")
    desk.serve("a2", f"{LONG} khác")
    Desk(engine, portal="kien_luong").serve("k")
    Desk(engine, portal="xa").serve("k")
    Desk(engine, portal="chua_nap").serve("k")
    for _ in range(2):
        desk.next_day()
        desk.miss("b")
        desk.serve("a", f"{LONG} ngày {desk.day}", **fields)
    refused = desk.capture("x")
    desk.load(row(refused, Refusal(refused.url, RefusalKind.MAINTENANCE, "bảo trì")))
    _two_stories(engine)
    known = desk.capture("c")
    desk.load(row(known, Refusal(known.url, RefusalKind.MAINTENANCE, "")))
    numbers = {"next_seq": 10**6, "kept_seq": 1, "kept_article_id": 1, "next_article_id": 10**6}
    with engine.begin() as connection:
        connection.execute(restoration.insert().values(at=desk.now, backup_at=desk.now, **numbers))
    return engine


def _two_stories(engine: Engine) -> None:
    """A reprint, an extended reissue, and a story that goes into the one of an older article."""
    words = Random("tin").choices([f"{a}{b}" for a in "bcdghklmnt" for b in "aeiouy"], k=900)
    old, news = Desk(engine, portal="xa"), Desk(engine)
    old.serve("cu", " ".join(words[:100]), title="Tin cũ", lead=None)
    for name, upto in (("tin", 500), ("tin-2", 490), ("tin-dai", 900)):
        news.serve(name, " ".join(words[200:upto]), title="Tin mới", lead=None)
    follow(engine)
    old.serve("cu", " ".join(words[200:500]), title="Tin cũ", lead=None)
    follow(engine)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_is_what_the_dictionary_says(filled: Engine, view: View) -> None:
    columns = inspect(filled).get_columns(view.name)
    assert [column["name"] for column in columns] == [column.name for column in view.columns]
    found = rows(filled, f"SELECT * FROM {view.name}")
    assert found
    for column in view.columns:
        values = [item[column.name] for item in found]
        if column.type == "index" and filled.dialect.name == "sqlite":
            continue
        assert any(value is not None for value in values), f"{column.name} has no value in this test"
        assert all(value is None or well_formed(column.type, value) for value in values), column.name
        if column.null is None:
            assert None not in values, column.name
        elif (view.name, column.name) not in NULL_LATER:
            assert None in values, f"{column.name} is never null in this test: is its note true?"


def test_the_articles_view_has_the_columns_promised() -> None:
    assert [column.name for column in VIEWS[0].columns] == WANTED


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_examples_are_well_formed(view: View) -> None:
    for column in view.columns:
        example: Any = {"integer": int, "number": float}.get(column.type, str)(column.example)
        assert well_formed(column.type, example), column.name
        assert column.meaning.endswith((".", "`")), column.name
        assert "|" not in column.meaning + column.example + (column.null or "")


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m storage.consume.dictionary"


def test_a_merged_article_is_shown_once(engine: Engine) -> None:
    desk = Desk(engine)
    desk.serve("a")
    desk.serve("b")
    desk.next_day()
    desk.serve("b", f"{LONG} sửa")
    assert len(rows(engine, "SELECT * FROM v1_articles")) == 2
    desk.serve("a", f"{LONG} sửa")
    assert [item["url"] for item in rows(engine, "SELECT * FROM v1_articles")] == [url("a")]
