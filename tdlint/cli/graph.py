"""``tdlint graph``: the models that programs build."""

from __future__ import annotations

import click

from tdlint.cli.options import no_color_option, output_file_option
from tdlint.cli.reports import render_options, write
from tdlint.formatters.graph import MODULES as GRAPH_MODULES


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(), required=True, metavar="PATHS...")
@click.option(
    "--output-format",
    "--format",
    "output_format",
    type=click.Choice(list(GRAPH_MODULES)),
    default="table",
    show_default=True,
    help="How to show the models.",
)
@output_file_option
@click.option("--call", metavar="FUNCTION", help="Enter this function with its defaults, and show what it returns.")
@click.option("--model", "wanted", metavar="NAME", help="Show only the models of this name.")
@click.option("--explain-unknown", is_flag=True, help="Add what was not understood, and why.")
@no_color_option
@click.pass_context
def graph(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    output_format: str,
    output_file: str | None,
    call: str | None,
    wanted: str | None,
    explain_unknown: bool,
    no_color: bool,
) -> None:
    """Show the models that programs build: layers, output shapes and parameters.

    PATHS are scripts, notebooks and folders of them. They are read and followed; nothing of them is run.
    """
    from tdlint.formatters.graph import render as render_graph
    from tdlint.formatters.graph.table import render_unknown
    from tdlint.linting.source_models import collect, select_models

    if explain_unknown and output_format != "table":
        raise click.UsageError("--explain-unknown needs --output-format table; json always has the reasons", ctx)
    collected = collect(paths, call)
    sources = collected.sources if wanted is None else select_models(collected.sources, wanted)
    options = render_options(no_color or output_file is not None)
    parts = [render_graph(output_format, sources, options)]
    parts += [render_unknown(sources, options)] if explain_unknown else []
    write("\n\n".join(part for part in parts if part), output_file)
    for message in collected.notes:
        click.echo(f"tdlint: {message}", err=True)
    for message in collected.errors:
        click.echo(f"tdlint: error: {message}", err=True)
    ctx.exit(2 if collected.errors else 0)
