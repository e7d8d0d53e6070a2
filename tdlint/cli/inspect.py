"""``tdlint inspect``: the account of a model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from tdlint.cli.budgets import Limits, budget_options
from tdlint.cli.options import no_color_option, output_file_option, rule_options, settings_options, taken, words
from tdlint.cli.reports import render_options, settings_of, write
from tdlint.formatters.inspection import FORMATS, TABLES
from tdlint.formatters.inspection.view import COLUMN_NAMES, View

if TYPE_CHECKING:
    from tdlint.config import Settings
    from tdlint.formatters.options import Options
    from tdlint.inspector.accounting.account import Account
    from tdlint.linting.registry import Loaded


@dataclass(frozen=True)
class _Source:
    """Where the account comes from: what is read, and the data that it is measured on."""

    target: str
    architecture: str | None
    args: tuple[str, ...]
    shapes_only: bool
    data: str | None
    batch_size: int | None
    max_batches: int | None

    def check(self, compared: bool) -> None:
        """See to it that what was asked for goes together.

        Raises:
            click.UsageError: it does not.
        """
        if self.data is None:
            if self.batch_size or self.max_batches:
                raise click.UsageError("--batch-size and --max-batches are for --data")
        elif compared:
            raise click.UsageError("--compare does not measure: leave out --data")
        elif self.architecture is not None or self.shapes_only:
            raise click.UsageError(
                "--data computes with the model: it can't be joined with --architecture or --shapes-only"
            )

    def account(self) -> Account:
        """The account of the model, with what was measured."""
        from tdlint.inspector import inspect_target
        from tdlint.inspector.live.made import parse_argument

        arguments = tuple(map(parse_argument, self.args))
        if self.data is None:
            return inspect_target(self.target, self.architecture, arguments, values=not self.shapes_only)
        from tdlint.inspector.measure.session import BATCH_SIZE, MAX_BATCHES
        from tdlint.inspector.measure.target import measure_target

        size, most = self.batch_size or BATCH_SIZE, self.max_batches or MAX_BATCHES
        return measure_target(self.target, self.data, size, most, arguments)


@click.command()
@click.argument("target", type=click.Path())
@click.option(
    "--architecture",
    metavar="TARGET",
    help="Where TARGET is weights alone: what has the config, such as model.json or train.py:build_model.",
)
@click.option("--arg", "args", multiple=True, metavar="NAME=VALUE", help="An argument of the function; repeatable.")
@click.option("--shapes-only", is_flag=True, help="Read and allocate no weight: what is expected, from shapes alone.")
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
@click.option("--compare", metavar="MODEL", help="Show what changed from this model to TARGET; table or json.")
@budget_options
@rule_options
@settings_options
@no_color_option
@click.pass_context
def inspect(
    ctx: click.Context,
    /,
    output_format: str,
    output_file: str | None,
    samples: int | None,
    compare: str | None,
    no_color: bool,
    **given: Any,
) -> None:
    """Account for the regularization of a model.

    TARGET is a model file (model.keras, model.h5), weights (model.weights.h5), a config (model.json), a folder of
    them, or a model or a function that makes one, in a module (package.module:build_model) or in a file
    (train.py:model). A file is read without Keras, and nothing in it is executed, unless --data asks to compute with
    it.

    Exit codes: 0 nothing was found; 1 rules report something, a limit is exceeded, or with --compare something changed;
    2 tdlint failed, or a limit can't be checked as its number is not known.
    """
    from tdlint.formatters.inspection import render
    from tdlint.inspector import inspect_target
    from tdlint.linting.registry import load_packs
    from tdlint.linting.selection import check_selectors

    source, view, limits = taken(_Source, given), taken(View, given), taken(Limits, given)
    source.check(compare is not None)
    _check_view(view, output_format)
    loaded = load_packs()
    rules = loaded.rules
    settings = loaded.settings_for(settings_of((), **limits.with_rules(given, rules)))
    check_selectors(settings, rules)
    if limits.fail_on and settings.min_severity is not None:
        raise click.UsageError("--fail-on can't be joined with a least severity, which may leave its rules out", ctx)
    account = source.account()
    account = _checked(replace(account, samples=samples or account.samples), settings, loaded)
    options = render_options(no_color or output_file is not None, rules)
    code = 0
    if compare is None:
        text = render(output_format, account, options, view)
    else:
        former = _checked(inspect_target(compare), settings, loaded)
        text, code = _comparison(account, former, output_format, options, view)
    write(text, output_file)
    if compare is None or limits:
        code = max(code, limits.exit_code(account, rules))
    ctx.exit(code)


def _checked(account: Account, settings: Settings, loaded: Loaded) -> Account:
    """An account with what the rules say of the model."""
    from tdlint.linting.engine import check_graph

    if settings.source("keras_version") == "default":
        settings = replace(settings, keras_version=account.keras)  # the model says itself what it is made for
    found = check_graph(account.model, account.source, settings, loaded.rules)
    return replace(account, diagnostics=(*loaded.told_of(account.source), *found))


def _comparison(account: Account, former: Account, output_format: str, options: Options, view: View) -> tuple[str, int]:
    """What changed, and the exit code.

    Raises:
        click.UsageError: there is no such format of a comparison.
    """
    from tdlint.formatters.inspection import comparison, comparison_json
    from tdlint.inspector.comparison import compare

    if output_format not in ("table", "json"):
        raise click.UsageError("--compare needs --output-format table or json")
    if view != View():
        raise click.UsageError("--compare has a table of its own: leave out --columns, --sort, --depth and --weights")
    found = compare(former, account)
    text = comparison_json.render(found) if output_format == "json" else comparison.render(found, options)
    return text, int(found.differs)


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
