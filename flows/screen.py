"""How a run goes on, on Prefect's screen: a bar with what was done so far. The server may be down: nobody waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

from flows.artifacts import escaped
from flows.steps.order import Counts, Outcome
from flows.steps.slips import OwnSlip

_PACE = 2.0
"""Seconds between two updates of the bar."""
_STAGES = {
    "xử lý phần còn lại": 2.0,
    "lập kế hoạch": 5.0,
    "tải trang": 8.0,
    "đọc và nạp": 10.0,
    "tải trang tiếp và tệp đính kèm": 80.0,
    "tìm bài trùng": 90.0,
    "kiểm tra bất biến": 95.0,
}
"""Where the bar stands at least when a stage begins; reading moves it on."""
_READ_END = 80.0


class Progress:
    """The bar of one run: told by the pipeline, drawn by a task beside it.

    Args:
        portal: the portal's name.
        slip: of the run.
        usual: pages that such a run usually reads; how many this one will, nobody knows before its end.
    """

    def __init__(self, portal: str, slip: OwnSlip, usual: int) -> None:
        self._key = f"tien-do-{portal.replace('_', '-')}"
        self._slip = slip
        self._usual = max(1, usual)
        self._share = 0.0
        self._text = "Bắt đầu"
        self._shown: tuple[float, str] | None = None
        self._id: UUID | None = None
        self.outcome: Outcome | None = None

    def begun(self, portal: str, run_id: str) -> None:  # noqa: ARG002 - the protocol's
        """Note the run's id on the slip."""
        self._slip.begun(run_id)

    def progress(self, portal: str, stage: str, counts: Counts) -> None:  # noqa: ARG002 - the protocol's
        """Move the bar, never back."""
        read = 10 + (_READ_END - 10) * min(1.0, counts.read / self._usual) if counts.read else 0.0
        self._share = max(self._share, read, _STAGES.get(stage, 0.0))
        self._text = (
            f"{stage[:1].upper()}{stage[1:]}: {counts.indexed} phản hồi, {counts.read} trang đã đọc, {counts.new} bài "
            f"mới, {counts.changed} bài thay đổi, {counts.refusals} trang bị từ chối"
        )

    def ended(self, outcome: Outcome) -> None:
        """Fill the bar and say how the run ended."""
        self.outcome = outcome
        self._share = 100.0
        self._text = f"{outcome.judgement.facts.label} [{outcome.judgement.verdict.value}]: {outcome.judgement.reason}"

    @asynccontextmanager
    async def drawn(self) -> AsyncIterator[None]:
        """Draw the bar while this block lasts, and its last state at the end."""
        drawing = asyncio.create_task(self._draw())
        try:
            yield
        finally:
            drawing.cancel()
            with suppress(asyncio.CancelledError):
                await drawing
            await self._update()

    async def _draw(self) -> None:
        while True:
            await self._update()
            await asyncio.sleep(_PACE)

    async def _update(self) -> None:
        state = (self._share, self._text)
        if state == self._shown:
            return
        with suppress(Exception):  # whatever the server or the way to it does, the run goes on
            if self._id is None:
                self._id = await acreate_progress_artifact(state[0], key=self._key, description=escaped(state[1]))
            else:
                await aupdate_progress_artifact(self._id, state[0], description=escaped(state[1]))
            self._shown = state
