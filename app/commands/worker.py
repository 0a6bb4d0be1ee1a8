"""`crrc worker` and `crrc scheduler`: the background processes. Run as many of each as you like."""

import click


@click.command("worker")
def worker() -> None:
    """Lance un automate : il réagit aux nouvelles et envoie les courriels (SIGTERM l’arrête proprement)."""
    from app.watching import traces
    from app.worker import run

    traces.begin("crrc-worker")
    run()


@click.command("scheduler")
def scheduler() -> None:
    """Lance l’horloge : échéances, relais des nouvelles, relances (plusieurs peuvent tourner à la fois)."""
    from app.schedule import run

    run()
