"""Operating from Prefect: deployments, server, worker, and what is put right when one of them died."""
