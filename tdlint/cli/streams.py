"""Standard input, output and error, which may be closed, full, or read by nobody any more."""

from __future__ import annotations

import contextlib
import os
import sys

from tdlint.formatters.terminal import printable


def prepare() -> None:
    """See to it that all three streams are there, and take any character.

    What stands in for a stream that was closed refuses to be read or written, as that did; a file that is opened later
    must not get its number. Characters that an encoding doesn't have are escaped, instead of ending the run.
    """
    for number, flags in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)):  # who could tell that there is no stderr?
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, flags)
    # a stream is None, whatever its type says, if it was closed when Python started
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # not on every stream that may stand in
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def tell(text: str) -> None:
    """Write a message to standard error, if that takes it; names in it can't send commands to a terminal."""
    text = "\n".join(map(printable, text.split("\n")))
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def give_up_broken() -> OSError | None:
    """Give up the streams that take nothing any more; why standard output does not, if so.

    Python flushes both once more at its end, and that must not fail again.
    """
    problems: list[OSError | None] = []
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
            problems.append(None)
        except OSError as error:
            problems.append(error)
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return problems[0]
