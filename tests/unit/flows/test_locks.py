"""One run of a portal at a time, one portal at a host; whoever comes next waits for the crawl process of a dead run."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from crawlers.portals import load
from flows.steps.locks import PortalBusyError, Turns, crawl_lock, host_locks, page_hosts, portal_lock
from storage.database.engine import connect
from storage.database.leases import Leases

postgresql = pytest.mark.parametrize("engine", ["postgresql"], indirect=True)


@pytest.fixture
def leases(engine: Engine) -> Iterator[Leases]:
    made = Leases(engine)
    yield made
    made.close()


@pytest.fixture
def elsewhere(engine: Engine) -> Iterator[Leases]:
    """The leases of another process."""
    made = connect(engine.url.render_as_string(hide_password=False))
    theirs = Leases(made)
    yield theirs
    theirs.close()
    made.dispose()


async def _take(folder: Path, portal: str, leases: Leases) -> None:
    async with portal_lock(folder, portal, leases):
        pass


async def test_a_second_run_is_told_at_once(tmp_path: Path, leases: Leases) -> None:
    async with portal_lock(tmp_path, "lao_cai", leases):
        started = time.monotonic()
        with pytest.raises(PortalBusyError, match="lao_cai"):
            await _take(tmp_path, "lao_cai", leases)
        assert time.monotonic() - started < 5
        await _take(tmp_path, "tien_giang", leases)
    await _take(tmp_path, "lao_cai", leases)


@postgresql
async def test_a_second_run_on_another_machine_is_told_at_once(
    tmp_path: Path, leases: Leases, elsewhere: Leases
) -> None:
    async with portal_lock(tmp_path / "here", "lao_cai", leases):
        with pytest.raises(PortalBusyError, match=r"lao_cai .*congtin "):
            await _take(tmp_path / "there", "lao_cai", elsewhere)
    await _take(tmp_path / "there", "lao_cai", elsewhere)


HOLDER = """
import asyncio, sys, time
from pathlib import Path
from flows.steps.locks import portal_lock
from storage.database.engine import connect
from storage.database.leases import Leases
async def hold():
    async with portal_lock(Path(sys.argv[1]), "lao_cai", Leases(connect(sys.argv[2]))):
        print("held", flush=True)
        time.sleep(60)
asyncio.run(hold())
"""


async def test_the_locks_of_a_run_that_was_killed_are_free(tmp_path: Path, engine: Engine, leases: Leases) -> None:
    url = engine.url.render_as_string(hide_password=False)
    holder = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs here
        [sys.executable, "-c", HOLDER, str(tmp_path / "there"), url], stdout=subprocess.PIPE
    )
    # On SQLite the folder is the same one, for there is no other machine.
    folder = tmp_path / ("there" if engine.dialect.name == "sqlite" else "here")
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(PortalBusyError):
            await _take(folder, "lao_cai", leases)
    finally:
        holder.kill()
        holder.communicate()
    deadline = time.monotonic() + 20
    while True:  # the server notices the end of a connection within moments, not at once
        try:
            await _take(folder, "lao_cai", leases)
        except PortalBusyError:
            assert time.monotonic() < deadline
        else:
            break


def _break_connections(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'congtin % %' "
                "AND datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


@postgresql
def test_a_lease_outlives_its_connection(engine: Engine, leases: Leases, elsewhere: Leases) -> None:
    assert leases.take("portal x") is None
    _break_connections(engine)
    assert leases.lost() == frozenset()
    assert elsewhere.take("portal x") is not None, "it was taken anew"


@postgresql
def test_a_lease_that_another_process_took_meanwhile_is_lost(engine: Engine, leases: Leases, elsewhere: Leases) -> None:
    assert leases.take("portal x") is None
    assert leases.take("portal y") is None
    _break_connections(engine)
    assert elsewhere.take("portal x") is None
    assert leases.lost() == {"portal x"}
    assert leases.lost() == frozenset(), "it is told once"
    leases.free("portal x")
    assert leases.take("portal x") is not None, "what is not ours is not freed"


@postgresql
def test_a_broken_connection_costs_no_other_lease(engine: Engine, leases: Leases, elsewhere: Leases) -> None:
    for name in ("portal x", "host y", "portal z"):
        assert leases.take(name) is None
    _break_connections(engine)
    leases.free("portal x")
    leases.free("host y")
    assert leases.take("portal new") is None
    assert leases.lost() == frozenset()
    assert elsewhere.take("portal z") is not None, "taken anew beside the new one"
    assert elsewhere.take("host y") is None


async def test_two_portals_of_one_host_wait_for_each_other(tmp_path: Path, leases: Leases) -> None:
    async def enter(portal: str, wait: float) -> None:
        async with host_locks(tmp_path, portal, ["b.gov.vn", "a.gov.vn"], leases, wait):
            pass

    async with host_locks(tmp_path, "cong_a", ["a.gov.vn"], leases):
        with pytest.raises(PortalBusyError, match=r"a\.gov\.vn .* cong_a "):
            await enter("cong_b", 0)
        async with host_locks(tmp_path, "cong_c", ["c.gov.vn"], leases, 0):
            pass
        waiting = asyncio.create_task(enter("cong_b", 30))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    await waiting


@postgresql
async def test_a_host_is_held_across_machines(tmp_path: Path, leases: Leases, elsewhere: Leases) -> None:
    async with host_locks(tmp_path / "here", "cong_a", ["a.gov.vn"], leases):
        with pytest.raises(PortalBusyError, match=r"a\.gov\.vn .*congtin "):
            async with host_locks(tmp_path / "there", "cong_b", ["a.gov.vn"], elsewhere, 0):
                pass


async def test_portals_of_one_process_take_turns() -> None:
    turns, portal, other = Turns(), load("lao_cai"), load("tien_giang")
    assert page_hosts(portal) == ["laocai.gov.vn"], "the file server, which many portals share, is not among them"
    at_work: list[str] = []

    async def work() -> None:
        async with turns.of(portal):
            at_work.append("in")
            assert at_work.count("in") - at_work.count("out") == 1
            await asyncio.sleep(0.01)
            at_work.append("out")

    async with turns.of(portal):
        working = [asyncio.create_task(work()) for _ in range(3)]
        await asyncio.sleep(0.02)
        assert not at_work
        async with turns.of(other):
            pass
    await asyncio.gather(*working)
    assert len(at_work) == 6


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
