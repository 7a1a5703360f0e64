"""The flow that takes care of the house each night."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from sqlalchemy import Engine

from flows.artifacts import escaped
from flows.notify import tell_once
from flows.steps.care import damage, looked_for, no_backup, save, verify
from flows.steps.watch import Problem
from storage.backup import BackupError
from storage.database.engine import connect
from storage.database.types import now
from storage.settings import settings


@flow(name="care", flow_run_name="bảo dưỡng", description="Sao lưu và đọc lại một phần kho lưu mỗi đêm.")
async def care() -> State[str]:
    """Read a part of the archive back and make a backup; the state says what is wrong."""
    chosen, moment = settings(), now()
    engine = connect(chosen.database)
    rows: list[dict[str, object]] = []
    problems = []
    try:
        names = sorted(path.name for path in chosen.archive.glob("*") if path.is_dir())
        found = await _staged("đọc lại kho lưu")(verify, engine, chosen.archive, chosen.var, names, moment.date())
        problems += damage(found, moment.date())
        rows += (
            {"việc": f"{one.label} [{one.invariant.value}]", "đã xem": one.count, "sai": len(one.findings)}
            for one in found
        )
        if chosen.backup is not None:
            said, failed = await _saved(engine)
            rows.append({"việc": "sao lưu [backup]", "đã xem": escaped(said), "sai": len(failed)})
            problems += failed
        await tell_once(engine, problems, looked_for(moment.date()), moment)
    finally:
        engine.dispose()
    rows += ({"việc": escaped(one.what), "đã xem": "", "sai": escaped(one.todo)} for one in problems)
    await acreate_table_artifact(rows, key="bao-duong", description="Bảo dưỡng")
    if problems:
        return Failed(message="; ".join(one.what for one in problems), name="Cần xem [care]")
    return Completed(message="Kho lưu đọc lại đúng." + (" Đã sao lưu." if chosen.backup else ""), name="Tốt [ok]")


def _staged(name: str) -> Callable[..., Awaitable[Any]]:
    """Return how to do a step in a thread, shown as a task."""

    @task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    async def staged(step: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.to_thread(step, *arguments)

    return staged


async def _saved(engine: Engine) -> tuple[str, list[Problem]]:
    """Make the backup; return in Vietnamese what came of it, and the problem if nothing did."""
    chosen = settings()
    assert chosen.backup is not None
    try:
        said: str = await _staged("sao lưu")(
            save, engine, chosen.archive, chosen.backup, chosen.backup_keep, now().date()
        )
    except (BackupError, OSError) as error:
        get_run_logger().error("backup into %s failed: %s", chosen.backup, error)
        return str(error), [no_backup(chosen.backup, error)]
    return said, []
