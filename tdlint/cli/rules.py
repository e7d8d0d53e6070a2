"""``tdlint rule`` and ``tdlint rules``: the pages of rules and their list."""

from __future__ import annotations

import click

from tdlint.cli.options import complete_rules, no_color_option, table_or_json
from tdlint.cli.reports import render_options, tell_left_out, write


@click.command("rule")
@click.argument("code_or_name", shell_complete=complete_rules)
@no_color_option
def show_rule(code_or_name: str, no_color: bool) -> None:
    """Show the page of a rule, by its code or name."""
    from tdlint.formatters.rules import render_page
    from tdlint.linting.registry import load_packs

    loaded = load_packs()
    known = {word: rule for rule in loaded.rules for word in (rule.code, rule.name())}
    wanted = code_or_name if code_or_name in known else code_or_name.upper()
    if wanted not in known:
        from tdlint.config import did_you_mean

        tell_left_out(loaded)
        raise click.UsageError(f"no rule is called `{code_or_name}`{did_you_mean(code_or_name, known)}")
    write(render_page(known[wanted], render_options(no_color)))


@click.command("rules")
@table_or_json
@no_color_option
@click.pass_context
def list_rules(ctx: click.Context, /, output_format: str, no_color: bool) -> None:
    """List all rules."""
    from tdlint.formatters.rules import render_json, render_list
    from tdlint.linting.registry import load_packs

    loaded = load_packs()
    rules = loaded.rules
    write(render_json(rules) if output_format == "json" else render_list(rules, render_options(no_color)))
    tell_left_out(loaded)
    ctx.exit(2 if loaded.problems else 0)
