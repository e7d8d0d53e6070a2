"""The conditions under which a source is analysed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_RECURSION_LIMIT = 6000


@contextmanager
def undisturbed() -> Iterator[None]:
    """No cyclic garbage collection, which would walk the syntax tree over and over, and room for deep trees."""
    collecting, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    # what is there is in use, or has no cycles: the collector need not walk over the trees that are kept
    gc.freeze()
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        gc.collect()
        if collecting:
            gc.enable()
