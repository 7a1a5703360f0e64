"""`make bench-reading`: our reader and its peers on the same pages in one run, quality and speed in one table.

python -m tests.bench.reading [FOLDER …] [--seed N] [--articles N] [--only READER …] [--wrong]
"""

import argparse
import statistics
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.corpus import Page, folder
from tests.bench.readers import READERS, Reader
from tests.bench.scores import Read, Score

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
YARDSTICK = "trafilatura"
ROUNDS = 3


def read_all(reader: Reader, pages: list[Page]) -> list[Read]:
    """Read every page; a reader that raises has found no article."""
    results: list[Read] = []
    for page in pages:
        try:
            results.append(reader(page.body, page.url, page.headers, page.portal, page.item))
        except Exception:
            results.append(Read(None))
    return results


def measure(names: list[str], pages: list[Page]) -> tuple[dict[str, Score], dict[str, float]]:
    """Return the score and the pages per second (median of the rounds) of each reader, taken in turn."""
    scores: dict[str, Score] = {}
    rates: dict[str, list[float]] = {name: [] for name in names}
    for name in names:  # warm: imports and stop lists are loaded once
        read_all(READERS[name], pages[:2])
    for _ in range(ROUNDS):
        for name in names:
            started = time.process_time()
            results = read_all(READERS[name], pages)
            rates[name].append(len(pages) / (time.process_time() - started))
            if name not in scores:
                scores[name] = Score()
                for page, got in zip(pages, results, strict=True):
                    scores[name].add(page.name, got, page.truth)
    return scores, {name: statistics.median(values) for name, values in rates.items()}


def show(console: Console, title: str, scores: dict[str, Score], rates: dict[str, float], *, wrong: bool) -> None:
    """Print the table of one set of pages, and every wrong field of ours."""
    table = Table(title=title, title_justify="left")
    table.add_column("reader")
    first = next(iter(scores.values()))
    for column in first.row():
        table.add_column(column, justify="right")
    table.add_column("pages/s", justify="right")
    table.add_column(f"× {YARDSTICK}", justify="right")
    for name, score in scores.items():
        ratio = f"{rates[name] / rates[YARDSTICK]:.2f}" if YARDSTICK in rates else ""
        table.add_row(name, *score.row().values(), f"{rates[name]:.1f}", ratio)
    console.print(table)
    if wrong and "congtin" in scores:
        for page, field, got, want in scores["congtin"].wrong:
            console.print(f"  {page} · {field}\n    got  {got!r}\n    want {want!r}", markup=False, highlight=False)


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of saved pages with truth")
    parser.add_argument("--seed", type=int, default=20261124, help="seed of the replicas' skins and texts")
    parser.add_argument("--articles", type=int, default=45, help="articles a replica portal; 0 for no replicas")
    parser.add_argument("--only", nargs="*", choices=sorted(READERS), default=list(READERS), help="readers to run")
    parser.add_argument("--wrong", action="store_true", help="list every wrong field of ours")
    given = parser.parse_args()
    console = Console(width=200)
    groups: dict[str, list[Page]] = {}
    if given.articles:
        from tests.bench.replica_pages import replica_pages

        groups |= replica_pages(given.seed, given.articles)
    for root in [*given.folders, *([SHARED] if SHARED.is_dir() else [])]:
        groups |= {f"{root.name}/{name}": pages for name, pages in folder(root).items()}
    for title, pages in groups.items():
        scores, rates = measure(given.only, pages)
        show(console, f"{title}: {len(pages)} pages", scores, rates, wrong=given.wrong)


if __name__ == "__main__":
    main()
