"""What the deployments should be and what has to be done for that. Pure: the server is read before and written after.

The record of what was set last is the deployment's `version`, "<digest of its facts> <slug of its schedule>": what
differs from it was changed by a person, and is left as it is.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crawlers.cadence import cron_of
from crawlers.portal import Cadence, Lifecycle, Portal
from flows.steps.order import Mode
from storage.vocabulary import Verdict

ZONE = "Asia/Ho_Chi_Minh"
TAG = "congtin"
"""Tag of the deployments that are made and pruned here; others in the pool are not looked at."""
_OURS = "congtin-"
"""Start of the slugs of schedules that were made here."""
_LOST = frozenset({Verdict.MOVED, Verdict.GONE})


@dataclass(frozen=True, slots=True)
class Tick:
    """A schedule: a cron line in Vietnam time, and the parameters that its runs get."""

    cron: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """A name that tells whether a schedule is still the one that was set."""
        return f"{_OURS}{_digest([self.cron, ZONE, dict(self.parameters)])[:12]}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deployment as it should be.

    Attributes:
        flow: name of its flow.
        name: its own name.
        facts: everything else about it that is the code's, by the fields of Prefect's API.
        tick: when it runs by itself; None if only a person starts it.
    """

    flow: str
    name: str
    facts: Mapping[str, Any]
    tick: Tick | None = None

    @property
    def version(self) -> str:
        """The record of what is set."""
        return f"{self.digest} {self.tick.slug if self.tick else '-'}"

    @property
    def digest(self) -> str:
        """A digest of its facts."""
        return _digest(dict(self.facts))[:12]


@dataclass(frozen=True, slots=True)
class FoundSchedule:
    """A schedule on the server; `tick` is None where it is no cron line in Vietnam time."""

    id: str
    slug: str
    tick: Tick | None
    active: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A deployment on the server."""

    id: str
    flow: str
    name: str
    version: str
    paused: bool
    schedules: Sequence[FoundSchedule]


class Act(StrEnum):
    """What is done to a deployment or an automation."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    SCHEDULE = "schedule"
    RESUME = "resume"


ACT_LABELS: dict[Act, str] = {
    Act.CREATE: "tạo",
    Act.UPDATE: "cập nhật",
    Act.DELETE: "xóa",
    Act.SCHEDULE: "đặt lịch",
    Act.RESUME: "cho chạy lại",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A thing to do to a deployment, or that was done to an automation.

    `drop` are schedules to delete, `active` is whether the new one runs.
    """

    act: Act
    name: str
    wanted: Wanted | None = None
    found: Found | None = None
    drop: Sequence[str] = ()
    active: bool = True


class Kept(StrEnum):
    """What a person changed on the screen, which is left as it is."""

    PAUSED = "paused"
    SCHEDULE_PAUSED = "schedule_paused"
    SCHEDULE_CHANGED = "schedule_changed"
    SCHEDULE_ADDED = "schedule_added"
    SCHEDULE_REMOVED = "schedule_removed"
    CHANGED = "changed"
    """Of an automation; what a deployment itself says is always the code's."""
    REMOVED = "removed"


KEPT_LABELS: dict[Kept, str] = {
    Kept.PAUSED: "đang tạm dừng",
    Kept.SCHEDULE_PAUSED: "lịch đang tắt",
    Kept.SCHEDULE_CHANGED: "lịch đã được sửa",
    Kept.SCHEDULE_ADDED: "có thêm lịch khác",
    Kept.SCHEDULE_REMOVED: "lịch đã được xóa",
    Kept.CHANGED: "đã được sửa",
    Kept.REMOVED: "đã bị xóa",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A person's change that is left: of which deployment or automation, what, and what the code would have."""

    name: str
    kept: Kept
    detail: str = ""


def tick_of(portal: Portal, verdict: Verdict | None) -> Tick | None:
    """Return when a portal runs by itself.

    One that has moved or gone, by its file or by what its last run saw, is only probed, once a week.
    """
    if portal.cadence is None:
        return None
    if portal.lifecycle is not Lifecycle.ACTIVE or verdict in _LOST:
        return Tick(cron_of(portal, Cadence.WEEKLY), {"mode": Mode.PROBE.value})
    return Tick(cron_of(portal, portal.cadence))


def steps(
    wanted: Iterable[Wanted], found: Iterable[Found], *, spare: Iterable[str] = (), reset: bool = False
) -> tuple[list[Step], list[Difference]]:
    """Return what to do so that the deployments are as wanted, and what people changed, which is left.

    Args:
        wanted: the deployments that there should be.
        found: those that there are.
        spare: names that are not deleted though nobody wants them now (their portal's file is broken).
        reset: undo what people changed, too.
    """
    there = {(one.flow, one.name): one for one in found}
    todo: list[Step] = []
    kept: list[Difference] = []
    for one in wanted:
        present = there.pop((one.flow, one.name), None)
        if present is None:
            todo.append(Step(Act.CREATE, one.name, one))
            continue
        differences = [*_paused(present), *_schedule_differences(one, present)]
        todo += _changes(one, present, differences, reset=reset)
        kept += [] if reset else differences
    saved = set(spare)
    todo += [Step(Act.DELETE, one.name, found=one) for one in there.values() if one.name not in saved]
    return todo, kept


def _changes(wanted: Wanted, found: Found, differences: Sequence[Difference], *, reset: bool) -> Iterable[Step]:
    ours = [one for one in found.schedules if one.slug.startswith(_OURS)]
    touched = {one.kept for one in differences} & {Kept.SCHEDULE_CHANGED, Kept.SCHEDULE_REMOVED}
    due = not touched and [one.slug for one in ours] != ([wanted.tick.slug] if wanted.tick else [])
    if reset and any(one.kept is not Kept.PAUSED for one in differences):
        yield Step(Act.SCHEDULE, wanted.name, wanted, found, [one.id for one in found.schedules])
    elif due:
        active = all(one.active for one in ours)
        yield Step(Act.SCHEDULE, wanted.name, wanted, found, [one.id for one in ours], active)
    if found.version != wanted.version:
        yield Step(Act.UPDATE, wanted.name, wanted, found)
    if reset and found.paused:
        yield Step(Act.RESUME, wanted.name, wanted, found)


def _paused(found: Found) -> Iterable[Difference]:
    if found.paused:
        yield Difference(found.name, Kept.PAUSED)


def _schedule_differences(wanted: Wanted, found: Found) -> Iterable[Difference]:
    ours = [one for one in found.schedules if one.slug.startswith(_OURS)]
    set_last = found.version.partition(" ")[2]
    would = wanted.tick.cron if wanted.tick else "không có lịch"
    for one in ours:
        if one.tick is None or one.tick.slug != one.slug:
            now = one.tick.cron if one.tick else "khác"
            yield Difference(found.name, Kept.SCHEDULE_CHANGED, f"{now}, theo tệp: {would}")
        if not one.active:
            yield Difference(found.name, Kept.SCHEDULE_PAUSED, would)
    if not ours and set_last.startswith(_OURS):
        yield Difference(found.name, Kept.SCHEDULE_REMOVED, f"theo tệp: {would}")
    for one in found.schedules:
        if not one.slug.startswith(_OURS):
            yield Difference(found.name, Kept.SCHEDULE_ADDED, one.tick.cron if one.tick else "")


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
