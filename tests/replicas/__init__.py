"""Replicas of the five portals, for tests and the demo: real mechanisms and full boilerplate on loopback.

They share no code with the product, so that they test it honestly. `with serve(seed=1) as replicas:` runs them.
"""

from tests.replicas.chrome import BOILERPLATE_LINES
from tests.replicas.client import Logged, Replicas, serve
from tests.replicas.faults import Fault
from tests.replicas.model import Special, TrueFile, TrueImage, Truth

__all__ = ["BOILERPLATE_LINES", "Fault", "Logged", "Replicas", "Special", "TrueFile", "TrueImage", "Truth", "serve"]
