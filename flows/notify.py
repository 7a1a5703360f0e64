"""Telling people: through blocks of Prefect, which hold the addresses, passwords and keys; no file of ours does."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from prefect import get_run_logger
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock
from prefect.events import emit_event
from sqlalchemy import Engine

from flows.steps.watch import Problem, Told, compose
from storage.database.notices import keep, notices
from storage.settings import settings


class Notification(AppriseNotificationBlock):
    """Whatever Apprise reaches by an address: e-mail (`mailtos://`), Telegram (`tgram://`), Slack, many more."""

    _block_type_name = "Báo tin congtin"
    _block_type_slug = "congtin-notification"
    _description = "Gửi tin qua Apprise: mailtos://…, tgram://…, slack://…"


async def tell_once(
    engine: Engine, problems: Sequence[Problem], looked_for: Callable[[str], bool], moment: datetime
) -> None:
    """Tell people of problems that they do not know, and of those that are over.

    Args:
        engine: the database.
        problems: what is wrong now.
        looked_for: whether the caller looked for the problem of a key: what it does not find any more is over.
        moment: now.

    Raises: as `tell`.
    """
    known = await asyncio.to_thread(notices, engine)
    mine = {key: notice for key, notice in known.items() if looked_for(key)}
    for told in compose(mine, problems, moment):
        await tell(engine, told)


async def tell(engine: Engine, told: Told) -> None:
    """Tell people, and only then remember that they were told: what cannot be sent is sent by the next look.

    Raises:
        ValueError: a block of the settings does not exist, or is none that tells people.
        prefect.blocks.abstract.NotificationError: one could not be sent; those before it were.
    """
    if told.title:
        get_run_logger().warning("%s\n%s", told.title, told.text)
        emit_event(
            "congtin.problem.over" if told.notice.over_at else "congtin.problem.told",
            resource={
                "prefect.resource.id": f"congtin.problem.{told.notice.key}",
                "prefect.resource.name": told.title,
            },
            payload={"state": told.notice.state, "text": told.text},
        )
        for name in settings().notify:
            await _send(name, told)
    await asyncio.to_thread(keep, engine, told.notice)


async def _send(name: str, told: Told) -> None:
    block: object = await Block.aload(name)
    if not isinstance(block, NotificationBlock):
        raise ValueError(f"CONGTIN_NOTIFY: {name} is no notification block")  # noqa: TRY004 - a setting's value
    with block.raise_on_failure():
        await block.notify(told.text, told.title)
