"""The flow that takes care of the house each night."""

import asyncio
from functools import partial

from prefect import flow, get_run_logger
from prefect.artifacts import acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from sqlalchemy import Engine

from flows.artifacts import escaped
from flows.notify import tell_once
from flows.operate.states import state_of
from flows.staging import alone, as_task
from flows.steps.care import damage, looked_for, no_backup, save, verify
from flows.steps.locks import PortalBusyError
from flows.steps.order import Judgement
from flows.steps.share import share_all
from flows.steps.watch import Problem
from storage.archive import StoreError, portals
from storage.backup import BackupError
from storage.database.types import now
from storage.settings import settings
from storage.vocabulary import Verdict


@flow(name="care", flow_run_name="bảo dưỡng", description="Sao lưu và đọc lại một phần kho lưu mỗi đêm.")
async def care() -> State[str] | State[None]:
    """Read a part of the archive back and make a backup; the state says what is wrong."""
    try:
        async with alone("care", wait=0) as engine:
            return await _night(engine)
    except PortalBusyError as error:
        return state_of(Judgement(Verdict.SKIPPED, str(error)))


async def _night(engine: Engine) -> State[str]:
    chosen, moment = settings(), now()
    names = await asyncio.to_thread(portals, chosen.archive)
    await as_task("kho chung", partial(asyncio.to_thread, share_all, engine, chosen.archive))
    reading = partial(asyncio.to_thread, verify, engine, chosen.archive, chosen.var, names, moment.date())
    found = await as_task("đọc lại kho lưu", reading)
    problems = damage(found, moment.date())
    rows: list[dict[str, object]] = [
        {"việc": f"{one.label} [{one.invariant.value}]", "đã xem": one.count, "sai": len(one.findings)} for one in found
    ]
    if chosen.backup is not None:
        said, failed = await _saved(engine)
        rows.append({"việc": "sao lưu [backup]", "đã xem": escaped(said), "sai": len(failed)})
        problems += failed
    untold = await tell_once(engine, problems, looked_for(moment.date()), moment)
    rows += ({"việc": escaped(one.what), "đã xem": "", "sai": escaped(one.todo)} for one in problems)
    await acreate_table_artifact(rows, key="bao-duong", description="Bảo dưỡng")
    if problems or untold:
        return Failed(message="; ".join([*(one.what for one in problems), *untold]), name="Cần xem [care]")
    return Completed(message="Kho lưu đọc lại đúng." + (" Đã sao lưu." if chosen.backup else ""), name="Tốt [ok]")


async def _saved(engine: Engine) -> tuple[str, list[Problem]]:
    """Make the backup; return in Vietnamese what came of it, and the problem if nothing did."""
    chosen = settings()
    assert chosen.backup is not None
    saving = partial(save, engine, chosen.archive, chosen.backup, chosen.backup_keep, now().date())
    try:
        said = await as_task("sao lưu", partial(asyncio.to_thread, saving))
    except (BackupError, StoreError, OSError) as error:
        get_run_logger().error("backup into %s failed: %s", chosen.backup, error)
        return str(error), [no_backup(chosen.backup, error)]
    return said, []
