"""The language server: what is found in a program, while someone writes it.

The server's process speaks the protocol and never analyses anything; a worker process does, which it ends and starts
again where a check does not come to an end.
"""

from __future__ import annotations

import os
import signal
import sys

__all__ = ["serve"]


def serve(time_limit: float | None = None) -> int:
    """Serve one client over standard input and output until it leaves; returns the exit code.

    ``time_limit`` is how many seconds one check may take.
    """
    import logging

    from tdlint.server.features import make_server

    # the log of pygls has tracebacks; what a user should know is sent to the client
    logging.getLogger("pygls").addHandler(logging.NullHandler())
    logging.getLogger("pygls").propagate = bool(os.environ.get("TDLINT_DEBUG"))
    server = make_server() if time_limit is None else make_server(time_limit)
    # nothing but messages may reach the client
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        # the thread that waits for input can't be told to stop; the worker ends with its input
        signal.signal(interrupt, lambda *_: os._exit(1))
    server.start_io(sys.stdin.buffer, output)
    return 0 if server.told_to_end else 1
