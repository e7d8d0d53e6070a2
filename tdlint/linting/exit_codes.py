"""How a process ended, in words."""

from __future__ import annotations

import signal


def manner_of(exit_code: int) -> str:
    """``with exit code 3`` or ``by the signal SIGKILL``."""
    if exit_code >= 0:
        return f"with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = str(-exit_code)
    return f"by the signal {name}"


def how_it_ended(exit_code: int | None) -> str:
    """The end of a process as a predicate, such as ``was ended by the signal SIGSEGV``; None: its end is not known."""
    if exit_code is None:
        return "closed its pipe"
    return f"{'ended' if exit_code >= 0 else 'was ended'} {manner_of(exit_code)}"
