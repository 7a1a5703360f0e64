"""What happens to a page and when: the steps from plan to verdict, the Prefect flows around them, the commands."""
