"""``tdlint server``: the language server."""

from __future__ import annotations

from importlib.util import find_spec

import click

from tdlint.sources.contents import why_not


@click.command()
@click.pass_context
def server(ctx: click.Context, /) -> None:
    """Serve an editor over standard input and output (Language Server Protocol).

    Editors start it themselves: docs/EDITORS.md says how to tell them. Needs tdlint[lsp].
    """
    if find_spec("pygls") is None:
        raise click.ClickException("the server needs pygls: pip install 'tdlint[lsp]'")
    from tdlint.server import serve

    try:
        ctx.exit(serve())
    except OSError as error:
        raise click.ClickException(f"standard input or output can't be used: {why_not(error)}") from None
