"""Automations of Prefect, shipped as code: what the server does by itself when a run falls silent, fails or drifts.

None but the last tells people: who is told of what, once, is the watch's affair (`flows.watch`); they call it at once.
The last one tells that the watch itself is silent, through the same blocks.

The record of what was set last is the variable `congtin_automations` of Prefect's server: id and digest of each. What
differs from it was changed by a person, and is left as it is.
"""

import glob
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import VariableCreate, VariableUpdate
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ActionTypes, ChangeFlowRunState, RunDeployment, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from flows.notify import offer_block
from flows.operate.environment import HEARTBEAT
from flows.operate.plan import TAG, Act, Difference, Kept, Step
from flows.operate.states import state_of
from flows.steps.order import Judgement
from storage.vocabulary import Verdict

RECORD = "congtin_automations"
"""Variable that holds what was set last."""
SILENT = timedelta(seconds=18 * HEARTBEAT)
"""A run that gave no sign for so long has died. Longer than the server takes to come back: runs go on without it, and
a signal that nobody heard is none."""
GATHER = timedelta(seconds=30)
"""Failures within so long are looked at together: a night in which fifty portals fail is one look, not fifty."""
WATCH_SILENT = timedelta(minutes=50)
"""People are told when the watch, due every quarter of an hour, did not end well for so long."""
_FLOWS = ["ingest", "ingest-all", "watch", "care"]
_WORKED = ["ingest", "ingest-all", "care"]
"""Flows whose failures the watch looks at; its own would call it for ever."""
_ANY_RUN = "prefect.flow-run.*"
_DRIFTED = glob.escape(str(state_of(Judgement(Verdict.DRIFTED, "")).name))
"""Labels are matched as patterns of files' names are: the brackets of a state's name would be a set of letters."""


def wanted_automations(watch: UUID, blocks: Iterable[UUID], silent: timedelta = SILENT) -> list[AutomationCore]:
    """Return the automations that there should be.

    Args:
        watch: id of the watch's deployment.
        blocks: ids of the blocks through which people are told; without one nobody is told that the watch is silent.
        silent: see `SILENT`.
    """
    look: list[ActionTypes] = [RunDeployment(deployment_id=watch, schedule_after=GATHER)]
    crashed = state_of(Judgement(Verdict.CRASHED, ""))
    made = [
        _automation(
            "congtin: lần chạy im tiếng → đứt giữa chừng",
            f"Tiến trình của lần chạy không báo còn sống trong {silent.total_seconds() / 60:.0f} phút.",
            EventTrigger(
                match={"prefect.resource.id": _ANY_RUN},
                match_related=_of(_FLOWS),
                after={"prefect.flow-run.heartbeat"},
                expect={_ANY_RUN},
                for_each={"prefect.resource.id"},
                posture=Posture.Proactive,
                within=silent,
            ),
            [
                ChangeFlowRunState(
                    state=StateType.CRASHED,
                    name=crashed.name,
                    message="Tiến trình im tiếng; lần chạy sau đi tiếp từ kho lưu.",
                )
            ],
        ),
        _automation(
            "congtin: lần chạy hỏng → trực xem ngay",
            "Không chờ lượt trực sau; mỗi sự cố vẫn chỉ báo một lần.",
            EventTrigger(
                match={
                    "prefect.resource.id": _ANY_RUN,
                    "prefect.state-type": [StateType.FAILED.value, StateType.CRASHED.value],
                    "prefect.state-name": f"!{_DRIFTED}",
                },
                match_related=_of(_WORKED),
                expect={_ANY_RUN},
                within=GATHER,
            ),
            look,
        ),
        _automation(
            "congtin: mẫu trang thay đổi → trực xem ngay",
            "Trang nghi ngờ đã được giữ lại, không bài nào bị thay.",
            EventTrigger(
                match={"prefect.resource.id": _ANY_RUN, "prefect.state-name": _DRIFTED},
                match_related=_of(_WORKED),
                expect={_ANY_RUN},
                within=GATHER,
            ),
            look,
        ),
    ]
    tell: list[ActionTypes] = [
        SendNotification(
            block_document_id=block,
            subject="Sự cố: trực",
            body=f"Trực không xem xong lần nào trong {WATCH_SILENT.total_seconds() / 60:.0f} phút: không ai biết các "
            "cổng ra sao.\nViệc cần làm: Xem máy làm có chạy không (`congtin serve`), deployment `truc` có bị tạm "
            "dừng không, lần chạy trực cuối hỏng vì gì.",
        )
        for block in blocks
    ]
    if tell:
        made.append(
            _automation(
                "congtin: trực im tiếng → báo tin",
                "Báo một lần; báo lại khi trực đã chạy được rồi lại im.",
                EventTrigger(
                    match={"prefect.resource.id": _ANY_RUN, "prefect.state-type": StateType.COMPLETED.value},
                    match_related=_of(["watch"]),
                    after={_ANY_RUN},
                    expect={_ANY_RUN},
                    posture=Posture.Proactive,
                    within=WATCH_SILENT,
                ),
                tell,
            )
        )
    return made


def _of(flows: Sequence[str]) -> dict[str, str | list[str]]:
    return {"prefect.resource.role": "flow", "prefect.resource.name": list(flows)}


def _automation(name: str, said: str, trigger: EventTrigger, actions: Sequence[ActionTypes]) -> AutomationCore:
    return AutomationCore(name=name, description=said, tags=[TAG], trigger=trigger, actions=list(actions))


@dataclass(frozen=True, slots=True)
class SetLast:
    """What was set last of an automation."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Change:
    """A thing to do to an automation: `wanted` is None where it is deleted, `id` "" where it is made."""

    act: Act
    name: str
    wanted: AutomationCore | None = None
    id: str = ""


def changes(
    wanted: Iterable[AutomationCore],
    record: Mapping[str, SetLast],
    found: Mapping[str, AutomationCore],
    *,
    reset: bool = False,
) -> tuple[list[Change], list[Difference]]:
    """Return what to do so that the automations are as wanted, and what people changed, which is left.

    Args:
        wanted: the automations that there should be.
        record: by name, what was set last.
        found: by id, those of the record that there still are.
        reset: undo what people changed, too.
    """
    todo: list[Change] = []
    kept: list[Difference] = []
    names = set()
    for one in wanted:
        names.add(one.name)
        last = record.get(one.name)
        present = found.get(last.id) if last else None
        if last is None or (present is None and reset):
            todo.append(Change(Act.CREATE, one.name, one))
            continue
        if present is None:
            kept.append(Difference(one.name, Kept.REMOVED))
            continue
        touched = [Difference(one.name, Kept.CHANGED)] if digest(present) != last.digest else []
        off = [] if present.enabled else [Difference(one.name, Kept.PAUSED)]
        if reset and (touched or off):
            todo.append(Change(Act.UPDATE, one.name, one, last.id))
            continue
        kept += [*off, *touched]
        if not touched and digest(one) != last.digest:
            todo.append(Change(Act.UPDATE, one.name, one.model_copy(update={"enabled": present.enabled}), last.id))
    for name, last in record.items():
        unwanted = found.get(last.id) if name not in names else None
        if unwanted is not None and (reset or digest(unwanted) == last.digest):
            todo.append(Change(Act.DELETE, name, id=last.id))
    return todo, kept


def digest(one: AutomationCore) -> str:
    """Return a digest of what an automation does; whether it is switched on is no part of it."""
    said = one.model_dump(mode="json", exclude_defaults=True, exclude={"id", "enabled", "created", "updated"})
    return hashlib.sha256(json.dumps(_sorted(said), sort_keys=True).encode()).hexdigest()[:16]


def _sorted(value: Any) -> Any:
    """Return JSON with lists of words, which are sets, in an order of their own."""
    if isinstance(value, dict):
        return {name: _sorted(one) for name, one in value.items()}
    if isinstance(value, list):
        return sorted(value) if all(isinstance(one, str) for one in value) else [_sorted(one) for one in value]
    return value


async def automate(
    client: PrefectClient, notify: Sequence[str], *, reset: bool = False
) -> tuple[list[Step], list[Difference]]:
    """Bring the server's automations to what the code says; return what was done and what people changed.

    Args:
        client: of the server, whose deployments are there already.
        notify: blocks through which people are told, as `type/name`; those that do not exist are passed over.
        reset: undo what people changed on the screen.
    """
    await offer_block(client)
    watch = await client.read_deployment_by_name("watch/truc")
    wanted = wanted_automations(watch.id, [one for name in notify if (one := await _block(client, name))])
    record = await _record(client)
    found: dict[str, AutomationCore] = {}
    for last in (record or {}).values():
        if (automation := await _found(client, last.id)) is not None:
            found[last.id] = automation
    todo, kept = changes(wanted, record or {}, found, reset=reset)
    if not todo:
        return [], kept
    now = dict(record or {})
    for change in todo:
        made = await _do(client, change)
        if made is None:
            del now[change.name]
        else:
            now[change.name] = made
    value = json.dumps({name: [one.id, one.digest] for name, one in sorted(now.items())}, ensure_ascii=False)
    if record is None:
        await client.create_variable(VariableCreate(name=RECORD, value=value, tags=[TAG]))
    else:
        await client.update_variable(VariableUpdate(name=RECORD, value=value))
    return [Step(change.act, change.name) for change in todo], kept


async def _block(client: PrefectClient, name: str) -> UUID | None:
    kind, _, own = name.partition("/")
    try:
        return (await client.read_block_document_by_name(own, kind, include_secrets=False)).id
    except ObjectNotFound:
        return None


async def _found(client: PrefectClient, automation: str) -> AutomationCore | None:
    try:
        return await client.read_automation(automation)
    except PrefectHTTPStatusError as error:
        if error.response.status_code == HTTPStatus.NOT_FOUND:
            return None
        raise


async def _record(client: PrefectClient) -> dict[str, SetLast] | None:
    kept = await client.read_variable_by_name(RECORD)
    return None if kept is None else {name: SetLast(*one) for name, one in json.loads(str(kept.value)).items()}


async def _do(client: PrefectClient, change: Change) -> SetLast | None:
    if change.wanted is None:
        await client.delete_automation(UUID(change.id))
        return None
    if change.id:
        await client.update_automation(
            UUID(change.id), AutomationCore(**change.wanted.model_dump(exclude={"owner_resource"}))
        )
        return SetLast(change.id, digest(change.wanted))
    return SetLast(str(await client.create_automation(change.wanted)), digest(change.wanted))
