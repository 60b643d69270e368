"""`python -m paper_figures list`: the figures by name."""

import typer


def list_() -> None:
    """List the figures: name and what each shows."""
    from paper_figures.registry import REGISTRY

    width = max(map(len, REGISTRY))
    for name, figure in REGISTRY.items():
        typer.echo(f"{name:<{width}}  {figure.title}")
