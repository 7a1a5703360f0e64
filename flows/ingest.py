"""The Prefect flows: thin around `flows.steps`, which works without them.

A run of a portal is a flow run, its stages are tasks, its verdict is its state. Prefect retries nothing: what a run has
not done, the next one goes on with. The run's own lock and row decide; Prefect's state follows.
"""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from prefect import flow, get_run_logger, runtime
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.settings import get_current_settings
from pydantic import Field
from sqlalchemy import Engine

from crawlers import portals
from crawlers.portal import Portal
from crawlers.portals import BrokenPortal
from flows.artifacts import publish_overview, publish_rehearsal, publish_run
from flows.operate.plan import TAG
from flows.operate.states import state_of
from flows.screen import Progress
from flows.staging import as_task
from flows.steps.house import House, open_house
from flows.steps.order import Counts, Judgement, Mode, Order, Outcome, mode_label
from flows.steps.overview import overview
from flows.steps.pipeline import ingest_portal
from flows.steps.rehearsal import rehearse
from flows.steps.slips import folder_of, hold_slip
from flows.steps.summary import summarise, usual_pages
from flows.steps.upcoming import upcoming
from storage.database import migrate, runs
from storage.database.engine import connect
from storage.records import VIETNAM
from storage.settings import settings
from storage.vocabulary import VERDICTS, Verdict

PARALLEL = 16
"""Portals at work at a time in `ingest_all`; each waits for its own host most of the time."""
_HEALTHY = frozenset({Verdict.OK, Verdict.QUIET, Verdict.PARTIAL})

PortalName = Annotated[str, Field(title="Cổng", description="Tên cổng, như tên tệp của nó.")]
RunMode = Annotated[
    Literal[Mode.INCREMENTAL, Mode.FULL, Mode.PROBE],
    Field(
        title="Chế độ",
        description="incremental: phần mới; full: đọc lại tất cả; probe: chỉ dò trang đầu và vài bài.",
    ),
]
Since = Annotated[date | None, Field(title="Từ ngày", description="Chỉ lật danh sách đến ngày này.")]
Limit = Annotated[int | None, Field(title="Hạn mức", ge=1, description="Số yêu cầu nhiều nhất cho mỗi cổng.")]
Urls = Annotated[
    list[Annotated[str, Field(pattern=r"^https?://\S+$")]],
    Field(title="Địa chỉ tải lại", description="Chỉ tải các địa chỉ này, không đọc danh sách nào."),
]
RefusedBy = Annotated[
    str | None,
    Field(title="Tải lại trang bị từ chối", description="Mã của lần chạy đã từ chối chúng; xem báo cáo của nó."),
]
DryRun = Annotated[
    int | None,
    Field(title="Chạy thử", ge=1, le=500, description="Tải nhiều nhất ngần ấy trang, không ghi gì vào kho."),
]


@dataclass
class _Shared:
    """What the flow runs of this process share, and the ends of the portals' runs."""

    house: House
    outcomes: dict[str, Outcome] = field(default_factory=dict)


_shared: ContextVar[_Shared | None] = ContextVar("shared", default=None)


def _run_name() -> str:
    """Return a run's name: portal, mode with its code, and whether it is a rehearsal."""
    given = runtime.flow_run.parameters
    chosen = given.get("urls") or given.get("refused_by")
    mode = Mode.CHOSEN if chosen else Mode(given.get("mode") or Mode.INCREMENTAL)
    pages = given.get("dry_run")
    return f"{given.get('portal', 'mọi cổng')} · {mode_label(mode)}{f' · chạy thử {pages} trang' if pages else ''}"


@flow(name="ingest", flow_run_name=_run_name, description="Thu thập, đọc và nạp bài của một cổng.")
async def ingest(
    portal: PortalName,
    mode: RunMode = Mode.INCREMENTAL,
    since: Since = None,
    limit: Limit = None,
    urls: Urls = [],  # noqa: B006 - the form's default; never written to
    refused_by: RefusedBy = None,
    dry_run: DryRun = None,
) -> State[None]:
    """Run a portal from page to database; the state is the verdict."""
    facts = await asyncio.to_thread(portals.load, portal)
    chosen = Mode.CHOSEN if urls or refused_by else mode
    first = datetime.combine(since, time.min, VIETNAM) if since else None
    order = Order(portal, chosen, first, limit, tuple(urls), refused_by or None)
    with hold_slip(folder_of(settings()), str(runtime.flow_run.id), portal) as slip:
        if dry_run is not None:
            bar = Progress(portal, slip, dry_run)
            async with bar.drawn():
                return state_of((await _rehearsal(facts, order, dry_run, bar)).judgement)
        with _sharing([facts]) as shared:
            engine = shared.house.engine
            if missed := await _missed(engine, portal):
                return state_of(missed)
            bar = Progress(portal, slip, await asyncio.to_thread(usual_pages, engine, portal, chosen))
            async with bar.drawn():
                outcome = await _whole(facts, order, shared.house, bar)
            shared.outcomes[portal] = outcome
            await _shown(_publish(facts, outcome, shared.house, alone=_is_alone()))
    return state_of(outcome.judgement)


@flow(name="ingest-all", flow_run_name=_run_name, description="Thu thập mọi cổng, cạnh nhau.")
async def ingest_all(mode: RunMode = Mode.INCREMENTAL, since: Since = None, limit: Limit = None) -> State[None]:
    """Run all portals beside each other, each as a flow run of its own; the state is the worst verdict."""
    every, broken = await asyncio.to_thread(portals.load_all)
    log = get_run_logger()
    for file in broken:
        log.error("%s", file.message)
    places = asyncio.Semaphore(PARALLEL)

    async def one(portal: Portal) -> State[State[None]]:
        async with shared.house.turns.of(portal), places:
            return await ingest(portal.name, mode, since, limit, return_state=True)

    with _sharing(every) as shared:
        with _given_on(shared):
            states = await asyncio.gather(*(one(portal) for portal in every))
        await _shown(_publish_overview(shared.house.engine, every, broken))
    ends = [
        shared.outcomes.get(portal.name) or _without_end(portal, state)
        for portal, state in zip(every, states, strict=True)
    ]
    return state_of(_worst([outcome.judgement for outcome in ends], len(broken)))


async def _whole(portal: Portal, order: Order, house: House, bar: Progress) -> Outcome:
    """Run a portal. One whose facts nobody has verified is probed first when it runs by itself, until it has worked."""
    log = get_run_logger()
    if _flow_run().auto_scheduled and portal.verified is None and order.mode is Mode.INCREMENTAL:
        seen = await asyncio.to_thread(runs.last_seen, house.engine)
        if seen.get(portal.name) not in _HEALTHY:
            probe = replace(order, mode=Mode.PROBE)
            outcome = await ingest_portal(portal, probe, house, bar, stages=as_task, log=log)
            if outcome.judgement.verdict not in _HEALTHY:
                return outcome
    return await ingest_portal(portal, order, house, bar, stages=as_task, log=log)


async def _rehearsal(portal: Portal, order: Order, pages: int, bar: Progress) -> Outcome:
    """Run a portal without a trace and show what would have been stored."""
    real = settings().database_url is not None or (settings().var / "congtin.db").exists()
    engine = connect(settings().database) if real else None
    try:
        outcome, seen = await rehearse(
            portal, order, pages, settings(), engine, bar, stages=as_task, log=get_run_logger()
        )
    finally:
        if engine is not None:
            engine.dispose()
    await _shown(publish_rehearsal(portal.name, seen))
    return outcome


async def _missed(engine: Engine, portal: str) -> Judgement | None:
    """Return why a scheduled run has nothing to do: another one began after its time. None if it has to run."""
    run = _flow_run()
    if not run.auto_scheduled or run.expected_start_time is None:
        return None
    other = await asyncio.to_thread(runs.made_up_for, engine, portal, run.expected_start_time)
    if other is None:
        return None
    due = run.expected_start_time.astimezone(VIETNAM)
    return Judgement(Verdict.MISSED, f"Hẹn lúc {due:%d/%m %H:%M}; lần chạy {other} sau giờ ấy đã làm thay.")


def _flow_run() -> FlowRun:
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    return context.flow_run


async def _publish(portal: Portal, outcome: Outcome, house: House, *, alone: bool) -> None:
    if outcome.run_id:
        await publish_run(await asyncio.to_thread(summarise, house.engine, portal, outcome))
    if alone:
        await _publish_overview(house.engine, *await asyncio.to_thread(portals.load_all))


async def _publish_overview(engine: Engine, every: Sequence[Portal], broken: Sequence[BrokenPortal]) -> None:
    prefect = get_current_settings()
    secret = prefect.api.auth_string
    following = await asyncio.to_thread(
        upcoming, str(prefect.api.url), secret.get_secret_value() if secret else None, TAG
    )
    rows = await asyncio.to_thread(overview, engine, [portal.name for portal in every], broken, following)
    await publish_overview(rows)


async def _shown(publishing: Awaitable[None]) -> None:
    """Publish; where the server does not take it, say so: the run is done, and its rows are in the database."""
    try:
        await publishing
    except Exception as error:  # noqa: BLE001 - whatever the server or the way to it does
        get_run_logger().warning("not shown on the screen: %s: %s", type(error).__name__, error)


def _is_alone() -> bool:
    """Whether no other flow called this one.

    Asked in a function: a flow may be pickled with all that it names, which a `ContextVar` cannot be.
    """
    return _shared.get() is None


@contextmanager
def _given_on(shared: _Shared) -> Iterator[None]:
    """Let the flows that are called in this block use what this one has opened."""
    token = _shared.set(shared)
    try:
        yield
    finally:
        _shared.reset(token)


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
            yield _Shared(house)
    finally:
        engine.dispose()


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
