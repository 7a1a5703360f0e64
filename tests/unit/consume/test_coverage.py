"""Coverage: what of a listing is stored, what is not, and whether that can be known."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from storage.database.load import Held
from storage.database.marks import ListingOutcome, finish_listings
from storage.records import Refusal
from storage.vocabulary import RefusalKind
from tests.unit.database.makers import PORTAL, Desk, article, row, rows

COUNTS = ("listed", "stored", "held", "refused", "gaps")


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def coverage(engine: Engine) -> dict[tuple[str, str | None], tuple[Any, ...]]:
    return {
        (found["section"], found["month"]): tuple(found[name] for name in COUNTS)
        for found in rows(engine, "SELECT * FROM v1_coverage")
    }


def finish(desk: Desk, key: str, *, pages: int = 1, complete: bool) -> None:
    finish_listings(desk.engine, PORTAL, desk.run_id, [ListingOutcome(key, pages, complete=complete)])


def test_every_listed_address_is_counted_once(desk: Desk) -> None:
    desk.list_page("tin", 1, ["stored", "held", "refused", "sick", "missing", "unasked"])
    desk.serve("stored", title="a")
    held = desk.capture("held")
    desk.load(row(held, Held(article(held.url), "drifted")))
    refused, sick = desk.capture("refused"), desk.capture("sick")
    desk.load(row(refused, Refusal(refused.url, RefusalKind.DIRECTORY, "")))
    desk.load(row(sick, Refusal(sick.url, RefusalKind.MAINTENANCE, "")))
    desk.miss("missing")
    finish(desk, "tin", complete=True)
    assert coverage(desk.engine) == {("tin", "2025-03"): (6, 1, 1, 1, 3)}
    (found,) = rows(desk.engine, "SELECT * FROM v1_coverage")
    assert found["as_of"] is not None


def test_an_article_counts_in_the_month_of_its_own_date(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a", "b"], dated="28/02/2025")
    desk.serve("a", published_at=desk.now.replace(month=1))
    finish(desk, "tin", complete=True)
    assert coverage(desk.engine) == {
        ("tin", "2025-01"): (1, 1, 0, 0, 0),
        ("tin", "2025-02"): (1, 0, 0, 0, 1),
        ("tin", "2025-03"): (0, 0, 0, 0, 0),
    }


def test_a_month_without_an_article_is_seen(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"], dated="05/11/2024")
    desk.list_page("tin", 2, ["b"], dated="05/02/2025")
    finish(desk, "tin", pages=2, complete=True)
    months = {month: counts for (_, month), counts in coverage(desk.engine).items()}
    assert sorted(filter(None, months)) == ["2024-11", "2024-12", "2025-01", "2025-02", "2025-03"]
    assert months["2024-12"] == (0, 0, 0, 0, 0)


def test_gaps_of_a_listing_that_was_cut_are_unknown(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    finish(desk, "tin", complete=False)
    assert coverage(desk.engine) == {("tin", "2025-03"): (1, 0, 0, 0, None)}
    desk.list_page("tin", 2, ["b"], dated="01/01/2025")
    finish(desk, "tin", pages=2, complete=True)
    assert {counts[-1] for counts in coverage(desk.engine).values()} == {1, 0}
    desk.next_day(31)
    desk.list_page("tin", 1, ["c"], dated="10/04/2025")
    finish(desk, "tin", complete=False)
    gaps = {month: counts[-1] for (_, month), counts in coverage(desk.engine).items()}
    assert gaps == {"2025-01": 1, "2025-02": 0, "2025-03": None, "2025-04": None}, "a hole may lie above the mark"


def test_rows_without_a_date_and_other_sections_stand_apart(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"], dated="")
    desk.list_page("khac", 1, ["c", "b"])
    finish(desk, "tin", complete=True)
    assert coverage(desk.engine) == {
        ("tin", None): (1, 0, 0, 0, 1),
        ("khac", "2025-03"): (2, 0, 0, 0, None),
    }


def test_a_withdrawn_article_is_refused_not_missing(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    desk.serve("a")
    finish(desk, "tin", complete=True)
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE article SET withdrawn_at = '2025-03-12T00:00:00+07:00'"))
    assert coverage(desk.engine) == {("tin", "2025-03"): (1, 0, 0, 1, 0)}
