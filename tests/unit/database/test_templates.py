"""Learned templates in the database: a bounded window, versions, blocks kept."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from flows.steps import templates as steps
from storage.database import templates
from storage.database.templates import SeenPage
from tests.unit.database.makers import FIRST_DAY, PORTAL, Desk, reading_as, rows
from tests.unit.database.test_load import kinds

SLOGAN = "Chung tay xây dựng phường xã văn minh, sạch đẹp."


def seen(number: int, *, day: int | None = None) -> SeenPage:
    at = FIRST_DAY + timedelta(days=number if day is None else day)
    own = f"Bài {chr(97 + number)} kể chuyện riêng của nó, không giống một bài nào khác trong trang này."
    blocks = [[f"own-{number}", "div.c>p", own, "", 17], ["slogan", "div.f", SLOGAN, "", 10]]
    return SeenPage(f"address-{number}", f"capture-{number}", at, f"Chuyện {chr(97 + number)} ở phường", blocks)


def test_the_window_keeps_the_newest_pages_of_distinct_addresses(engine: Engine) -> None:
    templates.note_pages(engine, PORTAL, [seen(number) for number in range(6)], 4)
    window = templates.note_pages(engine, PORTAL, [seen(5, day=9), seen(2, day=8)], 4)
    assert [page.address_id for page in window] == ["address-3", "address-4", "address-2", "address-5"]
    assert window[-1] == seen(5, day=9)
    assert templates.seen_addresses(engine, PORTAL) == {page.address_id for page in window}
    assert templates.seen_addresses(engine, "tien_giang") == set()


def test_versions_and_kept_blocks(engine: Engine) -> None:
    assert steps.in_force(engine, PORTAL) is None
    steps._update(engine, PORTAL, [seen(number) for number in range(5)])
    first = steps.in_force(engine, PORTAL)
    assert first is not None
    steps._update(engine, PORTAL, [seen(6)])
    assert steps.in_force(engine, PORTAL) == first
    assert len(rows(engine, "SELECT id FROM template")) == 1, "the same blocks are the same version"

    assert steps.keep(engine, PORTAL, "slogan", "nội dung").example == SLOGAN
    assert steps.in_force(engine, PORTAL) is None
    steps._update(engine, PORTAL, [seen(7)])
    assert steps.in_force(engine, PORTAL) is None, "kept for ever, whatever is learned"
    assert templates.kept(engine, PORTAL)["slogan"].reason == "nội dung"
    steps.drop_keep(engine, PORTAL, "slogan")
    assert steps.in_force(engine, PORTAL) == first
    for change in (lambda: steps.keep(engine, PORTAL, "none", ""), lambda: steps.drop_keep(engine, PORTAL, "slogan")):
        with pytest.raises(steps.UnknownBlockError):
            change()


def test_a_template_learned_between_two_captures_makes_no_version(engine: Engine) -> None:
    body = "Bài viết dài của phường. " * 15
    desk = Desk(engine, reread=reading_as(body, template="t1"))
    desk.serve("a", f"{body}\n{SLOGAN}")
    desk.next_day()
    assert desk.serve("a", body, template="t1").same == 1
    assert kinds(engine) == ["created", "reread"]
    assert [row["template"] for row in rows(engine, "SELECT template FROM reading ORDER BY id")] == [None, "t1"]


def test_an_edit_at_the_same_time_is_a_version(engine: Engine) -> None:
    body = "Bài viết dài của phường. " * 15
    desk = Desk(engine, reread=reading_as(body, template="t1"))
    desk.serve("a", f"{body}\n{SLOGAN}")
    desk.next_day()
    assert desk.serve("a", f"{body} Sửa lại.", template="t1").changed == 1
    assert kinds(engine) == ["created", "reread", "updated"]
