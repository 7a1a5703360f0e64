"""Work that closes what was begun is not cut by a second order to stop."""

import asyncio

import pytest

from flows.steps.persist import to_the_end


async def test_two_cancellations_do_not_cut_it() -> None:
    door = asyncio.Event()
    done = []

    async def close() -> str:
        await door.wait()
        done.append(True)
        return "closed"

    async def run() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return await to_the_end(close())
        raise AssertionError("never reached")

    task = asyncio.create_task(run())
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.sleep(0)
    door.set()
    assert await task == "closed"
    assert done == [True]


async def test_what_it_raises_is_raised() -> None:
    async def broken() -> None:
        raise ValueError("hỏng")

    with pytest.raises(ValueError, match="hỏng"):
        await to_the_end(broken())
