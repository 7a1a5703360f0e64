"""Practice: the five portals as replicas on loopback, and `congtin serve` over them, until Ctrl-C.

`python -m tests.demo_ui [--var FOLDER] [--articles N]`. What is written goes to `var/practice`; delete it to begin anew.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.replicas import serve


def main() -> int:
    """Serve until told to stop; return the exit code of `congtin serve`."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo_ui", description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var/practice"), help="folder of all that is written")
    parser.add_argument("--articles", type=int, default=45, help="articles of each portal")
    arguments = parser.parse_args()
    with serve(seed=2025, articles=arguments.articles) as replicas:
        environment = os.environ | {
            "CONGTIN_VAR": str(arguments.var.resolve()),
            "CONGTIN_CONNECT_TO": replicas.connect_to,
            "CONGTIN_CA_FILE": str(replicas.ca_file),
            "CONGTIN_DELAY": "0.2",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
        }
        command = [str(Path(sys.executable).parent / "congtin"), "serve"]
        with subprocess.Popen(command, env=environment, start_new_session=True) as child:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda number, _frame: child.send_signal(number))
            return child.wait()


if __name__ == "__main__":
    sys.exit(main())
