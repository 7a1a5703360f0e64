"""What is wrong with portals, runs and disks now: each problem under a key that stays the same while it lasts."""

import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Engine

from crawlers.portal import Cadence, Lifecycle, Portal
from crawlers.portals import BrokenPortal
from storage.database.history import Run, first_run, held_since, last_runs, newest_days
from storage.vocabulary import VERDICTS, Verdict

PERIOD: Mapping[Cadence, timedelta] = {
    Cadence.HOURLY: timedelta(hours=1),
    Cadence.SIX_HOURLY: timedelta(hours=6),
    Cadence.DAILY: timedelta(days=1),
    Cadence.WEEKLY: timedelta(days=7),
}
KINDS = frozenset({"verdict", "silent", "late", "dead", "refusals", "held", "file", "disk", "platform", "stale"})
"""Kinds of problems that are looked for here."""
_RUNS = 30
"""Runs of a portal that are looked at."""
_UNSAID = {Verdict.SKIPPED, Verdict.MISSED, Verdict.CANCELLED}
"""Verdicts that say nothing about the portal."""
_MISSED_TICKS = 3
_DAYS = 30
"""Days with an article whose distances tell how often a portal publishes."""
_SILENCE = 3.0
"""A portal is silent after so many times its longest usual gap…"""
_LEAST_SILENCE = timedelta(days=7)
"""…and not before this: a week with a holiday in it is no news."""
_HELD = timedelta(days=3)
_TOGETHER = 3
"""Portals of a platform that have to break alike before it is the platform's problem."""
_RECENT = 5
_REFUSED_SHARE = 0.1
_REFUSED_GROWTH = 2.0
_LEAST_READ = 20
_STALE = timedelta(hours=36)
"""A backup is made each night; by then one was missed for certain."""
_DEAD = timedelta(minutes=5)
"""A run without a sign of life for so long is dead; it gives one every 15 seconds."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong.

    Attributes:
        key: the same while it lasts: kind and whom it concerns.
        state: changes when it becomes another problem of that kind, which people are told of anew.
        what: Vietnamese, what is wrong, with the evidence.
        todo: Vietnamese, what the operator does.
        portals: names of those concerned.
        platform: of those portals; "" where it is none of theirs.
        parts: keys of the problems that this one stands for.
    """

    key: str
    state: str
    what: str
    todo: str
    portals: tuple[str, ...] = ()
    platform: str = ""
    parts: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The part of the key before the colon."""
        return self.key.partition(":")[0]


def find(
    engine: Engine, portals: Sequence[Portal], broken: Sequence[BrokenPortal], disks: Mapping[Path, int], now: datetime
) -> list[Problem]:
    """Return what is wrong now.

    Args:
        engine: the database.
        portals: those that have a readable file.
        broken: those whose file cannot be read.
        disks: folders to be written to, and the bytes that have to be free there.
        now: the present moment.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    active = [portal for portal in portals if portal.lifecycle is Lifecycle.ACTIVE]
    found: list[Problem] = []
    for portal in active:
        runs = last_runs(engine, portal.name, _RUNS)
        ended = [run for run in runs if run.verdict is not None and run.verdict not in _UNSAID]
        found += _one(_verdict(portal, ended), _silent(portal, newest_days(engine, portal.name, _DAYS), now))
        found += _late(portal, ended, now)
        found += _dead(portal, runs, now)
        found += _refusing(portal, ended)
    found += (_held(portal, since, now) for portal, since in held_since(engine).items() if now - since > _HELD)
    found += (
        Problem(f"file:{file.name}", file.message, f"Tệp của cổng {file.name} hỏng: {file.message}", "Sửa tệp.")
        for file in broken
    )
    found += _disks(disks)
    return _together(found, {portal.name: portal.platform for portal in active})


def _one(bad: Problem | None, silent: Problem | None) -> Iterator[Problem]:
    """Yield one of two problems: where runs end badly, silence follows from it, and is neither told nor called over."""
    if bad is not None:
        yield replace(bad, parts=(silent.key,)) if silent else bad
    elif silent is not None:
        yield silent


def _verdict(portal: Portal, ended: Sequence[Run]) -> Problem | None:
    """Return the problem that the last run ended with."""
    if not ended or (verdict := ended[0].verdict) is None or not VERDICTS[verdict].notified:
        return None
    facts = VERDICTS[verdict]
    return Problem(
        f"verdict:{portal.name}",
        verdict.value,
        f"{portal.name}: {facts.label} [{verdict.value}]. {ended[0].reason}",
        facts.todo,
        (portal.name,),
        portal.platform,
    )


def _silent(portal: Portal, days: Sequence[date], now: datetime) -> Problem | None:
    """Return that a portal has published nothing for far longer than it used to."""
    if len(days) < 3:
        return None
    longest = max(later - earlier for later, earlier in pairwise(days))
    quiet = now.date() - days[0]
    if quiet <= max(longest * _SILENCE, _LEAST_SILENCE):
        return None
    return Problem(
        f"silent:{portal.name}",
        "silent",
        f"{portal.name}: không có bài mới từ {days[0]:%d/%m/%Y} ({quiet.days} ngày; trước đây lâu nhất {longest.days} "
        "ngày) dù các lần chạy đều tốt.",
        "Mở cổng xem có chuyển chuyên mục hay ngừng đăng không.",
        (portal.name,),
        portal.platform,
    )


def _late(portal: Portal, ended: Sequence[Run], now: datetime) -> Iterator[Problem]:
    """Yield that a portal has not been run for several of its ticks."""
    if portal.cadence is None or not ended:
        return
    if now - ended[0].started_at <= PERIOD[portal.cadence] * _MISSED_TICKS:
        return
    yield Problem(
        f"late:{portal.name}",
        "late",
        f"{portal.name}: lần chạy cuối từ {ended[0].started_at:%d/%m/%Y %H:%M}, đã lỡ hơn {_MISSED_TICKS} lượt.",
        "Xem `congtin serve` có đang chạy không, lịch của cổng có bị tạm dừng không.",
        (portal.name,),
    )


def _dead(portal: Portal, runs: Sequence[Run], now: datetime) -> Iterator[Problem]:
    """Yield a run that nobody works at any more. The next one of the portal closes it."""
    for run in runs:
        if run.verdict is None and now - run.heartbeat_at > _DEAD:
            yield Problem(
                f"dead:{portal.name}",
                run.run_id,
                f"{portal.name}: lần chạy {run.run_id} trên máy {run.host} im từ {run.heartbeat_at:%d/%m/%Y %H:%M}.",
                "Chạy lại cổng; lần chạy sau làm tiếp từ kho lưu.",
                (portal.name,),
            )
            return


def _refusing(portal: Portal, ended: Sequence[Run]) -> Iterator[Problem]:
    """Yield that more pages are refused than used to be, where no single run has said so."""
    recent, earlier = (_refused(part) for part in (ended[:_RECENT], ended[_RECENT:]))
    if recent is None or earlier is None or recent < max(_REFUSED_SHARE, earlier * _REFUSED_GROWTH):
        return
    yield Problem(
        f"refusals:{portal.name}",
        "growing",
        f"{portal.name}: {recent:.0%} trang bị từ chối trong {_RECENT} lần chạy gần đây, trước đó {earlier:.0%}.",
        "Xem lý do từ chối: `congtin held " + portal.name + " --refused`.",
        (portal.name,),
        portal.platform,
    )


def _refused(runs: Sequence[Run]) -> float | None:
    """Return the share of refused pages; None where too few were read."""
    read = sum(run.read for run in runs)
    return sum(run.refused for run in runs) / read if read >= _LEAST_READ else None


def _held(portal: str, since: datetime, now: datetime) -> Problem:
    days = (now - since).days
    return Problem(
        f"held:{portal}",
        "held",
        f"{portal}: có trang bị giữ đã {days} ngày, từ {since:%d/%m/%Y}.",
        f"Xem `congtin held {portal}`, rồi cho qua, bác, hoặc sửa quy tắc đọc.",
        (portal,),
    )


def _disks(disks: Mapping[Path, int]) -> Iterator[Problem]:
    for folder, needed in disks.items():
        usage = shutil.disk_usage(folder)
        if usage.free < needed:
            yield Problem(
                f"disk:{folder}",
                "full" if usage.free < needed // 2 else "filling",
                f"Ổ đĩa của {folder} còn {usage.free / 2**30:.1f} GiB trong {usage.total / 2**30:.1f} GiB.",
                "Giải phóng hoặc thêm đĩa; dưới mức dự trữ thì việc tải dừng lại.",
            )


def no_backup_since(engine: Engine, target: Path, last: datetime | None, now: datetime) -> Problem | None:
    """Return that no backup was made for too long, whatever kept it: care that did not run tells nobody.

    Args:
        engine: the database.
        target: folder of the backups.
        last: when the last one was made; None if there is none, and then the first run is what would have been saved.
        now: the present moment.

    Raises:
        sqlalchemy.exc.DBAPIError: the database does not answer.
    """
    since = last or first_run(engine)
    if since is None or now - since <= _STALE:
        return None
    said = f"bản cuối từ {last:%d/%m/%Y %H:%M}" if last else "chưa có bản nào"
    return Problem(
        "stale:sao lưu",
        "stale",
        f"{target}: {said}.",
        "Xem deployment `bao-duong` có chạy không, ổ đĩa của bản sao lưu có gắn không; chạy `congtin backup make`.",
    )


def _together(found: Sequence[Problem], platforms: Mapping[str, str]) -> list[Problem]:
    """Make one problem of what has befallen most portals of a platform alike: one vendor's change, not many faults."""
    alike: defaultdict[tuple[str, str, str], list[Problem]] = defaultdict(list)
    for problem in found:
        if problem.platform:
            alike[problem.platform, problem.kind, problem.state].append(problem)
    members: defaultdict[str, int] = defaultdict(int)
    for platform in platforms.values():
        members[platform] += 1
    left = list(found)
    for (platform, kind, state), group in alike.items():
        if len(group) < _TOGETHER or len(group) * 2 < members[platform]:
            continue
        names = tuple(sorted(name for problem in group for name in problem.portals))
        left = [problem for problem in left if problem not in group]
        left.append(
            Problem(
                f"platform:{platform}:{kind}:{state}",
                state,
                f"{len(group)} trong {members[platform]} cổng dùng {platform} hỏng giống nhau ({', '.join(names)}). "
                f"Ví dụ: {group[0].what}",
                f"Nhà cung cấp {platform} có thể đã đổi hệ thống. {group[0].todo}",
                names,
                platform,
                tuple(key for problem in group for key in (problem.key, *problem.parts)),
            )
        )
    return left
