"""A Prefect worker, in a process that ends with the one that started it: `python -m flows.operate.worker RUNS QUEUE…`.

It stops by SIGTERM or at the end of its stdin, and then kills what it has started: whoever stops it lets its runs close
first (`flows.operate.serve`). Nothing is lost otherwise either: the next run goes on from the archive.
"""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress

from prefect.workers.process import ProcessWorker

from flows.operate.deployments import POOL


async def work(runs: int, queues: list[str]) -> None:
    """Work until told to stop; `runs` at a time at most, of some work queues or, where none is named, of all."""
    # Runs are started as "python": the one that runs this.
    os.environ["PATH"] = f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ.get('PATH', os.defpath)}"  # noqa: PTH120
    worker = ProcessWorker(work_pool_name=POOL, work_queues=queues, name=_name(), limit=runs)
    working = asyncio.create_task(worker.start())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    watching = asyncio.create_task(reader.read())
    watching.add_done_callback(lambda _: working.cancel())
    with suppress(asyncio.CancelledError):
        await working


def _name() -> str:
    """Return what the screen calls this worker: two of them on a machine are told apart."""
    return f"congtin {socket.gethostname()} {os.getppid()}"


if __name__ == "__main__":
    asyncio.run(work(int(sys.argv[1]), sys.argv[2:]))
