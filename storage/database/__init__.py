"""The database: index and memory of the archive, and the product that consumers read through the `v1_*` views."""
