"""Changes on the disk, as the library watchfiles tells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

SETTLED = 50
"""Milliseconds without a change after which those that were seen are taken together."""

AT_MOST = 1000
"""Milliseconds for which changes that go on are collected."""

LOOK = 100
"""Milliseconds for which the library waits, if nothing changes, before it gives back control."""


class DiskEvents:
    """What happens in some folders, not in those within them, since they are watched."""

    def __init__(self) -> None:
        self.folders: frozenset[str] = frozenset()
        self._stream: Any = None
        self._waiting: set[str] = set()

    def watch(self, folders: Callable[[], frozenset[str]]) -> bool:
        """Watch at least these folders; gives whether one of them was not watched before.

        Raises:
            click.ClickException: they can't be watched.
        """
        if folders() <= self.folders:
            return False
        self._waiting |= self._seen()
        for last in (False, False, True):
            self._close()
            wanted = folders()
            try:
                self._open(wanted)
            except OSError as error:
                # a folder may have gone away between the look at it and this
                if last or wanted == folders():
                    raise click.ClickException(f"can't watch for changes: {error}") from None
            else:
                break
        return True

    def next(self) -> set[str]:
        """The paths of what has changed, or nothing after a while; waits for it."""
        if not self._waiting:
            return self._seen()
        found, self._waiting = self._waiting, set()
        return found

    def _open(self, folders: frozenset[str]) -> None:
        from watchfiles import watch

        self._stream = watch(
            *sorted(folders),
            watch_filter=None,
            debounce=AT_MOST,
            step=SETTLED,
            rust_timeout=LOOK,
            yield_on_timeout=True,
            recursive=False,
            ignore_permission_denied=True,
        )
        self.folders = folders
        self._waiting |= self._seen()  # the library watches from now on

    def _seen(self) -> set[str]:
        if self._stream is None:
            return set()
        found = {path for _, path in next(self._stream)}
        # one that was replaced is another folder, which nobody watches
        self.folders -= {path for path in found if path in self.folders}
        return found

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream, self.folders = None, frozenset()
