"""The Prefect flows: thin around `flows.steps`, which works without them.

A run of a portal is a flow run, its stages are tasks, its verdict is its state. Prefect retries nothing: what a run has
not done, the next one goes on with. The run's own lock and row decide; Prefect's state follows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Annotated, Any, TypeVar

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, StateType
from pydantic import Field

from crawlers import portals
from crawlers.portal import Portal
from flows.artifacts import publish_overview, publish_run
from flows.steps.house import House, open_house
from flows.steps.order import Counts, Judgement, Mode, Order, Outcome
from flows.steps.pipeline import ingest_portal
from flows.steps.summary import summarise
from storage.database import migrate
from storage.database.engine import connect
from storage.records import VIETNAM
from storage.settings import settings
from storage.vocabulary import VERDICTS, Verdict

T = TypeVar("T")

PARALLEL = 16
"""Portals at work at a time in `ingest_all`; each waits for its own host most of the time."""

PortalName = Annotated[str, Field(description="Tên cổng, như tên tệp của nó.")]
RunMode = Annotated[Mode, Field(description="incremental: phần mới; full: đọc lại tất cả.")]
Since = Annotated[date | None, Field(description="Chỉ lật danh sách đến ngày này.")]
Limit = Annotated[int | None, Field(ge=1, description="Số yêu cầu nhiều nhất cho mỗi cổng.")]


@dataclass
class _Shared:
    """What the flow runs of this process share, and the ends of the portals' runs. Stages show by themselves."""

    house: House
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def progress(self, portal: str, stage: str, counts: Counts) -> None:
        """Take no note: each stage is a task."""

    def ended(self, outcome: Outcome) -> None:
        """Keep a run's end for the overview."""
        self.outcomes[outcome.portal] = outcome


_shared: ContextVar[_Shared | None] = ContextVar("shared", default=None)


@flow(name="ingest", flow_run_name="{portal} · {mode}", description="Thu thập, đọc và nạp bài của một cổng.")
async def ingest(
    portal: PortalName, mode: RunMode = Mode.INCREMENTAL, since: Since = None, limit: Limit = None
) -> State[None]:
    """Run a portal from page to database; the state is the verdict."""
    facts = await asyncio.to_thread(portals.load, portal)
    order = Order(portal, mode, datetime.combine(since, time.min, VIETNAM) if since else None, limit)
    with _sharing([facts]) as shared:
        house = shared.house
        outcome = await ingest_portal(facts, order, house, shared, stages=_as_task, log=get_run_logger())
        if outcome.run_id:
            await publish_run(await asyncio.to_thread(summarise, house.engine, facts, outcome))
    return _state(outcome.judgement)


@flow(name="ingest-all", flow_run_name="mọi cổng · {mode}", description="Thu thập mọi cổng, cạnh nhau.")
async def ingest_all(mode: RunMode = Mode.INCREMENTAL, since: Since = None, limit: Limit = None) -> State[None]:
    """Run all portals beside each other, each as a flow run of its own; the state is the worst verdict."""
    chosen, broken = await asyncio.to_thread(portals.load_all)
    log = get_run_logger()
    for file in broken:
        log.error("%s", file.message)
    places = asyncio.Semaphore(PARALLEL)

    async def one(portal: Portal) -> State[State[None]]:
        async with shared.house.turns.of(portal), places:
            return await ingest(portal.name, mode, since, limit, return_state=True)

    with _sharing(chosen) as shared:
        states = await asyncio.gather(*(one(portal) for portal in chosen))
    ends = [
        (portal, shared.outcomes.get(portal.name) or _without_end(portal, state))
        for portal, state in zip(chosen, states, strict=True)
    ]
    await publish_overview(ends, broken)
    return _state(_worst([outcome.judgement for _, outcome in ends], len(broken)))


async def _as_task(name: str, stage: Callable[[], Awaitable[T]]) -> T:
    """Run a stage as a Prefect task."""

    async def staged() -> T:
        return await stage()

    wrap = task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    return await wrap(staged)()


@contextmanager
def _sharing(chosen: Sequence[Portal]) -> Iterator[_Shared]:
    """Give what the calling flow has opened, or open it."""
    outer = _shared.get()
    if outer is not None:
        yield outer
        return
    settings().var.mkdir(parents=True, exist_ok=True)
    engine = connect(settings().database)
    try:
        if settings().database_url is None:
            migrate.upgrade(engine)
        elif migrate.pending(engine):
            raise RuntimeError("the database's schema is not up to date: run `congtin db upgrade`")
        with open_house(settings(), engine, chosen) as house:
            shared = _Shared(house)
            token = _shared.set(shared)
            try:
                yield shared
            finally:
                _shared.reset(token)
    finally:
        engine.dispose()


def _state(judgement: Judgement) -> State[None]:
    """Return the final state of a verdict: its type from the table, its name the label with the code in brackets."""
    facts = judgement.facts
    return State(
        type=StateType(facts.prefect_state.value),
        name=f"{facts.label} [{judgement.verdict.value}]",
        message=judgement.reason,
    )


def _without_end(portal: Portal, state: State[Any]) -> Outcome:
    """Return the end of a flow run that raised before the pipeline could tell one."""
    verdict = Verdict.CANCELLED if state.is_cancelled() else Verdict.FAILED
    return Outcome(portal.name, "", Judgement(verdict, state.message or state.name or ""), Counts())


def _worst(judgements: Sequence[Judgement], broken: int) -> Judgement:
    """Return the worst verdict, which stands last in the table, and how many portals ended in which."""
    order = list(VERDICTS)
    verdicts = [judgement.verdict for judgement in judgements] + [Verdict.FAILED] * broken
    counted = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts), key=order.index)}
    said = ", ".join(f"{VERDICTS[verdict].label} [{verdict.value}] {count}" for verdict, count in counted.items())
    return Judgement(max(verdicts, key=order.index, default=Verdict.OK), said)
