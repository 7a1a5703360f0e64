"""One run of a portal at a time; and the next run waits for the crawl process of one that was killed."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.steps.locks import PortalBusyError, crawl_lock, portal_lock


def test_a_second_run_is_told_at_once(tmp_path: Path) -> None:
    with portal_lock(tmp_path, "lao_cai"):
        started = time.monotonic()
        with pytest.raises(PortalBusyError), portal_lock(tmp_path, "lao_cai"):
            pass
        assert time.monotonic() - started < 1
        with portal_lock(tmp_path, "tien_giang"):
            pass
    with portal_lock(tmp_path, "lao_cai"):
        pass


HOLDER = """
import sys, time
from pathlib import Path
from flows.steps.locks import portal_lock
with portal_lock(Path(sys.argv[1]), "lao_cai"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_kernel_frees_the_lock_of_a_run_that_was_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(PortalBusyError), portal_lock(tmp_path, "lao_cai"):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with portal_lock(tmp_path, "lao_cai"):
        pass


async def _hand_to_child_and_die(folder: Path) -> subprocess.Popen[bytes]:
    async with crawl_lock(folder, "lao_cai") as descriptor:
        return subprocess.Popen(  # noqa: ASYNC220 - it outlives the lock's holder
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, pass_fds=(descriptor,)
        )


def test_the_crawl_process_of_a_dead_run_is_waited_for(tmp_path: Path) -> None:
    child = asyncio.run(_hand_to_child_and_die(tmp_path))

    async def take(wait: float) -> None:
        async with crawl_lock(tmp_path, "lao_cai", wait):
            pass

    with pytest.raises(PortalBusyError):
        asyncio.run(take(0))

    async def take_while_it_ends() -> None:
        taking = asyncio.create_task(take(30))
        await asyncio.sleep(0)
        assert not taking.done()
        await asyncio.to_thread(child.communicate)
        await taking

    asyncio.run(take_while_it_ends())
