"""Long runs: kills, and the demo as a whole."""
