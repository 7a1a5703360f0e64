"""When portals are due: inside their window, spread over it, and always at the same minute."""

from datetime import UTC, datetime, time, timedelta

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from crawlers import portals
from crawlers.cadence import cron_of
from crawlers.portal import Access, Cadence, Portal

LAO_CAI = portals.load("lao_cai")
MINUTES = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


def made(name: str, night: tuple[time, time] | None = None) -> Portal:
    access = Access(night=night, reason="thử") if night else Access()
    return LAO_CAI.model_copy(update={"name": name, "access": access})


def ticks(line: str, days: int) -> list[datetime]:
    start = datetime(2026, 1, 4, tzinfo=UTC)
    upcoming, found = CronSim(line, start - timedelta(minutes=1)), []
    while (tick := next(upcoming)) < start + timedelta(days=days):
        found.append(tick)
    return found


@given(st.from_regex(r"[a-z][a-z0-9_]{1,20}", fullmatch=True), st.sampled_from(Cadence), MINUTES, MINUTES)
def test_every_tick_lies_in_the_window(name: str, cadence: Cadence, start: time, end: time) -> None:
    portal = made(name, (start, end)) if start != end else made(name)
    found = ticks(cron_of(portal, cadence), 14)
    assert len(found) >= (2 if cadence is Cadence.WEEKLY else 14)
    if start != end:
        for tick in found:
            clock = tick.time()
            assert start <= clock < end if start < end else clock >= start or clock < end


@pytest.mark.parametrize(
    ("cadence", "runs"), [(Cadence.HOURLY, 168), (Cadence.SIX_HOURLY, 28), (Cadence.DAILY, 7), (Cadence.WEEKLY, 1)]
)
def test_how_often_a_week(cadence: Cadence, runs: int) -> None:
    assert {len(ticks(cron_of(made(f"cong_{number}"), cadence), 7)) for number in range(20)} == {runs}


def test_many_portals_are_spread_and_stay_where_they_are() -> None:
    lines = [cron_of(made(f"cong_{number}"), Cadence.DAILY) for number in range(400)]
    assert len(set(lines)) > 150
    assert lines == [cron_of(made(f"cong_{number}"), Cadence.DAILY) for number in range(400)]
    assert {int(line.split()[1]) for line in lines} == {0, 1, 2}


def test_the_five_are_due_and_a_file_without_cadence_is_not() -> None:
    ours, _ = portals.load_all()
    assert all(portal.cadence for portal in ours)
    assert Portal.model_fields["cadence"].default is None
