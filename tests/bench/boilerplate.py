"""`make bench-boilerplate`: how much boilerplate is in the text against the number of pages that were learned from.

python -m tests.bench.boilerplate [SEED …]: hosts without a rule, in skins of our own and in those of the replicas.
"""

import argparse
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from crawlers.reading import read_and_observe, read_page
from crawlers.reading.template import Template, learn
from storage.records import Article
from tests.bench.corpus import Page
from tests.bench.furnished import furnished_pages
from tests.bench.replica_pages import replica_pages
from tests.bench.scores import Read, Score

STEPS = (0, 1, 2, 3, 5, 8, 13, 21)
"""Numbers of pages seen."""


def curve(pages: Sequence[Page], steps: Sequence[int] = STEPS) -> dict[int, Score]:
    """Return the scores of the pages after the last step's, by the number of pages learned from; none has rules."""
    first, rest = pages[: steps[-1]], pages[steps[-1] :]
    seen = [
        page
        for _, page in (
            read_and_observe(page.body, url=page.url, headers=page.headers, observed=True) for page in first
        )
        if page is not None
    ]
    scores = {}
    for count in steps:
        template = Template.of(learn(seen[:count]))
        scores[count] = score = Score()
        for page in rest:
            got = read_page(page.body, url=page.url, headers=page.headers, template=template)
            read = Read(None)
            if isinstance(got, Article):
                read = Read(got.full_text, got.title, got.published_at, got.authors)
            score.add(page.name, read, page.truth)
    return scores


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("seeds", nargs="*", type=int, default=[20261124, 20261125])
    parser.add_argument("--articles", type=int, default=45, help="pages of each host")
    parser.add_argument("--wrong", action="store_true", help="list what is wrong at the last step")
    given = parser.parse_args()
    console = Console(width=120)
    for kind, source in (("furnished", furnished_pages), ("replicas", replica_pages)):
        sums: dict[int, list[Score]] = {step: [] for step in STEPS}
        for seed in given.seeds:
            for pages in source(seed, given.articles).values():
                for step, score in curve([page for page in pages if page.truth.article]).items():
                    sums[step].append(score)
        table = Table(title=f"{kind}: {len(sums[0])} hosts", title_justify="left")
        for column in ("pages seen", "text F1", "leak", "articles refused", "worst text F1", "worst leak"):
            table.add_column(column, justify="right")
        for step, scores in sums.items():
            texts = [score.token_f1 / score.articles for score in scores]
            leaks = [score.leaked / max(score.words, 1) for score in scores]
            table.add_row(
                str(step),
                f"{sum(texts) / len(texts):.4f}",
                f"{sum(leaks) / len(leaks):.4f}",
                f"{sum(score.missed for score in scores)}/{sum(score.articles for score in scores)}",
                f"{min(texts):.4f}",
                f"{max(leaks):.4f}",
            )
        console.print(table)
        if given.wrong:
            for page, field, got, want in (line for score in sums[STEPS[-1]] for line in score.wrong):
                console.print(f"  {page} · {field}\n    got  {got!r}\n    want {want!r}", markup=False, highlight=False)


if __name__ == "__main__":
    main()
