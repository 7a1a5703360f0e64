"""The flow that watches over all portals, and tells people once of what is wrong."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from sqlalchemy import Engine

from crawlers import portals
from flows.artifacts import escaped
from flows.notify import tell, tell_once
from flows.steps.watch import KINDS, Problem, Told, digest, find
from storage.consume.status import portal_status
from storage.database.engine import connect
from storage.database.history import new_since
from storage.database.notices import Notice, notices
from storage.database.types import now
from storage.settings import Settings, settings

_MORNING = time(7, 0)
_DIGEST = "digest:sáng"
"""Key under which it is kept that a morning's digest was sent; it is no problem, and over as soon as it is told."""
_DISK_AHEAD = 2
"""People are told when so many times the reserve is left, at which fetching stops."""


@flow(name="watch", flow_run_name="trực", description="Xem cổng nào, máy nào có sự cố, và báo mỗi việc một lần.")
async def watch() -> str:
    """Look at all portals once, tell people, and return what was found in one sentence."""
    log = get_run_logger()
    with _database() as engine:
        every, broken = await asyncio.to_thread(portals.load_all)
        moment = now()
        problems = await asyncio.to_thread(find, engine, every, broken, _disks(settings()), moment)
        known = await asyncio.to_thread(notices, engine)
        await tell_once(engine, problems, lambda key: key.partition(":")[0] in KINDS, moment)
        if _is_due(known, moment):
            await tell(engine, await asyncio.to_thread(_morning, engine, problems, moment))
        lasting = await asyncio.to_thread(notices, engine)
    await _publish(problems, lasting)
    said = f"{len(problems)} việc chưa xong"
    log.info("%s", said)
    return said


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


async def _publish(problems: Sequence[Problem], known: dict[str, Notice]) -> None:
    """Make the artifact: what is wrong now, since when, what to do."""
    if not problems:
        await acreate_markdown_artifact("Không có sự cố nào.", key="su-co", description="Sự cố")
        return
    rows = [
        {
            "từ": f"{known[problem.key].since:%d/%m/%Y %H:%M}",
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


@contextmanager
def _database() -> Iterator[Engine]:
    engine = connect(settings().database)
    try:
        yield engine
    finally:
        engine.dispose()
