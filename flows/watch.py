"""The flow that watches over all portals, and tells people once of what is wrong."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from sqlalchemy import Engine

from crawlers import portals
from flows.artifacts import escaped
from flows.notify import tell, tell_once
from flows.operate.states import state_of
from flows.staging import alone
from flows.steps.care import BACKUP_FAILED
from flows.steps.locks import PortalBusyError
from flows.steps.order import Judgement
from flows.steps.watch import KINDS, Problem, Told, digest, find, no_backup_since
from storage.backup import newest
from storage.consume.status import portal_status
from storage.database.history import new_since
from storage.database.notices import Notice, notices
from storage.database.types import now
from storage.settings import Settings, settings
from storage.vocabulary import Verdict

_WAIT = 120.0
"""Seconds that a look waits for another one to end: it was called because of something that one may not have seen."""
_MORNING = time(7, 0)
_DIGEST = "digest:sáng"
"""Key under which it is kept that a morning's digest was sent; it is no problem, and over as soon as it is told."""
_DISK_AHEAD = 2
"""People are told when so many times the reserve is left, at which fetching stops."""


@flow(name="watch", flow_run_name="trực", description="Xem cổng nào, máy nào có sự cố, và báo mỗi việc một lần.")
async def watch() -> State[str] | State[None]:
    """Look at all portals once and tell people; the state says how much is wrong, and what could not be told."""
    try:
        async with alone("watch", _WAIT) as engine:
            return await _look(engine)
    except PortalBusyError as error:
        return state_of(Judgement(Verdict.SKIPPED, str(error)))


async def _look(engine: Engine) -> State[str]:
    moment = now()
    known = await asyncio.to_thread(notices, engine)
    problems = await asyncio.to_thread(_problems, engine, known, moment)
    untold = await tell_once(engine, problems, lambda key: key.partition(":")[0] in KINDS, moment)
    if _is_due(known, moment):
        untold += await tell(engine, await asyncio.to_thread(_morning, engine, problems, moment))
    told = await asyncio.to_thread(notices, engine)
    await _publish(problems, {key: notice.since for key, notice in told.items()}, moment)
    said = f"{len(problems)} việc chưa xong"
    get_run_logger().info("%s", said)
    if untold:
        return Failed(message="; ".join(dict.fromkeys(untold)), name="Không báo được [notify]")
    return Completed(message=said, name="Đã xem [watch]")


def _problems(engine: Engine, known: Mapping[str, Notice], moment: datetime) -> list[Problem]:
    chosen = settings()
    every, broken = portals.load_all()
    found = find(engine, every, broken, _disks(chosen), moment)
    failing = known.get(BACKUP_FAILED)
    if chosen.backup is not None and (failing is None or failing.over_at is not None):
        last = newest(chosen.backup)
        missing = no_backup_since(engine, chosen.backup, last, moment)
        found += [missing] if missing else []
    return found


def _is_due(known: dict[str, Notice], moment: datetime) -> bool:
    """Whether this morning's digest has not been sent."""
    if moment.time() < _MORNING:
        return False
    last = known.get(_DIGEST)
    return last is None or last.told_at.date() < moment.date()


def _morning(engine: Engine, problems: Sequence[Problem], moment: datetime) -> Told:
    title, _, text = digest(
        portal_status(engine), new_since(engine, moment - timedelta(days=1)), problems, moment
    ).partition("\n")
    return Told(Notice(_DIGEST, "", "", since=moment, told_at=moment, over_at=moment), title, text.strip())


async def _publish(problems: Sequence[Problem], since: Mapping[str, datetime], moment: datetime) -> None:
    """Make the artifact: what is wrong now, since when (for what nobody could be told of: since now), what to do."""
    if not problems:
        await acreate_markdown_artifact("Không có sự cố nào.", key="su-co", description="Sự cố")
        return
    rows = [
        {
            "từ": f"{since.get(problem.key, moment):%d/%m/%Y %H:%M}",
            "việc": escaped(problem.what),
            "mã": f"{problem.kind} [{problem.state}]",
            "cần làm": escaped(problem.todo),
        }
        for problem in problems
    ]
    await acreate_table_artifact(rows, key="su-co", description=f"Sự cố: {len(problems)}")


def _disks(chosen: Settings) -> dict[Path, int]:
    """Return the folders to be written to, and the bytes that have to be free there."""
    needed = chosen.disk_reserve_mb * 2**20 * _DISK_AHEAD
    return {folder: needed for folder in (chosen.var, chosen.archive) if folder.exists()}
