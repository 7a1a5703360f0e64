"""A process that is kept alive: started anew when it dies, after a pause that grows while it keeps dying."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_FIRST, _LONGEST = 1.0, 30.0
"""Seconds of the first pause and of the longest."""
_STEADY = 60.0
"""Seconds alive after which the next pause is the first one again."""
_LARGE = 20_000_000
"""Bytes of output after which a log file gives way to a new one."""


class Child:
    """A Python module run as a process of its own, its output in a file.

    Args:
        name: Vietnamese, for people.
        module: and its arguments, as after `python -m`.
        log: file of its output.
        environment: its environment, whole.
        tell: is told of its deaths.
    """

    def __init__(
        self, name: str, module: Sequence[str], log: Path, environment: Mapping[str, str], tell: Callable[[str], None]
    ) -> None:
        self.name = name
        self.log = log
        self.deaths = 0
        self._module = module
        self._environment = environment
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start it and keep it alive from now on."""
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self, seconds: float) -> None:
        """End it and keep it no longer: SIGTERM and the end of its stdin, `seconds` to end, SIGKILL."""
        if self._keeping is not None:
            self._keeping.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeping
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(seconds):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _keep(self) -> None:
        pause = _FIRST
        while True:
            begun = time.monotonic()
            code = await self._run()
            self.deaths += 1
            if time.monotonic() - begun > _STEADY:
                pause = _FIRST
            self._tell(f"{self.name} đã dừng (mã {code}); chạy lại sau {pause:.0f} giây. Nhật ký: {self.log}")
            await asyncio.sleep(pause)
            pause = min(_LONGEST, pause * 2)

    async def _run(self) -> int:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LARGE:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C in a terminal is for us, who end the processes in their order.
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *self._module,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=dict(self._environment),
                start_new_session=True,
            )
        return await self._process.wait()
