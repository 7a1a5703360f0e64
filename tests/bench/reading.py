"""`make bench-reading`: our reader and its peers on the same pages in one run, quality and speed in one table.

python -m tests.bench.reading [FOLDER …] [--seed N] [--articles N] [--only READER …] [--wrong]
"""

import argparse
import statistics
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import batch
from tests.bench.corpus import Page, folder
from tests.bench.readers import READERS, Reader
from tests.bench.scores import Read, Score

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
YARDSTICK = "trafilatura"
UNKNOWN = "replicas as pages of unknown hosts"
"""The replicas' pages once more, without rules and listing rows."""
ROUNDS = 3


def _of_unknown_host(page: Page) -> Page:
    """The page as a host's that is not known: no rules, no listing row, and no date that only the row prints."""
    printed = page.facts is None or page.facts.published_on == "page"
    truth = page.truth if printed else replace(page.truth, published_at=None)
    return replace(page, portal=None, item=None, truth=truth)


def read_all(reader: Reader, pages: list[Page]) -> list[Read]:
    """Read every page; a reader that raises has found no article."""
    results: list[Read] = []
    for page in pages:
        try:
            results.append(reader(page.body, page.url, page.headers, page.portal, page.item))
        except Exception:
            results.append(Read(None))
    return results


def measure(names: list[str], pages: list[Page]) -> tuple[dict[str, Score], dict[str, list[float]]]:
    """Return the score and the pages per second of CPU time in each round of each reader, taken in turn."""
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
    return scores, rates


def ratio(rates: dict[str, list[float]], name: str) -> str:
    """How many times as fast as the yardstick a reader is: median of the rounds, in each of which both read."""
    if YARDSTICK not in rates:
        return ""
    return f"{statistics.median(own / other for own, other in zip(rates[name], rates[YARDSTICK], strict=True)):.2f}"


def show(console: Console, title: str, scores: dict[str, Score], rates: dict[str, list[float]], *, wrong: bool) -> None:
    """Print the table of one set of pages, and every wrong field of ours."""
    table = Table(title=title, title_justify="left")
    table.add_column("reader")
    first = next(iter(scores.values()))
    for column in first.row():
        table.add_column(column, justify="right")
    table.add_column("pages/s", justify="right")
    table.add_column(f"× {YARDSTICK}", justify="right")
    for name, score in scores.items():
        table.add_row(name, *score.row().values(), f"{statistics.median(rates[name]):.1f}", ratio(rates, name))
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
    ruled = [page for pages in groups.values() for page in pages]
    if ruled:
        groups[UNKNOWN] = [_of_unknown_host(page) for page in ruled[::3]]
    for root in [*given.folders, *([SHARED] if SHARED.is_dir() else [])]:
        groups |= {f"{root.name}/{name}": pages for name, pages in folder(root).items()}
    speeds = Table("pages", "number", "mean kB", f"congtin × {YARDSTICK}", title="speed", title_justify="left")
    for title, pages in groups.items():
        scores, rates = measure(given.only, pages)
        show(console, f"{title}: {len(pages)} pages", scores, rates, wrong=given.wrong)
        size = sum(len(page.body) for page in pages) / len(pages) / 1000
        if "congtin" in rates:
            speeds.add_row(title, str(len(pages)), f"{size:.0f}", ratio(rates, "congtin"))
    console.print(speeds)
    if ruled:
        console.print(batch.table(batch.measure(ruled)))


if __name__ == "__main__":
    main()
