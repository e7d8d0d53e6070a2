"""``tdlint inspect``: the account of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tdlint.cli.options import no_color_option, output_file_option, rule_options, settings_options, words
from tdlint.cli.reports import render_options, settings_of, write
from tdlint.formatters.inspection import FORMATS, TABLES
from tdlint.formatters.inspection.view import COLUMN_NAMES, View

if TYPE_CHECKING:
    from tdlint.inspector import Account


@click.command()
@click.argument("target")
@click.option(
    "--output-format",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to show it; all but table, html and json have only what rules report.",
)
@output_file_option
@click.option("--samples", type=click.IntRange(1), metavar="N", help="How many samples it is trained on.")
@click.option(
    "--data",
    metavar="DATA",
    help="Measure the model on data: an .npz file with x and y, or a function (data.py:load) that returns (x, y) or "
    "batches. This loads a .keras file with Keras, in safe mode.",
)
@click.option("--batch-size", type=click.IntRange(1), metavar="N", help="Samples in a batch of --data. Default: 32.")
@click.option("--max-batches", type=click.IntRange(1), metavar="N", help="Use the first N batches. Default: 100.")
@click.option(
    "--columns",
    multiple=True,
    callback=words,
    metavar="NAMES",
    help="Columns of the table: " + ", ".join(COLUMN_NAMES) + ".",
)
@click.option("--sort", metavar="NAME", help="Sort by this column; numbers from the largest down.")
@click.option("--depth", type=click.IntRange(min=1), help="Take models that lie this deep together, each in one row.")
@click.option("--weights", is_flag=True, help="A row for each weight instead of each layer.")
@rule_options
@settings_options
@no_color_option
@click.pass_context
def inspect(
    ctx: click.Context,
    /,
    target: str,
    output_format: str,
    output_file: str | None,
    samples: int | None,
    data: str | None,
    batch_size: int | None,
    max_batches: int | None,
    columns: tuple[str, ...],
    sort: str | None,
    depth: int | None,
    weights: bool,
    no_color: bool,
    **given: Any,
) -> None:
    """Account for the regularization of a model.

    TARGET is a model file (model.keras), or a model or a function that makes one, in a module
    (package.module:build_model) or in a file (train.py:model). A model file is read without Keras, and nothing in it is
    executed, unless --data asks to compute with it.
    """
    from dataclasses import replace

    from tdlint.formatters.inspection import render
    from tdlint.inspector import inspect_target
    from tdlint.linting.engine import check_graph
    from tdlint.linting.registry import load_rules
    from tdlint.linting.selection import check_selectors

    if data is None and (batch_size or max_batches):
        raise click.UsageError("--batch-size and --max-batches are for --data")
    view = View(columns, depth, sort, weights)
    _check_view(view, output_format)
    rules, settings = load_rules(), settings_of((), **given)
    check_selectors(settings, rules)
    account = inspect_target(target) if data is None else _measured(target, data, batch_size, max_batches)
    account = replace(account, samples=samples or account.samples)
    if settings.source("keras_version") == "default":
        settings = replace(settings, keras_version=account.keras)  # the model says itself what it is made for
    account = replace(account, diagnostics=check_graph(account.model, account.source, settings, rules))
    options = render_options(no_color or output_file is not None, rules)
    write(render(output_format, account, options, view), output_file)
    ctx.exit(1 if account.diagnostics else 0)


def _measured(target: str, data: str, batch_size: int | None, max_batches: int | None) -> Account:
    from tdlint.inspector.measure.session import BATCH_SIZE, MAX_BATCHES
    from tdlint.inspector.measure.target import measure_target

    return measure_target(target, data, batch_size or BATCH_SIZE, max_batches or MAX_BATCHES)


def _check_view(view: View, output_format: str) -> None:
    """See to it that a view can be had.

    Raises:
        click.UsageError: it can't, in this format.
    """
    from tdlint.formatters.inspection.columns import check_columns

    if view != View() and output_format not in TABLES:
        raise click.UsageError(f"--columns, --sort, --depth and --weights need --output-format {' or '.join(TABLES)}")
    if view.weights and view.depth is not None:
        raise click.UsageError("--weights has a row for each weight, so it can't be joined with --depth")
    check_columns((*view.columns, *([view.sort] if view.sort is not None else [])))
