"""``tdlint server``: the language server."""

from __future__ import annotations

from importlib.util import find_spec

import click


@click.command()
@click.pass_context
def server(ctx: click.Context, /) -> None:
    """Serve an editor over standard input and output (Language Server Protocol).

    Editors start it themselves: docs/EDITORS.md says how to tell them. Needs tdlint[lsp].
    """
    if find_spec("pygls") is None:
        raise click.ClickException("the server needs pygls: pip install 'tdlint[lsp]'")
    from tdlint.server import serve

    ctx.exit(serve())
