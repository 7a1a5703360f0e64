"""Telling people: through blocks of Prefect, which hold the addresses, passwords and keys; no file of ours does."""

from collections.abc import Sequence

from prefect.blocks.abstract import NotificationBlock
from prefect.blocks.core import Block
from prefect.blocks.notifications import AppriseNotificationBlock


class Notification(AppriseNotificationBlock):
    """Whatever Apprise reaches by an address: e-mail (`mailtos://`), Telegram (`tgram://`), Slack, many more."""

    _block_type_name = "Báo tin congtin"
    _block_type_slug = "congtin-notification"
    _description = "Gửi tin qua Apprise: mailtos://…, tgram://…, slack://…"


async def tell(blocks: Sequence[str], title: str, text: str) -> None:
    """Send a message through every block named, as `type/name`.

    Raises:
        ValueError: there is no such block, or it is none that tells people.
        prefect.blocks.abstract.NotificationError: one could not be sent; those before it were.
    """
    for name in blocks:
        block: object = await Block.aload(name)
        if not isinstance(block, NotificationBlock):
            raise ValueError(f"CONGTIN_NOTIFY: {name} is no notification block")  # noqa: TRY004 - a setting's value
        with block.raise_on_failure():
            await block.notify(text, title)
