"""Who is told what: once, again when it changes or after a week, once when it is over; the rest each morning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.steps.watch.problems import Problem
from storage.consume.status import PortalStatus
from storage.database.notices import Notice
from storage.vocabulary import VERDICTS

AGAIN = timedelta(days=7)
FLAPPING = timedelta(days=1)
"""A problem that comes back as it was, sooner after its end, is told of only each morning; if it lasts longer, anew."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be remembered of a problem, and what people are told of it first: `title` is "" if nothing."""

    notice: Notice
    title: str = ""
    text: str = ""


def compose(known: Mapping[str, Notice], problems: Sequence[Problem], now: datetime) -> Iterator[Told]:
    """Yield what is remembered and told now, problem by problem, in Vietnamese.

    Args:
        known: by key, what people have been told before.
        problems: what is wrong now.
        now: the present moment.
    """
    for problem in problems:
        before = known.get(problem.key)
        if before is not None and _flaps(before, problem, now):
            continue
        notice, head = _of(problem, before, now)
        title = f"{head}: {_subject(problem.key)}" if head else ""
        yield Told(notice, title, f"{problem.what}\nViệc cần làm: {problem.todo}")
    there = {key for problem in problems for key in (problem.key, *problem.parts)}
    for key, notice in known.items():
        if key not in there and notice.over_at is None:
            text = "\n".join([f"Đã hết: {notice.what}", *_rest(key, problems)])
            yield Told(replace(notice, over_at=now), f"Đã ổn: {_subject(key)}", text)


def _subject(key: str) -> str:
    return key.split(":")[1]


def _rest(key: str, problems: Sequence[Problem]) -> Iterator[str]:
    """Yield which of a platform's portals are still in trouble when it is so no more as a whole."""
    kind, platform, *_ = key.split(":")
    names = sorted({name for problem in problems if problem.platform == platform for name in problem.portals})
    if kind == "platform" and names:
        yield f"Còn lại: {', '.join(names)}"


def _flaps(before: Notice, problem: Problem, now: datetime) -> bool:
    """Whether people have just been told that a problem is over which is there again as it was."""
    return before.over_at is not None and now - before.over_at <= FLAPPING and before.state == problem.state


def _of(problem: Problem, before: Notice | None, now: datetime) -> tuple[Notice, str]:
    """Return what is remembered of a problem, and the head of the message; "" if nobody is told now."""
    if before is None or before.over_at is not None:
        return Notice(problem.key, problem.state, problem.what, since=now, told_at=now, over_at=None), "Sự cố"
    lasting = replace(before, state=problem.state, what=problem.what)
    if before.state != problem.state:
        return replace(lasting, told_at=now), "Sự cố đổi khác"
    if now - before.told_at >= AGAIN:
        return replace(lasting, told_at=now), f"Vẫn còn từ {before.since:%d/%m}"
    return lasting, ""


def digest(status: Sequence[PortalStatus], new: Mapping[str, int], problems: Sequence[Problem], now: datetime) -> str:
    """Return the morning's digest: what came in since yesterday morning, and what is still wrong.

    Args:
        status: the state of every portal.
        new: articles first seen in the last 24 hours, by portal.
        problems: what is wrong now.
        now: the present moment.
    """
    return "\n".join(_digest(status, new, problems, now))


def _digest(
    status: Sequence[PortalStatus], new: Mapping[str, int], problems: Sequence[Problem], now: datetime
) -> Iterator[str]:
    yield f"Congtin, sáng {now:%d/%m/%Y}: {sum(new.values())} bài mới trong 24 giờ, {len(problems)} việc chưa xong."
    yield ""
    for portal in status:
        run = portal.last_run
        verdict = "chưa chạy" if run is None else "đang chạy" if run.verdict is None else VERDICTS[run.verdict].label
        held = f", {portal.held} trang bị giữ" if portal.held else ""
        yield f"{portal.name}: {new.get(portal.name, 0)} bài mới, {verdict}{held}."
    if problems:
        yield ""
        yield "Chưa xong:"
        for problem in problems:
            yield f"- {problem.what} → {problem.todo}"
