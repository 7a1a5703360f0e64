"""kill -9 at any moment of `congtin ingest`, a hundred times on each database, and once at every named point.

Rounds: an empty database, then deaths until a round has had its share, then a run to the end, and a look at everything.
`SOAK_KILLS` sets the number of random kills.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from storage.crash import Point
from storage.database.engine import connect
from tests.databases import Databases
from tests.e2e.crawl.site import Site
from tests.e2e.ingest.conftest import house, paged
from tests.e2e.ingest.kills import by_command, go_through
from tests.e2e.ingest.site import PORTALS, House
from tests.invariants import broken
from tests.replicas import Replicas, serve
from tests.soak.processes import processes_of

__all__ = ["house", "paged"]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]

KILLS = int(os.environ.get("SOAK_KILLS", "100"))
A_ROUND = 8
"""Kills between an empty database and the run to the end: with more, most would hit runs that have nothing to do."""
VICTIMS = ("group", "group", "group", "all", "run", "crawl", "helper")


def _kill(run: "subprocess.Popen[bytes]", var: Path, victim: str, moments: random.Random) -> None:
    """Kill a run with its readers, or all of it, or one process of a kind, if there is one just now."""
    if victim in {"group", "all"}:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
    if victim != "group":
        found = processes_of(var)
        chosen = sorted(number for number, kind in found.items() if victim in {kind, "all"})
        for number in chosen if victim == "all" else moments.sample(chosen, min(1, len(chosen))):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def _wait_for_nothing(var: Path) -> None:
    deadline = time.monotonic() + 60
    while left := processes_of(var):
        assert time.monotonic() < deadline, f"processes outlive their run: {left}"
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_again_and_again(
    kind: str, migrated: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = random.Random(kind)
    command = [sys.executable, "-c", "from flows.cli import main; main()", "ingest", "--all"]
    killed: Counter[str] = Counter()
    lost = twice = rounds = 0
    began = time.monotonic()
    longest = 12.0
    while killed.total() < KILLS:
        rounds += 1
        folder = tmp_path / str(rounds)
        folder.mkdir()
        with migrated.make(kind, folder) as url, serve(seed=rounds, articles=10) as replicas:
            environment = {
                **os.environ,
                "CONGTIN_VAR": str(folder / "var"),
                "CONGTIN_DATABASE_URL": url,
                "CONGTIN_CONNECT_TO": replicas.connect_to,
                "CONGTIN_CA_FILE": replicas.ca_file,
                "CONGTIN_DELAY": "0.02",
                "CONGTIN_DISK_RESERVE_MB": "1",
                "CONGTIN_BATCH_SIZE": "8",
            }
            for _ in range(min(A_ROUND, KILLS - killed.total())):
                run = subprocess.Popen(command, env=environment, start_new_session=True, stdout=-3, stderr=-3)
                with suppress(subprocess.TimeoutExpired):
                    run.wait(moments.uniform(0.2, 1) * longest)
                victim = moments.choice(VICTIMS)
                _kill(run, folder / "var", victim, moments)
                killed[victim] += 1
                if victim in {"crawl", "helper"}:
                    assert run.wait(300) >= 0
                run.wait()
            started = time.monotonic()
            _run_to_the_end(command, environment)
            longest = min(longest, time.monotonic() - started)
            engine = connect(url)
            missing, more = _against_truth(engine, replicas)
            lost, twice = lost + missing, twice + more
            assert not broken(engine, folder / "var")
            engine.dispose()
            _wait_for_nothing(folder / "var")
    with capsys.disabled():
        seconds = time.monotonic() - began
        print(
            f"\n{kind}: {killed.total()} kills {dict(killed)} in {rounds} rounds, {lost} lost, {twice} twice, {seconds:.0f} s"
        )
    assert (lost, twice) == (0, 0)


def _run_to_the_end(command: list[str], environment: dict[str, str]) -> None:
    """Run until all is done; a run may end before that where it had to wait for a dead one's crawl."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _against_truth(engine: Engine, replicas: Replicas) -> tuple[int, int]:
    """Return how many articles of the replicas are missing, and how many are there more than once."""
    missing = more = 0
    with engine.connect() as connection:
        for portal in PORTALS:
            found = Counter(
                connection.scalars(text("SELECT title FROM v1_articles WHERE portal = :portal"), {"portal": portal})
            )
            wanted = Counter(truth.title for truth in replicas.truth(portal) if not truth.gone)
            missing += (wanted - found).total()
            more += (found - wanted).total()
    return missing, more


def test_the_real_processes_die_at_every_point(house: House, paged: Site) -> None:
    go_through(house, paged, list(Point), by_command)
    assert not broken(house.engine, house.var)
