"""What the pages about the configuration and the command line have from the code: every key, command and option."""

from __future__ import annotations

import inspect
import re
from typing import Any

import click

from tdlint.cli import cli
from tdlint.config import Settings, settings_table
from tdlint.settings_schema import schema

EXAMPLES = {
    "select": '["TDL1", "missing-metric"]',
    "extend-select": '["TDL6"]',
    "ignore": '["timedistributed-dense"]',
    "per-file-ignores": '{ "tests/*" = ["TDL5"] }',
    "exclude": '["build", "old_experiments"]',
    "extend-exclude": '["*_generated.py"]',
    "keras-version": '"2.15"',
    "min-severity": '"error"',
    "unsafe-fixes": "true",
    "unfixable": '["TDL815"]',
    "output-format": '"concise"',
    "baseline": '"tdlint-baseline.json"',
    "cache-dir": '".cache/tdlint"',
}
"""A value for each key; a test holds them to the schema."""


def settings() -> str:
    """Every key of ``[tool.tdlint]``: what it means, its type, default, option and an example."""
    defaults = {key: shown for key, shown, _ in settings_table(Settings())}
    options = {max(param.opts, key=len) for param in cli.commands["check"].params if isinstance(param, click.Option)}
    parts = []
    for key, described in schema()["properties"].items():
        option = f"`--{key}`" if f"--{key}" in options else "none, only in the file"
        rows = [
            f"- type: {_type(described)}",
            f"- default: {_default(defaults[key])}",
            f"- option: {option}",
        ]
        example = f"```toml\n[tool.tdlint]\n{key} = {EXAMPLES[key]}\n```"
        parts.append("\n\n".join([f"### `{key}` {{ #{key} }}", described["description"], "\n".join(rows), example]))
    return "\n\n".join(parts)


def _default(shown: str) -> str:
    words = shown.split(", ")
    if shown.startswith("("):
        return shown.strip("()")
    return ", ".join(f"`{word}`" for word in words)


def _type(described: dict[str, Any]) -> str:
    if "enum" in described:
        return "one of " + ", ".join(f"`{value}`" for value in described["enum"])
    kind = described["type"]
    if kind == "array":
        return "list of texts"
    if kind == "object":
        return "table from a glob to a list of rules"
    return {"string": "text", "boolean": "`true` or `false`"}[kind]


def commands() -> str:
    """Every command with its arguments and options, as ``--help`` has them."""
    context = click.Context(cli, info_name="tdlint")
    return "\n\n".join(_command(name, cli.commands[name], context) for name in sorted(cli.commands))


def _command(name: str, command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join([f"tdlint {name}", *command.collect_usage_pieces(context)])
    parts = [f"## `tdlint {name}` {{ #{name} }}", f"```text\n{usage}\n```", _paragraphs(command.help or "")]
    options = [_option(param, context) for param in command.get_params(context) if isinstance(param, click.Option)]
    return "\n\n".join([*parts, *options])


def _paragraphs(text: str) -> str:
    text = inspect.cleandoc(text.replace("\b\n", ""))
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text).strip()


def _option(option: click.Option, context: click.Context) -> str:
    """The option with an anchor: ``check--select``."""
    names, meaning = option.get_help_record(context) or ("", "")
    anchor = f"{context.info_name}{max(option.opts, key=len)}"
    meaning = re.sub(r"\s*\[default: (.*)\]", r" Default: `\1`.", re.sub(r"\s+", " ", meaning))
    return f'<span id="{anchor}"></span>`{names}`\n:   {meaning}'
