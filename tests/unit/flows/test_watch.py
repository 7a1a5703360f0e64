"""What the watch finds on both engines, and who is told of it when."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, insert

from crawlers.portal import Cadence, Portal
from crawlers.portals import BrokenPortal, load
from flows.steps.watch import Problem, compose, digest, find, no_backup_since
from flows.steps.watch.messages import AGAIN, FLAPPING
from storage.consume.status import portal_status
from storage.database.history import new_since
from storage.database.models import run
from storage.database.notices import Notice, keep, notices
from storage.records import VIETNAM
from storage.vocabulary import Verdict
from tests.unit.database.makers import LONG, Desk

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=VIETNAM)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def portals(*names: str, platform: str = "vnportal") -> list[Portal]:
    model = load("lao_cai")
    return [model.model_copy(update={"name": name, "platform": platform, "cadence": Cadence.DAILY}) for name in names]


def ran(
    engine: Engine, portal: str, verdict: Verdict | None, *, ago: timedelta = HOUR, read: int = 50, refused: int = 0
) -> None:
    """Enter a run that began so long ago."""
    at = NOW - ago
    counts = {"read": read, "refused": {"listing": refused}}
    with engine.begin() as connection:
        connection.execute(
            insert(run).values(
                id=f"{at:%Y%m%dT%H%M%S}-{portal}",
                portal=portal,
                mode="incremental",
                started_at=at,
                heartbeat_at=at,
                ended_at=at if verdict else None,
                verdict=verdict.value if verdict else None,
                reason="Vì thế." if verdict else None,
                counts=counts,
                host="may-1",
            )
        )


def found(engine: Engine, chosen: list[Portal]) -> list[str]:
    return [problem.key for problem in find(engine, chosen, [], {}, NOW)]


def test_a_verdict_is_a_problem_until_a_run_is_better(engine: Engine) -> None:
    chosen = portals("a")
    assert found(engine, chosen) == [], "a portal that never ran is nobody's problem"
    ran(engine, "a", Verdict.UNREACHABLE, ago=9 * HOUR)
    assert found(engine, chosen) == ["verdict:a"]
    ran(engine, "a", Verdict.SKIPPED, ago=8 * HOUR)
    ran(engine, "a", Verdict.CANCELLED, ago=7 * HOUR)
    assert found(engine, chosen) == ["verdict:a"], "a run that was not made says nothing"
    ran(engine, "a", Verdict.PARTIAL, ago=6 * HOUR)
    assert found(engine, chosen) == []


def test_many_portals_of_a_platform_are_one_problem(engine: Engine) -> None:
    chosen = portals("a", "b", "c", "d") + portals("e", platform="liferay")
    for name in "abce":
        ran(engine, name, Verdict.DRIFTED)
    ran(engine, "d", Verdict.OK)
    problems = find(engine, chosen, [], {}, NOW)
    assert [problem.key for problem in problems] == ["verdict:e", "platform:vnportal:verdict:drifted"]
    assert problems[1].portals == ("a", "b", "c")
    assert problems[1].parts == ("verdict:a", "verdict:b", "verdict:c")
    assert "3 trong 4 cổng dùng vnportal" in problems[1].what
    ran(engine, "c", Verdict.GONE, ago=timedelta(0))
    assert len(find(engine, chosen, [], {}, NOW)) == 4, "two alike, and one other: no platform's problem"


def test_silence_is_measured_by_the_portals_own_habit(engine: Engine) -> None:
    desk = Desk(engine, portal="lao_cai")
    last = NOW - 20 * DAY
    for number in range(6):
        desk.serve(f"bai-{number}", f"{LONG} {number}", published_at=last - number * 2 * DAY)
    chosen = portals("lao_cai")
    ran(engine, "lao_cai", Verdict.QUIET)
    problems = find(engine, chosen, [], {}, NOW)
    assert [problem.key for problem in problems] == ["silent:lao_cai"]
    assert "20 ngày; trước đây lâu nhất 2 ngày" in problems[0].what
    assert not find(engine, chosen, [], {}, last + 7 * DAY)
    assert tell(engine, problems, NOW) == ["Sự cố: lao_cai"]
    ran(engine, "lao_cai", Verdict.GONE, ago=timedelta(0))
    assert tell(engine, find(engine, chosen, [], {}, NOW), NOW) == ["Sự cố: lao_cai"], "and its silence is not over"
    ran(engine, "lao_cai", Verdict.QUIET, ago=-HOUR)
    desk.serve("cu", f"{LONG} cũ", published_at=last - 40 * DAY)
    assert not find(engine, chosen, [], {}, NOW), "it has been as silent before"


def test_runs_that_are_late_dead_or_refuse_more(engine: Engine) -> None:
    chosen = portals("a", "b", "c")
    ran(engine, "a", Verdict.OK, ago=3 * DAY + HOUR)
    ran(engine, "b", Verdict.OK, ago=2 * HOUR)
    ran(engine, "b", None, ago=timedelta(minutes=6))
    for number in range(12):
        ran(engine, "c", Verdict.OK, ago=number * DAY, refused=15 if number < 5 else 4)
    assert sorted(found(engine, chosen)) == ["dead:b", "late:a", "refusals:c"]


def test_files_and_disks(engine: Engine, tmp_path: Path) -> None:
    broken = [BrokenPortal("hong", tmp_path / "hong.py", "hong.py:3: thiếu url")]
    problems = find(engine, [], broken, {tmp_path: 2**60}, NOW)
    assert [problem.kind for problem in problems] == ["file", "disk"]
    assert problems[1].state == "full"
    assert not find(engine, [], [], {tmp_path: 1}, NOW)


def tell(engine: Engine, problems: list[Problem], at: datetime) -> list[str]:
    """One look of the watch: the titles that are sent; what is told is kept."""
    titles = []
    for told in compose(notices(engine), problems, at):
        keep(engine, told.notice)
        titles += [told.title] if told.title else []
    return titles


def test_one_message_a_problem(engine: Engine) -> None:
    problem = Problem("verdict:a", "unreachable", "a: không kết nối được.", "Thử mở.", ("a",), "vnportal")
    changed = replace(problem, state="gone")
    assert tell(engine, [problem], NOW) == ["Sự cố: a"]
    assert tell(engine, [problem], NOW + HOUR) == []
    assert tell(engine, [changed], NOW + 2 * HOUR) == ["Sự cố đổi khác: a"]
    assert tell(engine, [changed], NOW + 2 * HOUR + AGAIN - HOUR) == []
    assert tell(engine, [changed], NOW + 2 * HOUR + AGAIN) == ["Vẫn còn từ 02/06: a"]
    over = NOW + 10 * DAY
    assert tell(engine, [], over) == ["Đã ổn: a"]
    assert tell(engine, [], over + HOUR) == []
    assert tell(engine, [changed], over + FLAPPING / 2) == [], "what comes and goes is told once"
    assert tell(engine, [], over + FLAPPING / 2 + HOUR) == [], "its end, too"
    assert tell(engine, [changed], over + FLAPPING - HOUR) == []
    assert tell(engine, [changed], over + FLAPPING + HOUR) == ["Sự cố: a"], "it has come to stay"
    assert tell(engine, [], over + 2 * FLAPPING) == ["Đã ổn: a"]
    assert tell(engine, [problem], over + 2 * FLAPPING + HOUR) == ["Sự cố: a"], "another trouble is told at once"


def test_the_end_of_one_problem_is_told_while_another_of_the_portal_or_its_platform_lasts(engine: Engine) -> None:
    down = Problem("verdict:a", "unreachable", "a.", "Thử mở.", ("a",), "vnportal")
    held = Problem("held:a", "held", "a.", "Xem.", ("a",))
    other = Problem("verdict:b", "drifted", "b.", "Xem.", ("b",), "vnportal")
    assert tell(engine, [down, held, other], NOW) == ["Sự cố: a", "Sự cố: a", "Sự cố: b"]
    assert tell(engine, [held, other], NOW + HOUR) == ["Đã ổn: a"]


def test_a_problem_that_becomes_its_platforms_is_not_over(engine: Engine) -> None:
    single = Problem("verdict:a", "drifted", "a.", "Xem.", ("a",), "vnportal")
    keys = tuple(f"verdict:{name}" for name in "abc")
    joint = Problem(
        "platform:vnportal:verdict:drifted", "drifted", "3 cổng.", "Xem.", ("a", "b", "c"), "vnportal", keys
    )
    assert tell(engine, [single], NOW) == ["Sự cố: a"]
    assert tell(engine, [joint], NOW + HOUR) == ["Sự cố: vnportal"]
    (over,) = [one for one in compose(notices(engine), [single], NOW + 2 * HOUR) if one.notice.over_at]
    assert over.text.endswith("Còn lại: a")
    assert tell(engine, [single], NOW + 2 * HOUR) == ["Đã ổn: vnportal"]
    assert tell(engine, [], NOW + 3 * HOUR) == ["Đã ổn: a"]


def test_two_troubles_of_a_platform_are_two_problems(engine: Engine) -> None:
    chosen = portals(*"abcdef")
    for name in "abcdef":
        ran(engine, name, Verdict.DRIFTED if name in "abc" else Verdict.GONE)
    assert len(set(found(engine, chosen))) == 2
    problems = find(engine, chosen, [], {}, NOW)
    assert len(tell(engine, problems, NOW)) == 2
    assert tell(engine, problems, NOW + HOUR) == []


def test_a_backup_that_nobody_made_is_a_problem(engine: Engine, tmp_path: Path) -> None:
    assert no_backup_since(engine, tmp_path, None, NOW) is None, "nothing has been fetched yet"
    ran(engine, "a", Verdict.OK, ago=2 * DAY)
    missing = no_backup_since(engine, tmp_path, None, NOW)
    assert missing is not None
    assert "chưa có bản nào" in missing.what
    assert no_backup_since(engine, tmp_path, NOW - DAY, NOW) is None
    late = no_backup_since(engine, tmp_path, NOW - 2 * DAY, NOW)
    assert late is not None
    assert "31/05/2025" in late.what


def test_the_morning_tells_the_rest(engine: Engine) -> None:
    from storage.database.portals import sync_portals
    from tests.unit.database.test_feed_complete import FACTS

    sync_portals(engine, [FACTS])
    Desk(engine, portal="lao_cai").serve("a", LONG)
    new = new_since(engine, datetime(2025, 3, 1, tzinfo=VIETNAM))
    problem = Problem("held:lao_cai", "held", "lao_cai: có trang bị giữ.", "Xem `congtin held`.")
    said = digest(portal_status(engine), new, [problem], NOW)
    assert said.splitlines()[0] == "Congtin, sáng 02/06/2025: 1 bài mới trong 24 giờ, 1 việc chưa xong."
    assert "lao_cai: 1 bài mới" in said
    assert "- lao_cai: có trang bị giữ. → Xem `congtin held`." in said


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["x", "y"]), st.integers(1, 400)), max_size=60))
def test_told_once_whatever_comes(looks: list[tuple[bool, str, int]]) -> None:
    """Between two messages of one kind the state changed, a week went by, or the problem was over for a day."""
    known: dict[str, Notice] = {}
    at = NOW
    told: list[tuple[datetime, str, str]] = []
    for wrong, state, hours in looks:
        at += hours * HOUR
        problems = [Problem("verdict:a", state, "a.", "Xem.")] if wrong else []
        for one in compose(known, problems, at):
            known[one.notice.key] = one.notice
            if one.title.startswith(("Sự cố", "Vẫn")):
                told.append((at, state, one.title))
    assert bool(told) == any(wrong for wrong, _, _ in looks)
    for (before, state, _), (after, other, title) in pairwise(told):
        assert state != other or after - before >= min(AGAIN, FLAPPING), title
