"""Measurements side by side with peers: ratios of one run, never timed assertions."""
