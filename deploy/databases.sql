-- Prefect's server has a database of its own beside congtin's. Run once, when PostgreSQL's volume is empty.
CREATE DATABASE prefect;
