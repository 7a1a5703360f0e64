"""What is done to the deployments: once, and nothing that a person did on the screen is undone unasked."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from crawlers import portals
from crawlers.portal import Cadence, Lifecycle
from flows.operate.plan import Act, Found, FoundSchedule, Kept, Tick, Wanted, steps, tick_of
from storage.vocabulary import Verdict

DAILY, OTHER = Tick("5 1 * * *"), Tick("9 2 * * *")
WANTED = Wanted("ingest", "lao_cai", {"tags": ["congtin"]}, DAILY)


def on_server(wanted: Wanted, *schedules: FoundSchedule, paused: bool = False) -> Found:
    return Found("1", wanted.flow, wanted.name, wanted.version, paused, schedules)


def schedule(tick: Tick, *, of: Tick | None = None, slug: str | None = None, active: bool = True) -> FoundSchedule:
    return FoundSchedule("s", (of or tick).slug if slug is None else slug, tick, active)


AS_MADE = on_server(WANTED, schedule(DAILY))


def acts(wanted: Sequence[Wanted], found: Sequence[Found], *, reset: bool = False) -> tuple[list[Act], list[Kept]]:
    todo, kept = steps(wanted, found, reset=reset)
    return [step.act for step in todo], [one.kept for one in kept]


def test_made_once_then_nothing() -> None:
    assert acts([WANTED], []) == ([Act.CREATE], [])
    assert acts([WANTED], [AS_MADE]) == ([], [])
    assert acts([WANTED], [AS_MADE], reset=True) == ([], [])


def test_what_nobody_wants_goes_but_a_broken_file_keeps_its_own() -> None:
    assert acts([], [AS_MADE]) == ([Act.DELETE], [])
    assert steps([], [AS_MADE], spare=["lao_cai"]) == ([], [])


def test_a_change_of_the_code_is_brought_in() -> None:
    assert acts([replace(WANTED, facts={"tags": ["congtin"], "description": "mới"})], [AS_MADE]) == ([Act.UPDATE], [])
    todo, kept = steps([replace(WANTED, tick=OTHER)], [AS_MADE])
    assert ([step.act for step in todo], kept) == ([Act.SCHEDULE, Act.UPDATE], [])
    assert (todo[0].drop, todo[0].active) == (["s"], True)
    assert acts([replace(WANTED, tick=None)], [AS_MADE]) == ([Act.SCHEDULE, Act.UPDATE], [])
    without = on_server(replace(WANTED, tick=None))
    assert acts([WANTED], [without]) == ([Act.SCHEDULE, Act.UPDATE], [])


@pytest.mark.parametrize(
    ("found", "kept", "undo"),
    [
        (on_server(WANTED, schedule(DAILY), paused=True), Kept.PAUSED, Act.RESUME),
        (on_server(WANTED, schedule(DAILY, active=False)), Kept.SCHEDULE_PAUSED, Act.SCHEDULE),
        (on_server(WANTED, schedule(OTHER, of=DAILY)), Kept.SCHEDULE_CHANGED, Act.SCHEDULE),
        (on_server(WANTED, schedule(DAILY), schedule(OTHER, slug="")), Kept.SCHEDULE_ADDED, Act.SCHEDULE),
        (on_server(WANTED), Kept.SCHEDULE_REMOVED, Act.SCHEDULE),
    ],
)
def test_what_a_person_did_is_told_and_left_unless_undone(found: Found, kept: Kept, undo: Act) -> None:
    assert acts([WANTED], [found]) == ([], [kept])
    assert acts([WANTED], [found], reset=True) == ([undo], [])
    newer = replace(WANTED, facts={"tags": ["congtin"], "description": "mới"})
    assert acts([newer], [found]) == ([Act.UPDATE], [kept])


def test_a_schedule_that_a_person_switched_off_stays_off_when_the_file_moves_it() -> None:
    todo, kept = steps([replace(WANTED, tick=OTHER)], [on_server(WANTED, schedule(DAILY, active=False))])
    assert (todo[0].act, todo[0].active) == (Act.SCHEDULE, False)
    assert [one.kept for one in kept] == [Kept.SCHEDULE_PAUSED]


def test_a_portal_that_moved_is_probed_once_a_week() -> None:
    lao_cai = portals.load("lao_cai")
    assert tick_of(lao_cai, Verdict.OK) == tick_of(lao_cai, None) != tick_of(lao_cai, Verdict.MOVED)
    for lost in (
        tick_of(lao_cai, Verdict.MOVED),
        tick_of(lao_cai, Verdict.GONE),
        tick_of(lao_cai.model_copy(update={"lifecycle": Lifecycle.FROZEN}), None),
    ):
        assert lost is not None
        assert lost.parameters == {"mode": "probe"}
        assert lost.cron.split()[-1] != "*"
    assert tick_of(lao_cai.model_copy(update={"cadence": None}), None) is None
    assert lao_cai.cadence is Cadence.SIX_HOURLY
