"""Pages whose bytes are those of what is shown are not read again, and only those."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from storage.database.load import LoadCounts, SameBytes
from storage.database.unchanged import unchanged
from storage.records import Capture, ListingItem
from storage.vocabulary import CaptureState
from tests.unit.database.makers import FIRST_DAY, LONG, Desk, article, one, reading_as, row, rows, url

ITEM = ListingItem(url("a"), "Họp báo", "10/03/2025")


def serve(desk: Desk, body: str, text: str = LONG, *, name: str = "a", **fields: Any) -> LoadCounts:
    fetched = desk.capture(name, body=body, item=ITEM)
    return desk.load(row(fetched, article(fetched.url, text, view_count=7, **fields)))


def check(
    desk: Desk, *captures: Capture, since: datetime | None = None, reader: str = "1", rules: str = "vnportal"
) -> Any:
    return unchanged(desk.engine, captures, reader_version=reader, rules=lambda _: rules, since=since)


def waiting(desk: Desk, **fields: Any) -> Capture:
    fetched = desk.capture(fields.pop("name", "a"), **({"body": "<p>1</p>", "item": ITEM} | fields))
    desk.enter(fetched, state=CaptureState.PENDING)
    return fetched


def test_same_bytes_are_same_without_reading(engine: Engine) -> None:
    desk = Desk(engine)
    serve(desk, "<p>1</p>")
    desk.next_day()
    fetched = waiting(desk)
    same = check(desk, fetched)
    assert set(same) == {fetched.record_id}
    counts = desk.load(row(fetched, same[fetched.record_id]))
    assert (counts.same, counts.changed) == (1, 0)
    assert one(engine, "SELECT state FROM capture WHERE record_id = :id", id=fetched.record_id)["state"] == "same"
    assert [seen["value"] for seen in rows(engine, "SELECT value FROM view_count ORDER BY observed_at")] == [7, 7]
    assert len(rows(engine, "SELECT * FROM reading")) == len(rows(engine, "SELECT * FROM version")) == 1
    assert one(engine, "SELECT last_seen_at FROM v1_articles")["last_seen_at"] == desk.now.isoformat()


@pytest.mark.parametrize(
    "other",
    [
        {"body": "<p>2</p>"},
        {"status": 404},
        {"item": ListingItem(url("a"), "Họp báo", "11/03/2025")},
        {"item": None},
        {"name": "b"},
    ],
    ids=["bytes", "status", "row", "unlisted", "address"],
)
def test_anything_else_is_read(engine: Engine, other: dict[str, Any]) -> None:
    desk = Desk(engine)
    serve(desk, "<p>1</p>")
    assert not check(desk, waiting(desk, **other))


def test_another_recipe_is_read(engine: Engine) -> None:
    desk = Desk(engine)
    serve(desk, "<p>1</p>")
    fetched = waiting(desk)
    made = datetime.fromisoformat(one(engine, "SELECT made_at FROM reading")["made_at"])
    assert check(desk, fetched, since=made - timedelta(seconds=1))
    assert not check(desk, fetched, since=made + timedelta(seconds=1))
    assert not check(desk, fetched, reader="2")
    assert not check(desk, fetched, rules="liferay")


def test_an_edit_loaded_in_between_is_not_passed_over(engine: Engine) -> None:
    """The publisher edits and takes it back: the page as it was before is a version, though its bytes are known."""
    desk = Desk(engine)
    serve(desk, "<p>1</p>")
    desk.next_day()
    edit = waiting(desk, body="<p>2</p>")
    back = waiting(desk)
    same = check(desk, back)[back.record_id]
    assert isinstance(same, SameBytes)

    desk.reread = reading_as(LONG)
    desk.load(row(edit, article(edit.url, LONG.replace("từ1 ", "từ ", 1))))
    desk.load(row(back, same))
    assert one(engine, "SELECT version_no FROM article")["version_no"] == 3


def test_a_withdrawn_article_is_read(engine: Engine) -> None:
    desk = Desk(engine)
    serve(desk, "<p>1</p>")
    with engine.begin() as connection:
        connection.execute(text("UPDATE article SET withdrawn_at = :at"), {"at": FIRST_DAY.isoformat()})
    assert not check(desk, waiting(desk))
