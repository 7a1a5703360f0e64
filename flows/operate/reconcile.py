"""What is put right when a process died: the screen shows of each run what became of it, never "running" for ever.

What is true stands on the slips of this machine (`flows.steps.slips`) and in the database; Prefect follows.
"""

import os
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Running
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from flows.operate.plan import TAG
from flows.operate.states import state_of
from flows.steps.order import Judgement
from flows.steps.slips import FoundSlip, find_slips
from storage.database import runs
from storage.records import VIETNAM
from storage.vocabulary import VERDICTS, Verdict

LATE = timedelta(minutes=1)
"""A scheduled run that has waited so long past its time counts as missed, if a later one waits too."""
UNSTARTED = timedelta(minutes=10)
"""A run that was handed to a worker and has not begun after so long never will: its worker died."""
CANCEL_GRACE = timedelta(seconds=45)
"""How long after an order to stop a run's process is told by us: its worker, which should have, is dead."""
_PAGE = 200


async def reconcile(client: PrefectClient, slips: Path, engine: Engine | None) -> list[str]:
    """Put right what the screen shows of runs that died; return what was done, in Vietnamese.

    Args:
        client: of the server.
        slips: folder of the slips of this machine.
        engine: the database; None if there is none yet.
    """
    done = [said for slip in find_slips(slips) async for said in _settle(client, slip, engine)]
    done += [said async for said in _drop_late(client)]
    done += [said async for said in _drop_unstarted(client, {slip.flow_run for slip in find_slips(slips)})]
    return done


async def _settle(client: PrefectClient, found: FoundSlip, engine: Engine | None) -> AsyncIterator[str]:
    """Give a run its true state, and remove the slip of an ended one; stop one that nobody else stops."""
    try:
        run = await client.read_flow_run(UUID(found.flow_run))
    except (ObjectNotFound, ValueError):
        if not found.held:
            found.file.unlink(missing_ok=True)
        return
    name = run.name
    if found.held:
        if _overdue(run) and found.slip is not None:
            with suppress(ProcessLookupError):
                os.kill(found.slip.pid, signal.SIGTERM)
            yield f"{name}: tiến trình {found.slip.pid} được báo dừng, vì máy làm của nó không còn"
        elif run.state is not None and run.state.type is StateType.CRASHED:  # nobody heard its signs of life
            await client.set_flow_run_state(run.id, Running(), force=True)
            yield f"{name}: vẫn đang chạy"
        return
    ended = _ended(found, engine)
    true = ended or _without_end(run)
    if _untrue(run, ended):
        await client.set_flow_run_state(run.id, state_of(true), force=True)
        yield f"{name}: {true.facts.label} [{true.verdict.value}]"
    found.file.unlink(missing_ok=True)


def _untrue(run: FlowRun, ended: Judgement | None) -> bool:
    """Whether the screen says something else of a run than what is known, or says it in Prefect's words."""
    state = run.state
    if state is None or not state.is_final():
        return True
    if ended is not None:
        return state.name != state_of(ended).name
    return state.type in {StateType.CRASHED, StateType.CANCELLED} and not str(state.name).endswith("]")


def _overdue(run: FlowRun) -> bool:
    state = run.state
    return state is not None and state.type is StateType.CANCELLING and _age(state.timestamp) > CANCEL_GRACE


def _ended(found: FoundSlip, engine: Engine | None) -> Judgement | None:
    """Return how the run ended by the database; None where that does not say."""
    if engine is None or found.slip is None or not found.slip.run_id:
        return None
    try:
        end = runs.ended(engine, found.slip.run_id)
    except SQLAlchemyError:
        return None
    return Judgement(*end) if end else None


def _without_end(run: FlowRun) -> Judgement:
    if run.state is not None and run.state.type in {StateType.CANCELLING, StateType.CANCELLED}:
        return Judgement(Verdict.CANCELLED, VERDICTS[Verdict.CANCELLED].meaning)
    return Judgement(Verdict.CRASHED, "Tiến trình của lần chạy không còn; lần chạy sau đi tiếp từ kho lưu.")


async def _drop_late(client: PrefectClient) -> AsyncIterator[str]:
    """Of the scheduled runs of a deployment that all are late, leave the last one."""
    late: defaultdict[UUID, list[FlowRun]] = defaultdict(list)
    for run in await _runs_of(client, [StateType.SCHEDULED], before=datetime.now(UTC) - LATE):
        if run.auto_scheduled and run.deployment_id is not None:
            late[run.deployment_id].append(run)
    for waiting in late.values():
        *missed, last = sorted(waiting, key=_due)
        for run in missed:
            why = f"Hẹn lúc {_said(_due(run))}; lần hẹn {_said(_due(last))} làm thay."
            await client.set_flow_run_state(run.id, state_of(Judgement(Verdict.MISSED, why)), force=True)
            yield f"{run.name}: {why}"


async def _drop_unstarted(client: PrefectClient, here: Iterable[str]) -> AsyncIterator[str]:
    own = set(here)
    for run in await _runs_of(client, [StateType.PENDING]):
        if str(run.id) not in own and run.state is not None and _age(run.state.timestamp) > UNSTARTED:
            why = Judgement(Verdict.CRASHED, "Máy làm dừng trước khi lần chạy bắt đầu.")
            await client.set_flow_run_state(run.id, state_of(why), force=True)
            yield f"{run.name}: {why.reason}"


async def _runs_of(client: PrefectClient, types: list[StateType], before: datetime | None = None) -> list[FlowRun]:
    every: list[FlowRun] = []
    while page := await client.read_flow_runs(
        deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=before),
        ),
        limit=_PAGE,
        offset=len(every),
    ):
        every += page
    return every


def _due(run: FlowRun) -> datetime:
    return run.expected_start_time or datetime.now(UTC)


def _age(moment: datetime) -> timedelta:
    return datetime.now(UTC) - moment


def _said(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m %H:%M")
