"""The program ``tdlint``: runs a command and turns every error into a message and an exit code.

0: clean; 1: diagnostics; 2: the tool, its configuration or its use failed; 130: interrupted (143 by SIGTERM, 129 by
SIGHUP); 141: the reader went away.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from tdlint.cli import ReaderGone, cli, signals, streams
from tdlint.errors import UsageError
from tdlint.sources.contents import why_not

READER_GONE = 141
_TOO_MANY = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
# What is said of a stream; where anything else is written, it is caught there.
_FULL = (errno.EBADF, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.ENOSPC)


def main() -> None:
    """The entry point of the installed program."""
    try:
        signals.listen()
        code = run(sys.argv[1:])
        streams.give_up_broken()
    except KeyboardInterrupt as error:  # before the command began, or after it
        code = _ended(signals.Interrupted(error))
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code and raises nothing."""
    streams.prepare()
    try:
        code = cli.main(list(arguments), prog_name="tdlint", standalone_mode=False)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "tdlint"
        return _fail(f"{error.format_message()}\nTry '{path} --help'.")
    except click.ClickException as error:
        return _fail(error.format_message())
    except UsageError as error:
        return _fail(str(error))
    except signals.Interrupted as interrupted:
        return _ended(interrupted)
    except (click.Abort, KeyboardInterrupt) as error:
        return _ended(signals.Interrupted(error.__cause__ or error))
    except (ReaderGone, SystemExit):  # click, which writes its help itself, has no other reason to exit
        streams.give_up_broken()
        return READER_GONE
    except OSError as error:
        return _refused(error)
    except MemoryError:
        return _fail("out of memory; give fewer files, or one process: -j 1")
    except Exception as error:  # the last resort: a traceback tells users nothing
        return _defect(error)
    return code if isinstance(code, int) else 0


def _ended(interrupted: signals.Interrupted) -> int:
    streams.tell(f"tdlint: {interrupted}")
    return interrupted.exit_code


def _fail(message: str) -> int:
    streams.tell(f"tdlint: error: {message}")
    return 2


def _refused(error: OSError) -> int:
    """Say what the system has refused, which nothing could be done about where it happened."""
    try:
        Path.cwd()
    except OSError:
        return _fail("the current folder does not exist any more; change into one that does")
    lost = streams.give_up_broken()
    if lost is not None or (error.filename is None and error.errno in _FULL):
        return _fail(f"standard output can't be written: {why_not(lost or error)}")
    if error.errno in _TOO_MANY:
        return _fail(f"{why_not(error)}; give fewer files, or one process: -j 1")
    if error.filename is None:
        return _defect(error)
    if os.environ.get("TDLINT_DEBUG"):
        traceback.print_exception(error)
    return _fail(f"{error.filename}: {why_not(error)}")


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
