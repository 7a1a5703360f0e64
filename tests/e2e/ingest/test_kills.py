"""A death at every named point, then one more run: nothing is lost, nothing is there twice. `make soak` has the loop."""

from storage.crash import Point
from tests.e2e.crawl.site import Site
from tests.e2e.ingest.kills import by_fork, go_through
from tests.e2e.ingest.site import House
from tests.invariants import broken


def test_a_death_at_every_point(house: House, paged: Site) -> None:
    go_through(house, paged, list(Point), by_fork)
    assert not broken(house.engine, house.var)
