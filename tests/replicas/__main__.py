"""`python -m tests.replicas`: serve the five portals on loopback until stopped."""

import argparse
import asyncio
from datetime import date
from pathlib import Path

from tests.replicas.portals import NEWEST, make_sites
from tests.replicas.server import run


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.replicas", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of texts and skins")
    parser.add_argument("--articles", type=int, default=45, help="of each portal, besides its seed text")
    parser.add_argument("--pages", type=int, default=None, help="pages of each listing; overrides --articles")
    parser.add_argument(
        "--newest", type=date.fromisoformat, default=NEWEST, help="publication day of the newest article (YYYY-MM-DD)"
    )
    parser.add_argument("--splits", action="store_true", help="split long articles over several pages")
    parser.add_argument("--port", type=int, default=0, help="of HTTPS; 0 for any free one")
    parser.add_argument("--dir", type=Path, default=Path("var/replicas"), help="folder for the certificates")
    parser.add_argument("--with-stdin", action="store_true", help="end when the standard input ends")
    given = parser.parse_args()
    sites = make_sites(given.seed, given.articles, given.newest, given.pages, splits=given.splits)
    asyncio.run(run(sites, given.dir, given.port, with_stdin=given.with_stdin))


if __name__ == "__main__":
    main()
