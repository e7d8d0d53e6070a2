"""Tables of pandas, as far as their shape is plain: how many axes, and sometimes how many columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from tdlint.interp.data.array_arguments import Function, Given, NotFollowed, as_array, function, with_memory
from tdlint.interp.data.array_items import size_value
from tdlint.interp.data.array_memory import change_frames
from tdlint.interp.heap import BoundMethod, FrameValue
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.shapes import Dim, UnknownDim, UnknownShape
from tdlint.values import (
    NONE,
    ArrayValue,
    Const,
    Unknown,
    Value,
    integer,
)
from tdlint.values import Sequence as SequenceValue

_ROWS = UnknownDim("the rows of a table")
_COLUMNS = UnknownDim("the columns of a table")


def _read(given: Given) -> Value:
    header = given.get("header")
    if given.values.keys() & {"chunksize", "iterator", "squeeze"}:
        raise NotFollowed("a file read in pieces")
    if header is not None and not isinstance(header, Const):
        raise NotFollowed("a table with several headers")
    return FrameValue(2)


def _frame(given: Given) -> Value:
    data = given.get("data")
    if data is None:
        return FrameValue(2)
    if isinstance(data, ArrayValue) and not isinstance(data.shape, UnknownShape) and len(data.shape) in (1, 2):
        return FrameValue(2, data.shape[0], data.shape[1] if len(data.shape) == 2 else 1)
    return FrameValue(2)


def _series(given: Given) -> Value:
    return FrameValue(1)


def _dummies(given: Given) -> Value:
    return FrameValue(2, given.need("data").rows) if isinstance(given.need("data"), FrameValue) else FrameValue(2)  # type: ignore[attr-defined]


# Methods that give a table with as many axes; the first ones keep all rows and columns.
_SAME_SHAPE = frozenset(
    {
        *("fillna", "copy", "sort_values", "sort_index", "astype", "replace", "interpolate", "ffill", "bfill", "shift"),
        *("diff", "clip", "round"),
    }
)
_SAME_NDIM = _SAME_SHAPE | {
    *(
        "head",
        "tail",
        "sample",
        "dropna",
        "drop",
        "set_index",
        "reset_index",
        "drop_duplicates",
        "nlargest",
        "nsmallest",
    ),
    *("query", "join", "merge", "assign", "rename", "reindex"),
}
_ARRAYS = frozenset({"to_numpy", "as_matrix"})
_CHANGING = frozenset({"insert", "pop", "update"})


def attribute(run: Run, owner: FrameValue, name: str, node: cst.CSTNode) -> Value:
    """``frame.values`` and the like."""
    if name in ("iloc", "loc"):
        return replace(owner, indexer=name)  # type: ignore[arg-type]
    if owner.indexer is not None:
        return Unknown(f"attribute {name} of an indexer", name)
    if name == "values":
        return with_memory(run, as_array(run, owner), node)
    if name == "shape":
        return SequenceValue(tuple(map(size_value, (owner.rows, owner.columns)[: owner.ndim])), "tuple")
    if name == "T" and owner.ndim == 2:
        return FrameValue(2, owner.columns, owner.rows)
    if name in _SAME_NDIM or name in _ARRAYS or name in _CHANGING or name == "unique":
        return BoundMethod(owner, name)
    return Unknown(f"attribute {name} of a table", name)


def call_method(run: Run, owner: FrameValue, name: str, args: CallArguments, node: cst.Call) -> Value:
    """A method call on a table."""
    inplace = args.keywords.get("inplace")
    if name in _CHANGING or (inplace is not None and not inplace[0].must_be(False)):
        change_frames(run)
        return NONE if name != "pop" else FrameValue(1)
    if name in _ARRAYS:
        if args.values or args.keywords.keys() - {"dtype", "copy"}:
            return Unknown(f"the result of {name}")
        return with_memory(run, as_array(run, owner), node)
    if name == "unique" and owner.ndim == 1:
        return ArrayValue((UnknownDim("as many as differ"),))
    if name == "reset_index" and owner.ndim == 1:
        return Unknown("a series that becomes a table")
    if name in _SAME_SHAPE:
        return owner
    if name in _SAME_NDIM and (owner.ndim == 2 or name in ("head", "tail", "sample", "dropna", "drop")):
        return FrameValue(owner.ndim)
    return Unknown(f"the result of {name}")


def subscript(run: Run, owner: FrameValue, index: Sequence[Value | slice]) -> Value:
    """``frame["y"]``, ``frame[["a", "b"]]``, ``frame.iloc[:, 1:]``."""
    if owner.indexer is not None:
        return _located(run, owner, index)
    if len(index) != 1:
        return Unknown("an item of a table")
    entry = index[0]
    if isinstance(entry, slice) or (isinstance(entry, ArrayValue | FrameValue) and not _is_scalar(entry)):
        return FrameValue(owner.ndim, columns=owner.columns)
    if owner.ndim == 1:
        return Unknown("an item of a series")
    if isinstance(entry, Const) and isinstance(entry.value, str):
        return FrameValue(1, owner.rows)
    names = _names(run, entry)
    return Unknown("an item of a table") if names is None else FrameValue(2, owner.rows, names)


def _is_scalar(value: Value) -> bool:
    return isinstance(value, ArrayValue) and (isinstance(value.shape, UnknownShape) or value.shape == ())


def _names(run: Run, value: Value | slice) -> Dim | None:
    """How many columns a list selects; None if it is not a list of constants."""
    listed = None if isinstance(value, slice) else containers.as_list(run, value)
    if listed is None or listed.kind == "tuple" or listed.rest is not None:
        return None
    plain = all(isinstance(item, Const) and not isinstance(item.value, bool) for item in listed.items)
    return len(listed.items) if plain else None


def _located(run: Run, owner: FrameValue, index: Sequence[Value | slice]) -> Value:
    """``frame.iloc[rows, columns]``."""
    if len(index) > owner.ndim:
        return Unknown("an item of a table")
    kept: list[Dim] = []
    for entry, whole in zip((*index, slice(None)), (owner.rows, owner.columns)[: owner.ndim], strict=False):
        found = _chosen(run, entry, whole, owner.indexer == "iloc")
        if found is None:
            return Unknown("an item of a table")
        kept.extend(found)
    if owner.ndim == 2 and len(kept) == 2:
        return FrameValue(2, kept[0], kept[1])
    return FrameValue(1, kept[0]) if kept else Unknown("a value of a table")


def _chosen(run: Run, entry: Value | slice, whole: Dim, by_position: bool) -> list[Dim] | None:
    """The sizes that one entry leaves: none for a single position, one for several; None if it is not known."""
    if isinstance(entry, slice):
        if entry == slice(None):
            return [whole]
        start, stop = (0 if bound is None else integer(bound) for bound in (entry.start, entry.stop))
        single = by_position and entry.stop is not None and entry.step is None
        if single and start is not None and stop is not None and stop - start == 1 and start >= 0:
            return [1]
        return [UnknownDim("a slice of a table")]
    if isinstance(entry, Const):
        return []
    names = _names(run, entry)
    return None if names is None else [names]


_READ = (
    "path sep delimiter header names index_col usecols dtype engine converters skiprows nrows na_values parse_dates \
encoding delim_whitespace low_memory thousands decimal comment quotechar error_bad_lines on_bad_lines sheet_name"
)
FUNCTIONS: dict[str, Function] = {
    "pandas.read_csv": function(f"{_READ} chunksize iterator squeeze", _read),
    "pandas.read_table": function(f"{_READ} chunksize iterator squeeze", _read),
    "pandas.DataFrame": function("data index columns dtype copy", _frame),
    "pandas.Series": function("data index dtype name copy", _series),
    "pandas.get_dummies": function("data prefix prefix_sep dummy_na columns sparse drop_first dtype", _dummies),
}
"""Functions that make tables, by canonical name."""
