"""The program ``tdlint``: runs a command and turns every error into a message and an exit code.

0: clean; 1: diagnostics; 2: the tool, its configuration or its use failed; 130: interrupted; 141: the reader went away.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from tdlint.cli import ReaderGone, cli
from tdlint.errors import UsageError

INTERRUPTED = 130
READER_GONE = 141


def main() -> None:
    """The entry point of the installed program."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code and raises nothing."""
    _survive_any_encoding()
    try:
        code = cli.main(list(arguments), prog_name="tdlint", standalone_mode=False)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "tdlint"
        return _fail(f"{error.format_message()}\nTry '{path} --help'.")
    except click.ClickException as error:
        return _fail(error.format_message())
    except UsageError as error:
        return _fail(str(error))
    except (click.Abort, KeyboardInterrupt):
        click.echo("tdlint: interrupted", err=True)
        return INTERRUPTED
    except ReaderGone:
        # Python flushes standard output once more at its end; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except Exception as error:  # the last resort: a traceback tells users nothing
        return _defect(error)
    return code if isinstance(code, int) else 0


def _survive_any_encoding() -> None:
    """Characters that a terminal's encoding doesn't have are escaped, instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # not on every stream that may stand in
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _fail(message: str) -> int:
    click.echo(f"tdlint: error: {message}", err=True)
    return 2


def _defect(error: Exception) -> int:
    if os.environ.get("TDLINT_DEBUG"):
        traceback.print_exception(error)
    text = str(error) or "no message"
    return _fail(
        f"this is a bug in tdlint, please report it: {type(error).__name__}: {text}\n"
        "Set the environment variable TDLINT_DEBUG=1 to see where it happened."
    )


if __name__ == "__main__":
    main()
