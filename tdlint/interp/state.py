"""The state of an interpreted program: names of every live frame and the contents of every mutable object.

A state is forked where paths part and joined where they meet. Objects are frozen; changing one puts another in its
place, so that forks share what did not change.
"""

from __future__ import annotations

import operator

from tdlint.interp.heap import Heap, Names
from tdlint.interp.joining import join_frames, join_heaps, lose
from tdlint.interp.paged import PagedDict
from tdlint.shapes import AnyShape
from tdlint.values import Value


class State:
    """Frames and heap. ``dead`` says that no path leads here (after ``return``, ``raise``, ``break``).

    Forks share frames until one of them writes: ``own`` gives the frame to write to. Nothing ever leaves the heap.
    ``built`` has the input shapes that layers and models were called on by key, None where that differs between paths.
    """

    __slots__ = ("_mine", "built", "dead", "frames", "heap", "modules")

    def __init__(self) -> None:
        self.frames: PagedDict[int, Names] = PagedDict()
        self.heap: Heap = PagedDict()
        self.built: PagedDict[int, tuple[AnyShape, ...] | None] = PagedDict()
        self.dead = False
        self.modules: set[int] = set()
        self._mine: set[int] = set()

    def fork(self) -> State:
        """A copy that changes by itself."""
        other = State()
        other.frames = self.frames.copy()
        other.heap = self.heap.copy()
        other.built = self.built.copy()
        other.dead = self.dead
        other.modules = self.modules
        self._mine = set()
        return other

    def add_frame(self, number: int, module: bool) -> None:
        """A new, empty frame, that of a module or another."""
        self.frames[number] = PagedDict() if module else {}
        self._mine.add(number)
        if module:
            self.modules.add(number)

    def own(self, number: int) -> Names:
        """The frame, to be written to."""
        frame = self.frames[number]
        if number not in self._mine:
            frame = self.frames[number] = frame.copy()
            self._mine.add(number)
        return frame

    def share(self, number: int, other: State) -> None:
        """Take the frame that another state has."""
        self.frames[number] = other.frames[number]
        self._mine.discard(number)
        other._mine.discard(number)


def _same_names(left: Names, right: Names) -> bool:
    """Whether the frames of a function have become the same again, so that no later join need look at them."""
    return (
        isinstance(left, dict)
        and len(left) == len(right)
        and all(map(operator.is_, left, right))
        and all(map(operator.is_, left.values(), right.values()))
    )


def join_states(left: State, right: State) -> State:
    """The state after a place where two paths meet."""
    if left.dead:
        return right
    if right.dead:
        return left
    lost: list[Value] = []
    join_heaps(left.heap, right.heap, lost)
    for key in left.built.differing(right.built):
        if left.built.get(key) != right.built.get(key):
            left.built[key] = None
    for number in left.frames.offered(right.frames):
        frame = right.frames[number]
        have = left.frames.setdefault(number, frame)
        if have is not frame and _same_names(have, frame):
            left.share(number, right)
        elif have is not frame:
            join_frames(left.own(number), frame, lost, number in left.modules)
    lose(left.heap, lost)
    return left
