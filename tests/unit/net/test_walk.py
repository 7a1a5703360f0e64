"""The walk of a listing, against listings that grow, shrink, pin rows and take late additions between runs."""

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawlers.plan import ListingReport, ListingState, Stop
from crawlers.platforms.walk import Halt, Read, Walk

SIZE = 4
OVERLAP = 3


@dataclass
class Portal:
    """A listing, newest row first, with rows pinned on top of the first page or of every page."""

    rows: list[str] = field(default_factory=list)
    pinned: list[str] = field(default_factory=list)
    on_every_page: bool = False
    count: int = 0

    def publish(self, number: int, at: int = 0) -> None:
        for _ in range(number):
            self.count += 1
            self.rows.insert(min(at, len(self.rows)), f"row{self.count}")

    def delete(self, at: int, number: int) -> None:
        del self.rows[at : at + number]

    @property
    def last(self) -> int:
        return max(1, -(-len(self.rows) // SIZE))

    def page(self, number: int) -> list[str]:
        own = self.rows[(number - 1) * SIZE : number * SIZE]
        return (self.pinned if number == 1 or self.on_every_page else []) + own


@dataclass
class Memory:
    """What the database keeps between runs: rows by where they were seen, as `joined` and `pages` tell."""

    state: ListingState = field(default_factory=lambda: ListingState(key="tin"))
    fetched: set[str] = field(default_factory=set)

    def keep(self, report: ListingReport, seen: dict[str, int]) -> None:
        state = self.state
        if report.complete:
            self.state = ListingState(key="tin", below=state.below | state.open | seen.keys())
            return
        if not seen:
            return
        here = {row for row, page in seen.items() if page <= report.pages} - state.below
        kept = state.open if report.joined else frozenset()
        self.state = ListingState(key="tin", below=state.below, open=kept | here, open_pages=report.pages)


def run(
    portal: Portal, memory: Memory, budget: int, *, can_jump: bool = True, full: bool = False
) -> tuple[ListingReport, list[int]]:
    """Walk the listing with so many requests, articles not counted, and let the memory learn from it."""
    walk = Walk(memory.state, overlap=OVERLAP, max_pages=1000, full=full)
    step: Read | Halt = Read(1)
    asked: list[int] = []
    seen: dict[str, int] = {}
    while isinstance(step, Read) and len(asked) < budget:
        number = step.page
        asked.append(number)
        rows = portal.page(number)
        seen |= dict.fromkeys(rows, number)
        memory.fetched.update(rows)
        step = walk.feed(number, rows, has_next=number < portal.last, can_jump=can_jump)
    report = walk.report(Stop.BUDGET)
    memory.keep(report, seen)
    return report, asked


def filled(pages: int) -> tuple[Portal, Memory]:
    portal, memory = Portal(), Memory()
    portal.publish(pages * SIZE)
    run(portal, memory, 1000)
    return portal, memory


def test_first_reading_goes_to_the_end() -> None:
    portal, memory = Portal(), Memory()
    portal.publish(22)
    report, asked = run(portal, memory, 100)
    assert (report.stop, report.pages, report.rows, report.first_rows, report.new) == (Stop.END, 6, 22, 4, 22)
    assert asked == [1, 2, 3, 4, 5, 6]


def test_nothing_new_costs_the_overlap() -> None:
    portal, memory = filled(20)
    report, asked = run(portal, memory, 100)
    assert (report.stop, asked, report.new) == (Stop.MARK, [1, 2, 3], 0)


def test_overlap_is_counted_from_the_last_new_row() -> None:
    portal, memory = filled(20)
    portal.publish(SIZE * 2)
    report, asked = run(portal, memory, 100)
    assert (report.stop, asked, report.new) == (Stop.MARK, [1, 2, 3, 4, 5], SIZE * 2)


def test_late_addition_on_page_three_is_seen() -> None:
    portal, memory = filled(20)
    portal.publish(1, at=2 * SIZE + 1)
    run(portal, memory, 100)
    assert set(portal.rows) <= memory.fetched


def test_pinned_rows_do_not_end_the_walk() -> None:
    portal, memory = filled(20)
    portal.pinned = portal.rows[30 : 30 + SIZE]
    portal.publish(3)
    run(portal, memory, 100)
    assert set(portal.rows) <= memory.fetched


def test_deleted_mark_rows_do_not_matter() -> None:
    portal, memory = filled(20)
    portal.delete(0, 9)
    portal.publish(5)
    report, asked = run(portal, memory, 100)
    assert report.stop is Stop.MARK
    assert len(asked) <= 6
    assert set(portal.rows) <= memory.fetched


def test_a_cut_reading_goes_on_by_a_jump() -> None:
    portal, memory = Portal(), Memory()
    portal.publish(100 * SIZE)
    report, _ = run(portal, memory, 40)
    assert (report.stop, report.pages) == (Stop.BUDGET, 40)
    portal.publish(SIZE)
    report, asked = run(portal, memory, 1000)
    assert asked[:5] == [1, 2, 3, 4, 40]
    assert report.stop is Stop.END
    assert set(portal.rows) <= memory.fetched


def test_a_platform_that_cannot_jump_walks() -> None:
    portal, memory = Portal(), Memory()
    portal.publish(10 * SIZE)
    run(portal, memory, 6)
    _, asked = run(portal, memory, 1000, can_jump=False)
    assert asked == list(range(1, 11))


def test_a_jump_behind_the_open_rows_steps_back() -> None:
    portal, memory = Portal(), Memory()
    portal.publish(60 * SIZE)
    run(portal, memory, 30)
    portal.delete(5 * SIZE, 12 * SIZE)
    report, asked = run(portal, memory, 1000)
    assert asked[3] == 29
    assert min(asked[4:]) < 19
    assert report.stop is Stop.END
    assert set(portal.rows) <= memory.fetched


def test_cut_while_stepping_back_claims_no_more_than_it_knows() -> None:
    portal, memory = Portal(), Memory()
    portal.publish(60 * SIZE)
    run(portal, memory, 30)
    portal.delete(5 * SIZE, 12 * SIZE)
    report, _ = run(portal, memory, 4)
    assert report.pages == 28
    run(portal, memory, 1000)
    assert set(portal.rows) <= memory.fetched


def test_rows_pinned_on_every_page_do_not_pass_for_open_ones() -> None:
    portal, memory = Portal(on_every_page=True), Memory()
    portal.publish(60 * SIZE)
    portal.pinned = [portal.rows[1]]
    run(portal, memory, 30)
    portal.delete(5 * SIZE, 12 * SIZE)
    run(portal, memory, 1000)
    assert set(portal.rows) <= memory.fetched


def test_a_cut_above_the_open_rows_does_not_join_them() -> None:
    portal, memory = Portal(), Memory()
    portal.publish(50 * SIZE)
    run(portal, memory, 20)
    portal.publish(15 * SIZE)
    report, _ = run(portal, memory, 5)
    assert not report.joined
    assert report.pages == 5
    run(portal, memory, 1000)
    assert set(portal.rows) <= memory.fetched


def test_cut_before_its_first_page_a_reading_keeps_what_was_known() -> None:
    walk = Walk(ListingState(key="tin", open=frozenset({"a"}), open_pages=7), overlap=3, max_pages=10)
    report = walk.report(Stop.BUDGET, "no request left")
    assert (report.pages, report.stop, report.detail, report.rows) == (7, Stop.BUDGET, "no request left", 0)


def test_full_goes_to_the_end_whatever_is_known() -> None:
    portal, memory = filled(20)
    report, asked = run(portal, memory, 100, full=True)
    assert (report.stop, asked) == (Stop.END, list(range(1, 21)))


def test_no_rows_on_the_first_page() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=10)
    assert walk.feed(1, [], has_next=True, can_jump=True) == Halt(Stop.NO_ROWS)


def test_an_empty_page_is_the_end_if_the_page_above_still_shows_rows() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=10)
    walk.feed(1, ["a"], has_next=True, can_jump=False)
    assert walk.feed(2, [], has_next=True, can_jump=False) == Read(1)
    end = walk.feed(1, ["a"], has_next=True, can_jump=False)
    assert isinstance(end, Halt)
    assert end.stop is Stop.END


def test_an_empty_page_of_a_portal_in_trouble_is_no_end() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=10)
    walk.feed(1, ["a"], has_next=True, can_jump=False)
    walk.feed(2, [], has_next=True, can_jump=False)
    end = walk.feed(1, [], has_next=True, can_jump=False)
    assert isinstance(end, Halt)
    assert end.stop is Stop.ERROR
    assert not walk.report(Stop.BUDGET).complete


def test_a_last_page_that_repeats_for_ever_is_the_end() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=1000)
    shown = [["a", "b"], ["c"], ["c"], ["c"]]
    steps = [walk.feed(number, keys, has_next=True, can_jump=False) for number, keys in enumerate(shown, 1)]
    assert steps[:3] == [Read(2), Read(3), Read(4)]
    assert isinstance(steps[3], Halt)
    assert steps[3].stop is Stop.END


def test_a_first_page_that_repeats_for_ever_is_no_end() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=1000)
    steps = [walk.feed(number, ["a", "b"], has_next=True, can_jump=False, more=number == 1) for number in (1, 2, 3)]
    assert steps[:2] == [Read(2), Read(3)]
    assert isinstance(steps[2], Halt)
    assert steps[2].stop is Stop.LOOP
    assert not walk.report(Stop.BUDGET).complete


def test_a_first_page_that_repeats_is_the_only_one_where_no_other_is_named() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=1000)
    steps = [walk.feed(number, ["a", "b"], has_next=True, can_jump=False) for number in (1, 2, 3)]
    assert steps == [Read(2), Read(3), Halt(Stop.END, "pages 2 to 3 are the first one again, and no other is named")]
    assert walk.report(Stop.BUDGET).complete


def test_a_page_pushed_down_whole_is_no_end() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=1000)
    walk.feed(1, ["a", "b"], has_next=True, can_jump=False)
    assert walk.feed(2, ["a", "b"], has_next=True, can_jump=False) == Read(3)
    assert walk.feed(3, ["c", "d"], has_next=True, can_jump=False) == Read(4)


def test_always_new_rows_end_at_max_pages() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=50)
    step: Read | Halt = Read(1)
    while isinstance(step, Read):
        step = walk.feed(step.page, [f"row{step.page}"], has_next=True, can_jump=True)
    assert step.stop is Stop.MAX_PAGES
    assert not walk.report(Stop.END).complete


def test_old_rows_stop_without_moving_the_mark() -> None:
    walk = Walk(ListingState(key="tin"), overlap=3, max_pages=50)
    assert walk.feed(1, ["a"], has_next=True, can_jump=True, old=False) == Read(2)
    step = walk.feed(2, ["b"], has_next=True, can_jump=True, old=True)
    assert isinstance(step, Halt)
    assert step.stop is Stop.SINCE
    assert not walk.report(Stop.END).complete


@pytest.mark.parametrize("can_jump", [True, False])
def test_two_hundred_pages_in_cut_runs(can_jump: bool) -> None:
    portal, memory = Portal(), Memory()
    portal.publish(200 * SIZE)
    budget = 50 if can_jump else 205
    runs = 0
    complete = False
    while not complete:
        runs += 1
        complete = run(portal, memory, budget, can_jump=can_jump)[0].complete
        portal.publish(0 if complete else 3)
    assert runs <= 5
    assert set(portal.rows) <= memory.fetched
    assert memory.state.open == frozenset()


EDITS = st.one_of(
    st.tuples(st.just("publish"), st.integers(0, 40), st.just(0)),
    st.tuples(st.just("late"), st.integers(1, 3), st.integers(1, (OVERLAP - 1) * SIZE)),
    st.tuples(st.just("delete"), st.integers(1, 30), st.integers(0, 200)),
    st.tuples(st.just("pin"), st.integers(0, SIZE - 1), st.integers(0, 200)),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    first=st.integers(0, 160),
    script=st.lists(st.tuples(st.lists(EDITS, max_size=4), st.integers(1, 25)), min_size=1, max_size=10),
    can_jump=st.booleans(),
    everywhere=st.booleans(),
)
@example(31, [([("pin", 2, 29)], 4), ([("pin", 3, 0)], 7), ([("delete", 9, 0)], 5)], True, False)
@example(43, [([("pin", 2, 41)], 4), ([("pin", 2, 13)], 10), ([("delete", 9, 0)], 4)], True, False)
def test_no_sequence_of_cut_runs_leaves_a_gap(
    first: int, script: list[tuple[list[tuple[str, int, int]], int]], can_jump: bool, everywhere: bool
) -> None:
    """Whatever happens between cut runs, all rows are seen by the first run that is complete; and one comes to be.

    Late additions land within the overlap under the newest row that was known; the portal is quiet while a run lasts.
    """
    portal, memory = Portal(on_every_page=everywhere), Memory()
    portal.publish(max(first, 1))
    late: set[str] = set()
    for edits, budget in script:
        for kind, number, at in edits:
            if kind == "publish":
                portal.publish(number)
            elif kind == "late":
                before = set(portal.rows)
                portal.publish(number, at=at)
                late |= set(portal.rows) - before
            elif kind == "delete":
                portal.delete(at, number)
            else:
                portal.pinned = portal.rows[at : at + number]
        portal.publish(0 if portal.rows else 1)
        report, _ = run(portal, memory, budget, can_jump=can_jump)
        if report.complete:
            assert set(portal.rows) - late <= memory.fetched
    report, asked = run(portal, memory, 10_000, can_jump=can_jump)
    assert report.complete
    assert len(asked) <= 3 * portal.last + 10
    assert set(portal.rows) - late <= memory.fetched


def test_the_log_says_what_follows_in_words() -> None:
    assert f"10 rows, then {Read(2)}" == "10 rows, then page 2"
    assert str(Halt(Stop.MARK, "page 3 is below the mark")) == "the end [mark]: page 3 is below the mark"
    assert str(Halt(Stop.NO_ROWS)) == "the end [no_rows]"
