"""Telling people: through blocks of Prefect, which hold the addresses, passwords and keys; no file of ours does."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from prefect import get_run_logger
from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock
from prefect.client.orchestration import PrefectClient
from prefect.events import emit_event
from prefect.exceptions import ObjectNotFound
from sqlalchemy import Engine

from flows.steps.watch import Problem, Told, compose
from storage.database.notices import keep, notices
from storage.settings import settings


class Notification(AppriseNotificationBlock):
    """Whatever Apprise reaches by an address: e-mail (`mailtos://`), Telegram (`tgram://`), Slack, many more."""

    _block_type_name = "Báo tin congtin"
    _block_type_slug = "congtin-notification"
    _description = "Gửi tin qua Apprise: mailtos://…, tgram://…, slack://…"


async def offer_block(client: PrefectClient) -> None:
    """Have the screen offer the block: Prefect knows its own ones only."""
    try:
        await client.read_block_type_by_slug(str(Notification._block_type_slug))  # noqa: SLF001 - its public name
    except ObjectNotFound:
        await Notification.aregister_type_and_schema(client=client)


async def tell_once(
    engine: Engine, problems: Sequence[Problem], looked_for: Callable[[str], bool], moment: datetime
) -> list[str]:
    """Tell people of problems that they do not know, and of those that are over; return what could not be told.

    Args:
        engine: the database.
        problems: what is wrong now.
        looked_for: whether the caller looked for the problem of a key: what it does not find any more is over.
        moment: now.
    """
    known = await asyncio.to_thread(notices, engine)
    mine = {key: notice for key, notice in known.items() if looked_for(key)}
    return [failed for told in compose(mine, problems, moment) for failed in await tell(engine, told)]


async def tell(engine: Engine, told: Told) -> list[str]:
    """Tell people through every block, and remember it; return which blocks failed, in words.

    What no block took is not remembered: the next look tries again. What one took is: nobody gets a message twice
    because another way is closed.
    """
    if not told.title:
        await asyncio.to_thread(keep, engine, told.notice)
        return []
    get_run_logger().warning("%s\n%s", told.title, told.text)
    blocks = settings().notify
    failed = [why for name in blocks if (why := await _send(name, told))]
    if blocks and len(failed) == len(blocks):
        return failed
    emit_event(
        "congtin.problem.over" if told.notice.over_at else "congtin.problem.told",
        resource={
            "prefect.resource.id": f"congtin.problem.{told.notice.key}",
            "prefect.resource.name": told.title,
        },
        payload={"state": told.notice.state, "text": told.text},
    )
    await asyncio.to_thread(keep, engine, told.notice)
    return failed


async def _send(name: str, told: Told) -> str:
    """Send through a block; return why that failed, "" if it did not. An error's text may hold the block's secrets."""
    try:
        block: object = await Block.aload(name)
        if not isinstance(block, NotificationBlock):
            return f"{name}: không phải khối báo tin"
        with block.raise_on_failure():
            await block.notify(told.text, told.title)
    except ValueError:
        return f"{name}: không có khối này, hoặc địa chỉ trong nó không dùng được"
    except Exception as error:  # noqa: BLE001 - whatever a way to people does
        return f"{name}: không gửi được ({type(error).__name__})"
    return ""
