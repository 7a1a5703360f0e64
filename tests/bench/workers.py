"""Throughput of 1, 2 and 4 workers on the topology of deploy/compose.yaml, run here as processes.

    python -m tests.bench.workers [--articles 40] [--delay 0.5] [--workers 1,2,4]

Real PostgreSQL, an S3 server (rclone), Prefect's server behind the proxy, and workers that take one portal at a time:
the five replicas are its portals. Pages are all responses that were archived; the clock runs from the first order to
the last end. What bounds it is either the hosts' delay (a portal gives one page in so many seconds, however many
workers there are) or the processor: its use while they worked is shown, of all processes of the machine.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from tests.e2e.ingest.site import PORTALS
from tests.replicas import serve
from tests.topology import topology


def measure(folder: Path, workers: int, articles: int, delay: float) -> tuple[int, float, float]:
    """Return pages, seconds, and the share of the machine's processors that was in use."""
    with serve(seed=11, articles=articles) as replicas:
        settings = {
            "CONGTIN_CONNECT_TO": replicas.connect_to,
            "CONGTIN_CA_FILE": str(replicas.ca_file),
            "CONGTIN_DELAY": str(delay),
            "CONGTIN_DISK_RESERVE_MB": "1",
            "CONGTIN_SERVE_RUNS": "1",
        }
        with topology(folder, settings) as all_of_it:
            for number in range(workers):
                all_of_it.work(f"worker-{number}")
            begun, used = time.monotonic(), _busy()
            ends = all_of_it.ended([all_of_it.trigger(portal) for portal in PORTALS], 3000)
            seconds, used = time.monotonic() - begun, _busy() - used
            assert all("[ok]" in one for one in ends), ends
            pages = int(all_of_it.rows("SELECT count(*) FROM capture")[0][0])
            all_of_it.stop_workers()
    return pages, seconds, used / seconds / (os.cpu_count() or 1)


def _busy() -> float:
    """Return the seconds that the machine's processors have worked."""
    user, nice, system, *_ = (int(word) for word in Path("/proc/stat").read_text().split()[1:6])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print a row for each number of workers."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.workers", description=__doc__)
    parser.add_argument("--articles", type=int, default=40, help="of each portal")
    parser.add_argument("--delay", type=float, default=0.5, help="seconds between two requests to a host")
    parser.add_argument("--workers", default="1,2,4")
    arguments = parser.parse_args()
    print(f"{'workers':>7} {'pages':>6} {'seconds':>8} {'pages/s':>8} {'processors':>10}", flush=True)
    for number in map(int, arguments.workers.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            pages, seconds, busy = measure(Path(folder), number, arguments.articles, arguments.delay)
        print(f"{number:>7} {pages:>6} {seconds:>8.1f} {pages / seconds:>8.2f} {busy:>9.0%}", flush=True)


if __name__ == "__main__":
    main()
