"""Stories: chains, and what is left of them when a member vanishes or reads otherwise."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.database.forget import forget
from storage.database.keys import address_id
from storage.database.links import follow
from tests.texts import news
from tests.unit.database.makers import PORTAL, Desk, reading_as, rows, url
from tests.unit.database.test_links import kinds, serve, stories


def passage(numbers: range) -> str:
    """A text that goes through the pieces of these numbers."""
    return "\n".join(news(number) for number in numbers)


@pytest.fixture
def desks(engine: Engine) -> list[Desk]:
    return [Desk(engine, portal) for portal in (PORTAL, "cong_b", "cong_c")]


@pytest.fixture
def chain(desks: list[Desk]) -> list[Desk]:
    """Three portals: the first piece is like the second, the second like the third, the first not like the third."""
    for desk, numbers in zip(desks, (range(1, 6), range(3, 8), range(5, 10)), strict=True):
        serve(desk, "a", passage(numbers))
    follow(desks[0].engine)
    assert kinds(desks[0].engine) == {(1, 2): "near", (2, 3): "near"}
    return desks


@pytest.fixture
def triple(desks: list[Desk]) -> list[Desk]:
    """The same piece on three portals."""
    for desk in desks:
        serve(desk, "a", news(1))
    follow(desks[0].engine)
    assert stories(desks[0].engine) == {1: [1, 2, 3]}
    return desks


def ended(engine: Engine) -> dict[int, int | None]:
    """The stories that are no more, each with the one that it went into."""
    return {one["story_id"]: one["merged_into"] for one in rows(engine, "SELECT * FROM v1_stories WHERE articles = 0")}


def drop(desk: Desk, folder: Path) -> None:
    forget(desk.engine, folder, desk.portal, [address_id(desk.portal, url("a", desk.portal))], "đơn số 5", "an")
    follow(desk.engine)


def test_a_chain_is_one_story_and_falls_apart_without_its_middle(chain: list[Desk], tmp_path: Path) -> None:
    engine = chain[0].engine
    assert stories(engine) == {1: [1, 2, 3]}
    drop(chain[1], tmp_path)
    assert (kinds(engine), stories(engine), ended(engine)) == ({}, {}, {1: None})


def test_a_chain_keeps_what_still_hangs_together(chain: list[Desk], tmp_path: Path) -> None:
    engine = chain[0].engine
    drop(chain[0], tmp_path)
    assert (kinds(engine), stories(engine), ended(engine)) == ({(2, 3): "near"}, {2: [2, 3]}, {1: 2})
    drop(chain[2], tmp_path)
    assert (kinds(engine), stories(engine)) == ({}, {})


def test_a_story_whose_first_piece_is_forgotten_goes_on(triple: list[Desk], tmp_path: Path) -> None:
    engine = triple[0].engine
    drop(triple[0], tmp_path)
    assert (kinds(engine), stories(engine), ended(engine)) == ({(2, 3): "exact"}, {2: [2, 3]}, {1: 2})
    (story,) = rows(engine, "SELECT * FROM v1_stories WHERE articles > 0")
    assert story["first_article_id"] == 2
    assert (
        rows(engine, "SELECT 1 AS one FROM link WHERE 1 IN (a, b) UNION SELECT 1 FROM link_key WHERE article_id = 1")
        == []
    )


def test_a_reading_that_is_another_text_leaves_the_story(triple: list[Desk]) -> None:
    engine, first = triple[0].engine, triple[0]
    first.next_day()
    first.reread = reading_as(news(2), title="Tin", lead=None, reader_version="2")
    serve(first, "a", news(2), reader_version="2")
    assert [
        one["change"] for one in rows(engine, "SELECT change FROM v1_changes WHERE article_id = 1 ORDER BY seq")
    ] == [
        "created",
        "reread",
    ]
    follow(engine)
    assert (kinds(engine), stories(engine), ended(engine)) == ({(2, 3): "exact"}, {2: [2, 3]}, {1: 2})
    first.next_day()
    serve(first, "a", news(1), reader_version="2")
    follow(engine)
    assert (stories(engine), ended(engine)) == ({1: [1, 2, 3]}, {2: 1})
