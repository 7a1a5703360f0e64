"""Marks: a listing read in pieces loses nothing, whatever cuts the runs."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine, text

from storage.database.marks import ListingOutcome, finish_listings
from storage.database.plan import ListingKnowledge, known
from storage.database.runs import close_stale, start_run
from storage.vocabulary import CaptureState
from tests.unit.database.makers import PORTAL, Desk

KEY = "tin"
ROWS = 3


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def names(knowledge: frozenset[str]) -> set[str]:
    return {key.rpartition("/")[2] for key in knowledge}


def knowledge(desk: Desk) -> ListingKnowledge:
    return known(desk.engine, PORTAL, desk.now, (1, 3)).listings.get(KEY, ListingKnowledge())


def page(number: int) -> list[str]:
    return [f"p{number}-{place}" for place in range(ROWS)]


def show(desk: Desk, *pages: int) -> set[str]:
    for number in pages:
        desk.list_page(KEY, number, page(number))
    return {name for number in pages for name in page(number)}


def finish(desk: Desk, pages: int, *, complete: bool, joined: bool = True) -> None:
    finish_listings(desk.engine, PORTAL, desk.run_id, [ListingOutcome(KEY, pages, complete, joined)])


def test_a_complete_reading_moves_the_mark(desk: Desk) -> None:
    seen = show(desk, 1, 2)
    finish(desk, 2, complete=True)
    found = knowledge(desk)
    assert (names(found.below), found.open, found.open_pages) == (seen, frozenset(), 0)


def test_a_cut_reading_never_moves_the_mark(desk: Desk) -> None:
    seen = show(desk, 1, 2)
    finish(desk, 2, complete=False)
    found = knowledge(desk)
    assert (found.below, names(found.open), found.open_pages) == (frozenset(), seen, 2)


def test_pieces_grow_until_the_end(desk: Desk) -> None:
    first = show(desk, 1, 2)
    finish(desk, 2, complete=False)
    desk.next_day()
    second = show(desk, 1, 2, 3, 4)
    finish(desk, 4, complete=False)
    found = knowledge(desk)
    assert (names(found.open), found.open_pages) == (first | second, 4)
    desk.next_day()
    third = show(desk, 1, 4, 5)
    finish(desk, 5, complete=True)
    found = knowledge(desk)
    assert (names(found.below), found.open, found.open_pages) == (first | second | third, frozenset(), 0)


def test_a_killed_shorter_piece_that_meets_the_open_pages_does_not_shrink_them(desk: Desk) -> None:
    seen = show(desk, 1, 2, 3)
    finish(desk, 3, complete=False)
    desk.next_day()
    show(desk, 1)
    found = knowledge(desk)
    assert (names(found.open), found.open_pages) == (seen, 3)


def test_a_shorter_piece_that_does_not_come_down_to_them_counts_alone(desk: Desk) -> None:
    show(desk, 1, 2, 3)
    finish(desk, 3, complete=False)
    desk.next_day()
    desk.list_page(KEY, 1, ["x", "y", "z"])
    finish(desk, 1, complete=False, joined=False)
    found = knowledge(desk)
    assert (names(found.open), found.open_pages) == ({"x", "y", "z"}, 1)


@pytest.mark.parametrize("killed", [True, False])
def test_a_pinned_row_joins_nothing(desk: Desk, *, killed: bool) -> None:
    show(desk, 1, 2, 3)
    finish(desk, 3, complete=False)
    desk.next_day()
    rows = [page(1)[0], "x", "y"]  # the first is pinned; what was open begins further down than this run came
    desk.list_page(KEY, 1, rows)
    if not killed:
        finish(desk, 1, complete=False, joined=False)
    found = knowledge(desk)
    assert (names(found.open), found.open_pages) == (set(rows), 1)


def test_what_lies_beyond_a_gap_is_not_open(desk: Desk) -> None:
    show(desk, 1, 5)
    finish(desk, 1, complete=False)
    assert names(knowledge(desk).open) == set(page(1))


def test_a_killed_run_is_settled_by_its_captures(desk: Desk) -> None:
    desk.run_id = start_run(desk.engine, PORTAL, "incremental")
    seen = show(desk, 1, 2, 3)
    assert knowledge(desk).open == frozenset()  # it may still be running
    close_stale(desk.engine, PORTAL)
    found = knowledge(desk)
    assert (names(found.open), found.open_pages, found.below) == (seen, 3, frozenset())


def test_a_killed_run_with_a_gap_counts_to_the_gap(desk: Desk) -> None:
    show(desk, 1, 2, 7)
    found = knowledge(desk)
    assert (names(found.open), found.open_pages) == ({*page(1), *page(2)}, 2)


def test_a_killed_run_that_jumped_over_open_pages_has_no_gap(desk: Desk) -> None:
    first = show(desk, 1, 2, 3, 4)
    finish(desk, 4, complete=False)
    desk.next_day()
    jumped = show(desk, 1, 4, 5, 6)
    found = knowledge(desk)
    assert (names(found.open), found.open_pages) == (first | jumped, 6)


def test_settling_twice_is_settling_once(desk: Desk) -> None:
    show(desk, 1, 2)
    before = knowledge(desk)
    assert knowledge(desk) == before
    finish(desk, 2, complete=True)
    below = knowledge(desk)
    assert knowledge(desk) == below


@pytest.mark.parametrize("state", [CaptureState.ERROR, CaptureState.QUARANTINED])
def test_a_page_that_could_not_be_read_is_a_gap_whatever_the_report_says(desk: Desk, state: CaptureState) -> None:
    desk.list_page(KEY, 1, page(1))
    desk.list_page(KEY, 2, page(2), state=state)
    desk.list_page(KEY, 3, page(3))
    finish(desk, 3, complete=True)
    found = knowledge(desk)
    assert (found.below, names(found.open), found.open_pages) == (frozenset(), set(page(1)), 1)


def test_a_page_read_at_the_second_try_is_no_gap(desk: Desk) -> None:
    desk.list_page(KEY, 1, page(1), state=CaptureState.ERROR)
    desk.list_page(KEY, 1, page(1))
    finish(desk, 1, complete=True)
    assert names(knowledge(desk).below) == set(page(1))


def test_a_listing_whose_first_page_failed_keeps_what_is_known(desk: Desk) -> None:
    show(desk, 1, 2)
    finish(desk, 2, complete=False)
    before = knowledge(desk)
    desk.next_day()
    finish(desk, 0, complete=False)
    assert knowledge(desk) == before


def test_listings_have_marks_of_their_own(desk: Desk) -> None:
    desk.list_page("a", 1, ["x"])
    desk.list_page("b", 1, ["x", "y"])
    finish_listings(desk.engine, PORTAL, desk.run_id, [ListingOutcome("a", 1, True), ListingOutcome("b", 1, False)])
    listings = known(desk.engine, PORTAL, desk.now, (1,)).listings
    assert (names(listings["a"].below), names(listings["a"].open)) == ({"x"}, set())
    assert (names(listings["b"].below), names(listings["b"].open)) == (set(), {"x", "y"})


@dataclass(slots=True)
class Portal:
    """A portal's listing as it is now, newest first, and a reader that obeys the paging rules."""

    rows: list[str] = field(default_factory=list)

    def read(self, desk: Desk, budget: int, *, die: bool = False) -> bool:
        """Read within a budget of pages; with `die`, leave no report. Return whether the reading was complete."""
        state = knowledge(desk)
        below, opened = names(state.below), names(state.open)
        number, depth, spent, shift = 1, 0, 0, 0
        complete = False
        while spent < budget:
            shown = self.rows[(number - 1) * ROWS : number * ROWS]
            if not shown:
                complete = True
                break
            spent += 1
            desk.list_page(KEY, number, shown)
            if number > depth + 1 and not opened & set(shown):
                number = depth + 1  # the jump led nowhere: step back
                opened = set()
                continue
            depth = number
            shift += sum(name not in below | opened for name in shown)
            if set(shown) <= below and number >= 2:
                complete = True
                break
            target = state.open_pages + shift // ROWS
            number = target if set(shown) <= below | opened and target > number + 1 else number + 1
        if not die:
            finish(desk, depth, complete=complete)
        return complete


@pytest.mark.parametrize("die", [False, True])
def test_two_hundred_pages_in_cut_runs_lose_nothing(desk: Desk, die: bool) -> None:
    portal = Portal([f"r{number}" for number in range(200 * ROWS)])
    complete = False
    for day in range(8):
        complete = portal.read(desk, 45, die=die and day < 3)
        if complete:
            break
        portal.rows[:0] = [f"new{day}-{place}" for place in range(2)]
        desk.next_day()
    assert complete
    assert names(knowledge(desk).below) == set(portal.rows)
    with desk.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM address")) == len(portal.rows)
