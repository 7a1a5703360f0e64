"""The deployments: made from the portal files, read from and written to Prefect's server.

A flow that runs by itself gets its deployment here: one of `_of_flows`, beside those of the portals.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_type_hints
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.flows import Flow
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker
from pydantic import create_model

from crawlers.cadence import LABELS
from crawlers.portal import Portal
from crawlers.portals import BrokenPortal
from flows.care import care
from flows.ingest import ingest, ingest_all
from flows.operate.automations import automate
from flows.operate.plan import TAG, ZONE, Act, Difference, Found, FoundSchedule, Step, Tick, Wanted, steps, tick_of
from flows.watch import watch
from storage.database import migrate, runs
from storage.database.engine import connect
from storage.settings import Settings
from storage.vocabulary import Verdict

POOL = "congtin"
"""Work pool of all deployments: a worker on any machine that is of it may run them."""
PORTALS = "default"
"""Work queue of the portals, which every machine serves."""
_HOUSE = "nha"
"""Work queue of what is done once for all machines, on the one of `congtin serve`: its backups are in one place."""
_COMMAND = "python -m prefect.engine"
"""Said explicitly, a run starts in one process; else Prefect starts another first, to look for sources to pull."""
_PAGE = 200


def wanted_deployments(portals: Sequence[Portal], verdicts: Mapping[str, Verdict]) -> list[Wanted]:
    """Return the deployments that there should be.

    Args:
        portals: the portals of the files.
        verdicts: of each portal's last run that came to see it.
    """
    return [*(_of_portal(portal, verdicts.get(portal.name)) for portal in portals), *_of_flows()]


def _of_portal(portal: Portal, verdict: Verdict | None) -> Wanted:
    said = f"{portal.title}. Lịch theo tệp của cổng: {LABELS[portal.cadence] if portal.cadence else 'không'}."
    return _wanted(ingest, portal.name, {"portal": portal.name}, said, tick_of(portal, verdict))


def _of_flows() -> Iterable[Wanted]:
    yield _wanted(ingest_all, "tat-ca", {}, "Mọi cổng, cạnh nhau. Không có lịch: mỗi cổng có lịch của nó.", None)
    said = "Xem cổng nào, máy nào có sự cố, và báo mỗi việc một lần."
    yield _wanted(watch, "truc", {}, said, Tick("*/15 * * * *"), queue=_HOUSE)
    said = "Sao lưu và đọc lại một phần kho lưu mỗi đêm."
    yield _wanted(care, "bao-duong", {}, said, Tick("30 3 * * *"), queue=_HOUSE)


def _wanted(
    flow: Flow[Any, Any],
    name: str,
    parameters: Mapping[str, Any],
    said: str,
    tick: Tick | None,
    *,
    queue: str = PORTALS,
) -> Wanted:
    facts = {
        "entrypoint": f"{flow.fn.__module__}.{flow.fn.__name__}",
        "parameters": dict(parameters),
        "description": said,
        "tags": [TAG],
        "parameter_openapi_schema": form_schema(flow),
        "enforce_parameter_schema": True,
        "work_pool_name": POOL,
        "work_queue_name": queue,
        "job_variables": {"command": _COMMAND},
    }
    return Wanted(flow.name, name, facts, tick)


def form_schema(flow: Flow[Any, Any]) -> dict[str, Any]:
    """Return the JSON schema of a flow's parameters, which the screen makes a form of.

    Prefect's own forgets what the annotations say besides the type: title, description, bounds.
    """
    schema = parameter_schema(flow.fn).model_dump(mode="json", exclude_unset=True)
    hints = get_type_hints(flow.fn, include_extras=True)
    fields = {
        name: (hints[name], ... if one.default is one.empty else one.default)
        for name, one in inspect.signature(flow.fn).parameters.items()
    }
    said = create_model("Parameters", **fields).model_json_schema()["properties"]  # type: ignore[call-overload]
    for name, shown in schema["properties"].items():
        schema["properties"][name] = {**said[name], "position": shown["position"]}
    return schema


async def deploy(
    client: PrefectClient,
    portals: Sequence[Portal],
    broken: Sequence[BrokenPortal],
    verdicts: Mapping[str, Verdict],
    *,
    reset: bool = False,
) -> tuple[list[Step], list[Difference]]:
    """Bring the server's deployments to what the portal files say; return what was done and what people changed.

    Args:
        client: of the server.
        portals: the portals of the files.
        broken: files that could not be loaded; their deployments stay as they are.
        verdicts: of each portal's last run that came to see it.
        reset: undo what people changed on the screen.
    """
    await _ensure_pool(client)
    wanted = wanted_deployments(portals, verdicts)
    todo, kept = steps(wanted, await _found(client), spare=[file.name for file in broken], reset=reset)
    for step in todo:
        await _do(client, step)
    return todo, kept


async def deploy_files(
    settings: Settings, portals: Sequence[Portal], broken: Sequence[BrokenPortal], *, reset: bool
) -> tuple[list[Step], list[Difference]]:
    """Do as `deploy` and `automate`, with the server of the environment and what the database, if any, says."""
    verdicts: Mapping[str, Verdict] = {}
    if settings.database_url is not None or (settings.var / "congtin.db").exists():
        engine = connect(settings.database)
        try:
            verdicts = {} if migrate.pending(engine) else runs.last_seen(engine)
        finally:
            engine.dispose()
    async with get_client() as client:
        done, kept = await deploy(client, portals, broken, verdicts, reset=reset)
        also_done, also_kept = await automate(client, settings.notify, reset=reset)
    return done + also_done, kept + also_kept


async def _ensure_pool(client: PrefectClient) -> None:
    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        made = WorkPoolCreate(
            name=POOL,
            type=ProcessWorker.type,
            base_job_template=ProcessWorker.get_default_base_job_template(),
            description="Các lần chạy của congtin.",
        )
        try:
            await client.create_work_pool(made)
        except ObjectAlreadyExists:  # a worker on another machine was quicker
            return


async def deployed(client: PrefectClient) -> list[DeploymentResponse]:
    """Return the deployments on the server that are made here."""
    tagged = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    every: list[DeploymentResponse] = []
    while page := await client.read_deployments(deployment_filter=tagged, limit=_PAGE, offset=len(every)):
        every += page
    return every


async def _found(client: PrefectClient) -> list[Found]:
    every = await deployed(client)
    flows = {one.flow_id: (await client.read_flow(one.flow_id)).name for one in {d.flow_id: d for d in every}.values()}
    return [
        Found(
            str(one.id),
            flows[one.flow_id],
            one.name,
            one.version or "",
            bool(one.paused),
            [
                FoundSchedule(str(its.id), its.slug or "", _tick(its.schedule, its.parameters), its.active)
                for its in one.schedules
            ],
        )
        for one in every
    ]


def _tick(schedule: object, parameters: Mapping[str, Any] | None) -> Tick | None:
    if not isinstance(schedule, CronSchedule) or schedule.timezone != ZONE:
        return None
    return Tick(schedule.cron, dict(parameters or {}))


async def _do(client: PrefectClient, step: Step) -> None:
    wanted, found = step.wanted, step.found
    match step.act:
        case Act.DELETE if found is not None:
            await client.delete_deployment(_id(found))
        case Act.CREATE if wanted is not None:
            flow = await client.create_flow_from_name(wanted.flow)
            ticks = [_schedule(wanted.tick, active=True)] if wanted.tick else []
            await client.create_deployment(
                flow_id=flow, name=wanted.name, version=wanted.version, schedules=ticks, paused=False, **wanted.facts
            )
        case Act.UPDATE if wanted is not None and found is not None:
            await client.update_deployment(_id(found), DeploymentUpdate(version=wanted.version, **wanted.facts))
        case Act.RESUME if found is not None:
            await client.resume_deployment(_id(found))
        case Act.SCHEDULE if wanted is not None and found is not None:
            for schedule in step.drop:
                await client.delete_deployment_schedule(_id(found), UUID(schedule))
            if wanted.tick is not None:
                await client.create_deployment_schedules(_id(found), [_schedule(wanted.tick, active=step.active)])


def _schedule(tick: Tick, *, active: bool) -> DeploymentScheduleCreate:
    cron = CronSchedule(cron=tick.cron, timezone=ZONE)
    return DeploymentScheduleCreate(schedule=cron, active=active, parameters=dict(tick.parameters), slug=tick.slug)


def _id(found: Found) -> UUID:
    return UUID(found.id)
