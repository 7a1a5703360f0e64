"""What a run is told to fetch and to visit."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from storage.database.failures import MAX_TRIES, Unfetched, note_failures
from storage.database.plan import Known, is_due, known, standing
from storage.records import VIETNAM, ListingItem, Refusal
from storage.vocabulary import CaptureState, FetchError, Purpose, RefusalKind
from tests.unit.database.makers import PORTAL, Desk, article, row, url

AGES = (1, 3, 7, 30, 90)
MORNING = datetime(2025, 3, 10, 5, 0, 30, tzinfo=VIETNAM)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def what(desk: Desk, *, full: bool = False) -> Known:
    return known(desk.engine, PORTAL, desk.now, AGES, full=full)


def visits(desk: Desk, *, full: bool = False) -> list[str]:
    return [visit.url.rpartition("/")[2] for visit in what(desk, full=full).visits]


def pending(desk: Desk) -> list[str]:
    return [one.url.rpartition("/")[2] for one in what(desk).pending]


def fetched(desk: Desk) -> set[str]:
    return {key.rpartition("/")[2] for key in what(desk).fetched}


def test_visits_come_at_their_ages_and_then_every_quarter() -> None:
    last, days = MORNING, []
    for day in range(400):
        now = MORNING + timedelta(days=day) - timedelta(seconds=20)  # a run never starts at the same second
        if is_due(MORNING, last, now, AGES):
            days.append(day)
            last = now
    assert days == [1, 3, 7, 30, 90, 150, 210, 270, 330, 390]


def test_the_last_step_of_the_default_ages_is_a_quarter() -> None:
    last, days = MORNING, []
    for day in range(600):
        now = MORNING + timedelta(days=day)
        if is_due(MORNING, last, now, (1, 3, 7, 30, 90, 180, 270, 360)):
            days.append(day)
            last = now
    assert days == [1, 3, 7, 30, 90, 180, 270, 360, 450, 540]


def test_missed_visits_are_made_up_by_one() -> None:
    assert is_due(MORNING, MORNING, MORNING + timedelta(days=20), AGES)
    assert not is_due(MORNING, MORNING + timedelta(days=20), MORNING + timedelta(days=21), AGES)


def test_one_age_repeats_itself() -> None:
    assert not is_due(MORNING, MORNING + timedelta(days=10), MORNING + timedelta(days=11), (5,))
    assert is_due(MORNING, MORNING + timedelta(days=10), MORNING + timedelta(days=15), (5,))


def test_a_fresh_article_is_fetched_and_then_due(desk: Desk) -> None:
    desk.serve("a", capture={"headers": {"etag": '"7"'}, "item": ListingItem(url("a"), "Bài a", "10/03/2025")})
    assert (visits(desk), fetched(desk)) == ([], {"a"})
    desk.next_day()
    (visit,) = what(desk).visits
    assert (visit.url, visit.etag, visit.item) == (url("a"), '"7"', ListingItem(url("a"), "Bài a", "10/03/2025"))
    assert fetched(desk) == set()
    desk.not_modified("a")
    assert visits(desk) == []
    desk.next_day(2)
    assert visits(desk) == ["a"]


def test_all_is_due_in_a_full_run(desk: Desk) -> None:
    desk.serve("a")
    assert visits(desk, full=True) == ["a"]


def test_an_article_is_visited_at_its_own_address_first(desk: Desk) -> None:
    desk.serve("z")
    desk.serve("a")
    desk.redirect("cu", "z")
    desk.serve("z")
    desk.next_day()
    assert visits(desk) == ["z", "a"]


def test_listed_and_never_fetched_is_pending(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a", "b"])
    desk.serve("a")
    (one,) = what(desk).pending
    assert (one.url, one.listing, one.item) == (url("b"), "tin", ListingItem(url("b"), "Bài b", "10/03/2025"))
    assert fetched(desk) == {"a"}


def test_what_waits_for_reading_is_not_fetched_again(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    desk.enter(desk.capture("a"), state=CaptureState.PENDING)
    assert (pending(desk), fetched(desk)) == ([], {"a"})


def test_what_the_budget_cut_off_is_never_given_up(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    for _ in range(MAX_TRIES + 2):
        note_failures(desk.engine, PORTAL, desk.run_id, [Unfetched(url("a"), Purpose.ARTICLE, FetchError.BUDGET)])
        desk.next_day()
    assert pending(desk) == ["a"]


def test_what_fails_again_and_again_is_given_up(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    failed = [Unfetched(url("a"), Purpose.ARTICLE, FetchError.TIMEOUT)]
    for _ in range(MAX_TRIES):
        assert pending(desk) == ["a"]
        note_failures(desk.engine, PORTAL, desk.run_id, failed)
        note_failures(desk.engine, PORTAL, desk.run_id, failed)  # the answer to COMMIT was lost
        desk.next_day()
    assert (pending(desk), fetched(desk)) == ([], {"a"})


def test_what_lies_out_of_scope_is_closed(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    note_failures(desk.engine, PORTAL, desk.run_id, [Unfetched(url("a"), Purpose.ARTICLE, FetchError.SCOPE)])
    assert (pending(desk), fetched(desk)) == ([], {"a"})


@pytest.mark.parametrize(
    ("kind", "again"),
    [
        (RefusalKind.MAINTENANCE, True),
        (RefusalKind.BLOCK, True),
        (RefusalKind.HOME, False),
        (RefusalKind.NOT_HTML, False),
    ],
)
def test_a_page_refused_in_passing_is_asked_for_another_day(desk: Desk, kind: RefusalKind, again: bool) -> None:
    desk.list_page("tin", 1, ["a"])
    captured = desk.capture("a")
    desk.load(row(captured, Refusal(captured.url, kind, "…")))
    assert (pending(desk), fetched(desk)) == ([], {"a"})
    desk.next_day()
    assert pending(desk) == (["a"] if again else [])


def test_an_error_of_the_server_is_tried_in_the_next_run_a_404_another_day(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a", "b"])
    desk.miss("a", 503)
    desk.miss("b", 404)
    assert pending(desk) == ["a"]
    desk.next_day()
    assert set(pending(desk)) == {"a", "b"}


def test_a_known_article_that_is_missing_is_asked_for_the_next_day(desk: Desk) -> None:
    desk.serve("a")
    desk.next_day(4)
    desk.miss("a")
    assert visits(desk) == []
    desk.next_day()
    assert visits(desk) == ["a"]


def test_a_redirect_that_leads_to_no_article_is_tried_another_day(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    desk.redirect("a", "dang-nhap")
    assert pending(desk) == []
    desk.next_day()
    assert pending(desk) == ["a"]


def test_what_redirects_to_an_article_is_done(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    desk.redirect("a", "b")
    desk.serve("b")
    desk.next_day(5)
    assert (pending(desk), visits(desk)) == ([], ["b"])


def test_a_poorer_row_of_another_listing_loses_no_date(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a"])
    from storage.database.captures import Indexed, enter
    from storage.database.engine import transact
    from tests.unit.database.makers import location

    page = desk.capture("moi", purpose=Purpose.LISTING, listing="moi", page=1)
    chunk = [Indexed(page, location(), CaptureState.NOTED, items=(ListingItem(url("a"), "Bài a, đầy đủ"),))]
    transact(desk.engine, lambda connection: enter(connection, PORTAL, chunk, reached=False))
    (one,) = what(desk).pending
    assert one.item == ListingItem(url("a"), "Bài a, đầy đủ", "10/03/2025")


def test_a_known_article_that_fails_for_days_is_asked_for_at_its_ages_again(desk: Desk) -> None:
    desk.serve("a")
    asked = []
    for day in range(1, 20):
        desk.next_day()
        if visits(desk):
            asked.append(day)
            desk.miss("a", 500)
    assert asked == [1, 2, 3, 4, 5, 7]


def test_a_row_that_slides_down_counts_where_it_was_seen_first(desk: Desk) -> None:
    for page in (1, 2, 3):
        desk.list_page("tin", page, ["a"])
    with desk.engine.connect() as connection:
        assert connection.scalar(text("SELECT last_page FROM listing_entry")) == 1
    desk.next_day()
    desk.list_page("tin", 2, ["a"])
    with desk.engine.connect() as connection:
        assert connection.scalar(text("SELECT last_page FROM listing_entry")) == 2


def test_only_rows_that_the_run_saw_tell_of_the_portal_today(desk: Desk) -> None:
    desk.list_page("tin", 1, ["a", "b", "c"])
    desk.load(
        row(desk.capture("a"), article(url("a"))),
        row(desk.capture("b"), Refusal(url("b"), RefusalKind.ERROR, "trang không tồn tại")),
    )
    assert standing(desk.engine, PORTAL, desk.run_id) == (1, 1)
    desk.next_day()
    desk.list_page("tin", 1, ["a", "c"])
    assert standing(desk.engine, PORTAL, desk.run_id) == (0, 1)
