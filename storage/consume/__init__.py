"""What consumers read: the `v1_*` views, their dictionary, and the queries of the `congtin` command."""
