"""``tdlint inspect``: the account of a model."""

from __future__ import annotations

from typing import Any

import click

from tdlint.cli.options import (
    no_color_option,
    output_file_option,
    rule_options,
    settings_options,
    table_or_json,
)
from tdlint.cli.reports import render_options, settings_of, write


@click.command()
@click.argument("target")
@table_or_json
@output_file_option
@click.option("--samples", type=click.IntRange(1), metavar="N", help="How many samples it is trained on.")
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
    no_color: bool,
    **given: Any,
) -> None:
    """Account for the regularization of a model.

    TARGET is a model file (model.keras), or a model or a function that makes one, in a module
    (package.module:build_model) or in a file (train.py:model). A model file is read without Keras; nothing in it is
    executed.
    """
    from dataclasses import replace

    from tdlint.formatters.inspection import render
    from tdlint.inspector import inspect_target
    from tdlint.linting.engine import check_graph
    from tdlint.linting.registry import load_rules
    from tdlint.linting.selection import check_selectors

    rules, settings = load_rules(), settings_of((), **given)
    check_selectors(settings, rules)
    account = replace(inspect_target(target), samples=samples)
    if settings.source("keras_version") == "default":
        settings = replace(settings, keras_version=account.keras)  # the model says itself what it is made for
    account = replace(account, diagnostics=check_graph(account.model, account.source, settings, rules))
    options = render_options(no_color or output_file is not None)
    write(render(output_format, account, options), output_file)
    ctx.exit(1 if account.diagnostics else 0)
