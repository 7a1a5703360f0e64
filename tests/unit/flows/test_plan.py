"""What a crawl is told: what is pending and due, what is known, and the bounds."""

from datetime import datetime, time
from pathlib import Path

import pytest

from crawlers.plan import CrawlReport, Target
from crawlers.portal import Access, Expect, Level, Lifecycle, Listing, Portal, Sureness, Unit
from flows.steps.order import Mode, Order
from flows.steps.plan import VISIT_SHARE, further_plan, make_plan, seconds_in_window
from storage.database.plan import Known, ListingKnowledge, Pending, Visit
from storage.records import VIETNAM, ListingItem
from storage.vocabulary import Purpose

NOW = datetime(2025, 3, 1, 5, 0, tzinfo=VIETNAM)
ROW = ListingItem("https://thu.example/bai-1", "Bài một", "01/03/2025")


def _portal(access: Access | None = None) -> Portal:
    return Portal(
        name="thu_nghiem",
        title="Cổng thử nghiệm",
        unit=Unit(level=Level.PROVINCE, name="Tỉnh Lào Cai", province="10"),
        platform="generic",
        listings=tuple(
            Listing(key=key, url=f"https://thu.example/{key}", sureness=Sureness.SEEN, evidence="bản thử")
            for key in ("a", "b")
        ),
        lifecycle=Lifecycle.ACTIVE,
        lifecycle_note="bản thử",
        expect=Expect(rows=8),
        access=access or Access(),
    )


KNOWN = Known(
    fetched=frozenset({"thu.example/bai-0", "thu.example/bai-2"}),
    visits=[Visit(url="https://thu.example/bai-2", key="thu.example/bai-2", item=ROW, etag='"x"', last_modified=None)],
    pending=[Pending(url=ROW.url, item=ROW, listing="a")],
    listings={"a": ListingKnowledge(below=frozenset({"k1"}), open=frozenset({"k2"}), open_pages=4)},
)


def test_what_was_listed_comes_first_then_what_is_due() -> None:
    plan = make_plan(_portal(), Order("thu_nghiem"), KNOWN, run_id="r1", archive=Path("kho"), now=NOW)
    assert [target.url for target in plan.targets] == [ROW.url, "https://thu.example/bai-2"]
    assert plan.targets[0].item == ROW
    assert plan.targets[0].listing == "a"
    assert plan.targets[1].etag == '"x"'
    assert plan.fetched == KNOWN.fetched


def test_every_listing_is_planned_with_what_is_known_of_it() -> None:
    plan = make_plan(_portal(), Order("thu_nghiem"), KNOWN, run_id="r1", archive=Path("kho"), now=NOW)
    known, unknown = plan.listings
    assert (known.key, known.below, known.open, known.open_pages) == ("a", frozenset({"k1"}), frozenset({"k2"}), 4)
    assert (unknown.key, unknown.below, unknown.open, unknown.open_pages) == ("b", frozenset(), frozenset(), 0)


def test_visits_leave_room_for_what_is_new() -> None:
    many = [
        Visit(url=f"https://thu.example/{n}", key=f"thu.example/{n}", item=None, etag=None, last_modified=None)
        for n in range(100)
    ]
    known = Known(fetched=frozenset(), visits=many, pending=[], listings={})
    plan = make_plan(_portal(), Order("thu_nghiem", limit=20), known, run_id="r1", archive=Path("kho"), now=NOW)
    assert len(plan.targets) == 20 * VISIT_SHARE
    assert len(plan.fetched) == 100 - len(plan.targets)


def test_a_limit_only_lowers_the_budget() -> None:
    portal = _portal(Access(max_requests=50, reason="bản thử"))
    for limit, requests in ((None, 50), (7, 7), (500, 50)):
        plan = make_plan(portal, Order("thu_nghiem", limit=limit), KNOWN, run_id="r1", archive=Path("kho"), now=NOW)
        assert plan.max_requests == requests


def test_full_and_since_are_passed_on() -> None:
    order = Order("thu_nghiem", Mode.FULL, since=NOW)
    plan = make_plan(_portal(), order, KNOWN, run_id="r1", archive=Path("kho"), now=NOW)
    assert plan.full
    assert plan.since == NOW


@pytest.mark.parametrize(
    ("night", "clock", "left"),
    [
        (None, time(12), None),
        ((time(22), time(5)), time(23), 6 * 3600),
        ((time(22), time(5)), time(4, 30), 1800),
        ((time(22), time(5)), time(12), 0),
        ((time(22), time(5)), time(5), 0),
        ((time(1), time(4)), time(1), 3 * 3600),
        ((time(1), time(4)), time(4), 0),
    ],
)
def test_night_window(night: tuple[time, time] | None, clock: time, left: int | None) -> None:
    assert seconds_in_window(night, datetime.combine(NOW.date(), clock, VIETNAM)) == left


def test_the_window_bounds_the_crawl() -> None:
    portal = _portal(Access(night=(time(1), time(5, 10)), reason="bản thử"))
    plan = make_plan(portal, Order("thu_nghiem"), KNOWN, run_id="r1", archive=Path("kho"), now=NOW)
    assert plan.max_seconds == 600


def test_attachments_get_what_is_left() -> None:
    first = make_plan(_portal(), Order("thu_nghiem", limit=100), KNOWN, run_id="r1", archive=Path("kho"), now=NOW)
    spent = CrawlReport(
        run_id="r1",
        portal="thu_nghiem",
        started_at=NOW,
        ended_at=NOW.replace(minute=10),
        reason="finished",
        requests={Purpose.ARTICLE: 60, Purpose.LISTING: 3},
        bytes=1000,
        segments=("mot.warc.gz",),
    )
    wanted = Target(url="https://thu.example/tep.pdf", purpose=Purpose.ATTACHMENT, parent="https://thu.example/bai-1")
    plan = further_plan(first, [wanted], spent=[spent])
    assert [(target.url, target.purpose, target.parent) for target in plan.targets] == [
        ("https://thu.example/tep.pdf", Purpose.ATTACHMENT, "https://thu.example/bai-1")
    ]
    assert plan.listings == ()
    assert plan.segment == 2
    assert plan.max_requests == 37
    assert plan.max_seconds == first.max_seconds - 600
    assert plan.max_bytes == first.max_bytes - 1000
