"""Mutated pages for ten minutes, in reading processes as the pipeline's: no crash, no hang, no unbounded memory.

`SOAK_FUZZ_SECONDS` sets the time, `SOAK_FUZZ_FROM` the number of the first page; a page that fails is named by its
number, `python -m tests.fuzzing NUMBER` writes it.
"""

import os
import time
from collections import Counter

import pytest
from pebble import ProcessExpired, ProcessPool

from flows.steps.reading import PAGES_A_READER, _prepare
from tests import fuzzing

pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200)]

SECONDS = float(os.environ.get("SOAK_FUZZ_SECONDS", "600"))
FIRST = int(os.environ.get("SOAK_FUZZ_FROM", "1000"))
DEADLINE = 20.0
"""Processor seconds that a page may take, as `CONGTIN_READ_TIMEOUT` has it of a clock's."""
HUNG = 120.0
"""Seconds by the clock after which a reader is killed: other work on the machine must not look like a hang."""


def test_fuzzed_pages(capsys: pytest.CaptureFixture[str]) -> None:
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    slowest, memory, number = (0.0, 0), 0.0, FIRST
    ends = time.monotonic() + SECONDS
    with ProcessPool(max_workers=1, max_tasks=PAGES_A_READER, initializer=_prepare) as pool:
        while time.monotonic() < ends:
            batch = {at: pool.schedule(fuzzing.read, args=(at,), timeout=HUNG) for at in range(number, number + 20)}
            number += 20
            for at, future in batch.items():
                try:
                    result = future.result()
                except (TimeoutError, ProcessExpired, Exception) as error:
                    wrong.append(f"{at}: {type(error).__name__} {error}"[:300])
                    continue
                if result.kind.startswith("reader_failed") or result.seconds > DEADLINE:
                    wrong.append(f"{at}: {result.kind}, {result.seconds:.1f} s")
                kinds[result.kind.partition(":")[0]] += 1
                slowest = max(slowest, (result.seconds, at))
                memory = max(memory, result.memory)
    with capsys.disabled():
        print(f"\n{number - FIRST} pages: {dict(kinds.most_common())}")
        print(f"slowest {slowest[0]:.1f} s (page {slowest[1]}), peak memory {memory:.0f} MiB, wrong: {len(wrong)}")
        print("\n".join(wrong))
    assert not wrong
