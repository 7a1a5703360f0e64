"""The system's clock jumps in the middle of a run; every process of the run sees it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.records import VIETNAM
from storage.vocabulary import VERDICTS, Verdict
from tests.e2e.crawl.site import Request, Site, portal_file
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.site import House
from tests.invariants import broken

__all__ = ["house", "paged"]

PORTAL = "cong_thu"
Clock = Callable[[timedelta], dict[str, str]]
CLOCK = Path(__file__).parent / "clock"
RIGHT = timedelta()

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(900),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),  # PostgreSQL keeps a clock of its own
]


@pytest.fixture
def clock(house: House, tmp_path: Path) -> Clock:
    """Sets the clock of the processes with the environment that it gives, by so much from the true time."""
    file = tmp_path / "clock"

    def set_to(offset: timedelta) -> dict[str, str]:
        new = file.with_suffix(".new")
        new.write_text(str(offset.total_seconds()))
        new.rename(file)
        return {"PYTHONPATH": str(CLOCK), "CLOCK_OFFSET": str(file), "CONGTIN_DELAY": "0.01"}

    return set_to


def _jump(site: Site, target: str, set_to: Clock, offset: timedelta) -> None:
    page = str(site.pages[target])

    def answer(request: Request) -> str:
        if request.before == 0:
            set_to(offset)
        return page

    site.pages[target] = answer


@pytest.mark.parametrize("offset", [timedelta(hours=-1), timedelta(days=-2), timedelta(days=365)], ids=str)
def test_the_clock_jumps_in_mid_run(house: House, paged: Site, clock: Clock, offset: timedelta) -> None:
    """The run ends, with everything once; so do the ones after it, by the right clock again and in their order."""
    environment = clock(RIGHT)
    _jump(paged, "/tin-tuc?page=3", clock, offset)
    code, out, err = house.run("ingest", PORTAL, **environment)
    ahead = offset < timedelta(hours=-1)  # of the clock of now, what was fetched before the jump
    assert code == VERDICTS[Verdict.BROKEN if ahead else Verdict.OK].exit_code, (out, err)
    assert ("đồng hồ" in out) == ahead, "a clock that was far off is told"
    assert house.number("SELECT count(*) FROM v1_articles") == 60
    asked = len(paged.seen)
    clock(RIGHT)
    for number in range(1, 4):
        at = f"/tin-tuc/bai-viet-so-{number}"
        paged.pages[at] = str(paged.pages[at] if isinstance(paged.pages[at], str) else "").replace("tỉnh", "xã")
    code, out, err = house.run("ingest", PORTAL, "--full", **environment)
    assert code == 0, (out, err)
    assert len(paged.seen) > asked
    assert house.number("SELECT count(*) FROM v1_articles WHERE version_no = 2") == 3
    ids = [row.id for row in house.rows("SELECT id FROM run ORDER BY rowid")]
    assert ids == sorted(ids), "runs are numbered in their order"
    assert not broken(house.engine, house.var)
    published = house.rows("SELECT max(published_at) FROM v1_articles")[0][0]
    assert published is None or published < (datetime.now(VIETNAM) + timedelta(days=2)).isoformat()
    # Rebuilt from the archive the versions come in the same order, whatever the clock said.
    shown = house.rows("SELECT url, text, version_no FROM v1_articles ORDER BY url")
    fresh = {"CONGTIN_DATABASE_URL": f"sqlite:///{house.var}/anew.db"}
    assert house.run("db", "upgrade", **fresh)[0] == 0
    code, out, err = house.run("db", "rebuild", **fresh)
    assert code == 0, (out, err)
    from storage.database.engine import connect

    again = House(connect(fresh["CONGTIN_DATABASE_URL"]), house.environment)
    assert again.rows("SELECT url, text, version_no FROM v1_articles ORDER BY url") == shown
    again.engine.dispose()
    said = house.run("doctor", "--full")
    assert said[0] == (1 if offset > RIGHT else 0), said
    assert ("ở tương lai" in said[1]) == (offset > RIGHT), "the doctor names what was dated by the wrong clock"


def test_gone_needs_two_days_of_the_servers_clock_too(house: House, paged: Site, clock: Clock) -> None:
    environment = clock(RIGHT)
    code, out, err = house.run("ingest", PORTAL, **environment)
    assert code == 0, (out, err)
    gone = "/tin-tuc/bai-viet-so-7"
    paged.pages.pop(gone)
    for offset in (RIGHT, timedelta(days=30), RIGHT):
        clock(offset)
        code, out, err = house.run("ingest", PORTAL, "--full", **environment)
        assert code in {0, VERDICTS[Verdict.PARTIAL].exit_code}, (out, err)
        assert house.number("SELECT count(*) FROM v1_articles WHERE gone_at IS NOT NULL") == 0, offset


def test_the_night_window_ends_in_mid_run(house: House, paged: Site, clock: Clock) -> None:
    """The run ends cleanly; by day nothing is asked; the next night goes on where it was."""
    night = 'access=Access(night=(time(22), time(5)), reason="thử")'
    portal_file(
        Path(house.environment["CONGTIN_PORTALS"]), PORTAL, {"tin": "http://congthu.gov.vn/tin-tuc"}, extra=night
    )
    today = datetime.now(VIETNAM)

    def at(hour: int, minute: int = 0, *, days: int = 1) -> timedelta:
        return today.replace(hour=hour, minute=minute) + timedelta(days=days) - today

    environment = clock(at(4, 30))
    _jump(paged, "/tin-tuc?page=3", clock, at(5, 1))
    code, out, err = house.run("ingest", PORTAL, **environment)
    assert code == VERDICTS[Verdict.PARTIAL].exit_code, (out, err)
    assert not list((house.var / "archive" / PORTAL).glob("*.open"))
    first = paged.targets()
    stored = house.number("SELECT count(*) FROM v1_articles")
    assert 0 < stored < 60
    assert "/tin-tuc?page=4" not in first, "after its end nothing was asked"

    clock(at(12))
    code, out, err = house.run("ingest", PORTAL, **environment)
    assert code == VERDICTS[Verdict.PARTIAL].exit_code, (out, err)
    assert paged.targets() == first, "by day nothing is asked"

    clock(at(23, days=1))
    code, out, err = house.run("ingest", PORTAL, **environment)
    assert code == 0, (out, err)
    assert house.number("SELECT count(*) FROM v1_articles") == 60
    asked = [target for target in paged.targets() if "bai-viet" in target]
    assert len(asked) == len(set(asked)), "no article was asked for twice"
    assert not broken(house.engine, house.var)
