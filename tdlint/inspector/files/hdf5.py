"""The weights in an HDF5 file as ``Found``: groups walked without following links, values read in blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tdlint.inspector.accounting.held import Found
from tdlint.inspector.errors import ModelFileError

if TYPE_CHECKING:
    import h5py

    from tdlint.inspector.accounting.held import Blocks

MAX_DEPTH = 64
MAX_OBJECTS = 1_000_000
BLOCK_BYTES = 8 * 2**20
MAX_RATIO = 1000
_RATIO_MATTERS_FROM = 64 * 2**20


class Tree:
    """A group of a weights file, or the same group of all files among which the weights are shared out.

    Only hard links are followed; every object is seen once. ``values`` says whether weights are read, or only measured.
    """

    def __init__(
        self,
        *parts: h5py.Group,
        path: str = "",
        depth: int = 0,
        budget: list[int] | None = None,
        values: bool = True,
    ) -> None:
        self.parts = parts
        self.path = path
        self.depth = depth
        self.values = values
        self._budget = budget if budget is not None else [MAX_OBJECTS]

    def _place(self, name: str) -> str:
        return f"{self.path}/{name}" if self.path else name

    def _children(self) -> Iterator[tuple[str, Any]]:
        import h5py

        if self.depth > MAX_DEPTH:
            raise ModelFileError(self.path, f"groups are nested more than {MAX_DEPTH} deep")
        for part in self.parts:
            for name in part:
                self._budget[0] -= 1
                if self._budget[0] < 0:
                    raise ModelFileError(self.path, f"more than {MAX_OBJECTS} objects")
                if not isinstance(part.get(name, getlink=True), h5py.HardLink):
                    raise ModelFileError(self._place(str(name)), "a soft or external link, which is refused")
                yield str(name), part[name]

    def groups(self) -> dict[str, Tree]:
        """The groups in this one, by name."""
        import h5py

        found: dict[str, list[h5py.Group]] = {}
        for name, child in self._children():
            if isinstance(child, h5py.Group):
                found.setdefault(name, []).append(child)
        return {
            name: Tree(*parts, path=self._place(name), depth=self.depth + 1, budget=self._budget, values=self.values)
            for name, parts in found.items()
        }

    def datasets(self) -> dict[str, h5py.Dataset]:
        """The datasets in this group, by name, numbers in their order."""
        import h5py

        found: dict[str, h5py.Dataset] = {}
        for name, child in self._children():
            if isinstance(child, h5py.Dataset):
                if name in found:
                    raise ModelFileError(self._place(name), "the weight is in two of the files")
                found[name] = child
        return dict(
            sorted(found.items(), key=lambda item: (0, int(item[0]), "") if item[0].isdecimal() else (1, 0, item[0]))
        )

    def _attribute(self, name: str) -> Any:
        return next((value for part in self.parts if (value := part.attrs.get(name)) is not None), None)

    def text(self, attribute: str) -> str | None:
        """An attribute that is a text."""
        value = self._attribute(attribute)
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else None

    def texts(self, attribute: str) -> tuple[str, ...]:
        """An attribute that is a list of texts; long ones are saved in numbered parts."""
        parts = [self._attribute(attribute)]
        if parts[0] is None:
            parts = []
            while (part := self._attribute(f"{attribute}{len(parts)}")) is not None:
                parts.append(part)
        return tuple(
            item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for part in parts for item in part
        )

    def found(self, dataset: h5py.Dataset, path: str, where: str) -> Found:
        """A dataset as a weight; ``path`` is its place within the layer, ``where`` that in the file.

        Raises:
            ModelFileError: its data lie outside of the file, or it claims to be far larger than what is stored.
        """
        if dataset.is_virtual or dataset.external:
            raise ModelFileError(where, "its data lie in another file, which is refused")
        shape = dataset.shape
        if shape is None:
            raise ModelFileError(where, "a dataset without a shape")
        claimed, stored = math.prod(shape) * dataset.dtype.itemsize, dataset.id.get_storage_size()
        if claimed > _RATIO_MATTERS_FROM and claimed > MAX_RATIO * stored:
            raise ModelFileError(where, f"claims {claimed} bytes, {stored} are stored")
        read = (lambda: _read(dataset, where)) if self.values else None
        return Found(path, tuple(int(size) for size in shape), read)


def _read(dataset: h5py.Dataset, where: str) -> Blocks:
    import numpy

    shape = dataset.shape
    if math.prod(shape) == 0:
        return
    try:
        if not shape:
            yield _numbers(numpy.asarray(dataset[()]), dataset, where)
            return
        row = max(1, math.prod(shape[1:]) * dataset.dtype.itemsize)
        if row <= BLOCK_BYTES or len(shape) == 1:
            step = max(1, BLOCK_BYTES // row)
            for start in range(0, shape[0], step):
                yield _numbers(dataset[start : start + step], dataset, where)
            return
        # rows larger than a block: walk the second axis as well
        inner = max(1, BLOCK_BYTES // max(1, row // shape[1]))
        for index in range(shape[0]):
            for start in range(0, shape[1], inner):
                yield _numbers(dataset[index, start : start + inner], dataset, where)
    except ModelFileError:
        raise
    except Exception as problem:  # libhdf5's complaints arrive as many classes
        raise ModelFileError(where, f"damaged: {problem}") from None


def _numbers(block: Any, dataset: h5py.Dataset, where: str) -> Any:
    import numpy

    nameless = block.dtype.kind == "V" and block.dtype.fields is None  # as `.h5` files have it
    if (nameless or dataset.attrs.get("dtype") == "bfloat16") and block.dtype.itemsize == 2:
        # bfloat16 is the upper half of a float32
        return (block.view(numpy.uint16).astype(numpy.uint32) << 16).view(numpy.float32)
    if block.dtype.kind not in "fiub":
        raise ModelFileError(where, f"expected numbers, found {block.dtype}")
    return block
