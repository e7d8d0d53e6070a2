"""Lists, tuples, dicts and ranges: their items, and the methods that read or change them."""

from __future__ import annotations

from dataclasses import replace

from tdlint.interp.run import Run
from tdlint.interp.state import MAX_ITEMS, DictObject, ListObject, Ref
from tdlint.values import (
    NONE,
    Const,
    Mapping,
    OneOf,
    Sequence,
    Unknown,
    Value,
    integer,
    join,
)


def as_list(run: Run, value: Value) -> ListObject | Sequence | None:
    """The contents of a list, tuple or set; None for anything else."""
    if isinstance(value, Sequence):
        return value
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        return thing if isinstance(thing, ListObject) else None
    return None


def as_dict(run: Run, value: Value) -> DictObject | None:
    """The contents of a dict; None for anything else."""
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        return thing if isinstance(thing, DictObject) else None
    return DictObject(value.items, value.rest) if isinstance(value, Mapping) else None


def iterate(run: Run, value: Value) -> tuple[tuple[Value, ...], Value | None]:
    """The items that a loop over a value sees, and a description of further ones, unknown in number."""
    listed = as_list(run, value)
    if listed is not None:
        return listed.items, listed.rest
    found = as_dict(run, value)
    if found is not None:
        keys = tuple(key for key, _ in found.items)
        return keys, None if found.rest is None else Unknown("a key that is not known")
    if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) <= 256:
        return tuple(Const(character) for character in value.value), None
    return (), Unknown("an item of something that is not known")


def snapshot(run: Run, value: Value, depth: int = 0) -> Value:
    """A value without references: lists and dicts as they are at this moment."""
    if depth > 8:
        return Unknown("nested too deeply")
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        if isinstance(thing, ListObject):
            items = tuple(snapshot(run, item, depth + 1) for item in thing.items)
            rest = None if thing.rest is None else snapshot(run, thing.rest, depth + 1)
            return Sequence(items, thing.kind, rest)
        if isinstance(thing, DictObject):
            pairs = tuple((key, snapshot(run, item, depth + 1)) for key, item in thing.items)
            return Mapping(pairs, None if thing.rest is None else snapshot(run, thing.rest, depth + 1))
        return Unknown("an object that is not known")
    if isinstance(value, Sequence) and value.items:
        return replace(value, items=tuple(snapshot(run, item, depth + 1) for item in value.items))
    if isinstance(value, OneOf):
        joined = snapshot(run, value.options[0], depth + 1)
        for option in value.options[1:]:
            joined = join(joined, snapshot(run, option, depth + 1))
        return joined
    return value


def item(run: Run, owner: Value, index: Value | slice) -> Value:
    """``owner[index]``."""
    listed = as_list(run, owner)
    if listed is not None:
        return _list_item(run, listed, index)
    found = as_dict(run, owner)
    if found is not None and not isinstance(index, slice):
        for key, value in found.items:
            if isinstance(index, Const) and key.must_be(index.value):
                return value
        if isinstance(index, Const):
            return found.rest if found.rest is not None else Unknown("a key that the dict does not have")
        return _any_of([value for _, value in found.items], found.rest)
    if isinstance(owner, Const) and isinstance(owner.value, str) and isinstance(index, Const):
        try:
            return Const(owner.value[index.value])  # type: ignore[index]
        except (IndexError, TypeError):
            return Unknown("an index that fails")
    return Unknown("an item of something that is not known")


def _list_item(run: Run, listed: ListObject | Sequence, index: Value | slice) -> Value:
    items = listed.items
    if isinstance(index, slice):
        bounds = [None if bound is None else integer(bound) for bound in (index.start, index.stop, index.step)]
        given = (index.start, index.stop, index.step)
        known = all(bound is None or value is not None for bound, value in zip(given, bounds, strict=True))
        if not known or listed.rest is not None or bounds[2] == 0:
            rest = _any_of(list(items), listed.rest)
            return Ref(run.allocate(ListObject((), rest)))
        chosen = items[slice(*bounds)]
        return Sequence(chosen, "tuple") if listed.kind == "tuple" else Ref(run.allocate(ListObject(chosen)))
    position = integer(index)
    if position is not None and (listed.rest is None or 0 <= position < len(items)):
        if -len(items) <= position < len(items):
            return items[position]
        return Unknown("an index that the list does not have")
    return _any_of(list(items), listed.rest)


def _any_of(values: list[Value], rest: Value | None) -> Value:
    """Some item of a list, which one is not known."""
    if rest is not None:
        values = [*values, rest]
    if not values:
        return Unknown("an item of an empty list")
    joined = values[0]
    for value in values[1:]:
        joined = join(joined, value)
    return joined


def set_item(run: Run, owner: Value, index: Value | slice, value: Value) -> None:
    """``owner[index] = value``."""
    if not isinstance(owner, Ref):
        return
    thing = run.state.heap.get(owner.key)
    if isinstance(thing, ListObject):
        position = None if isinstance(index, slice) else integer(index)
        if position is not None and thing.rest is None and -len(thing.items) <= position < len(thing.items):
            items = list(thing.items)
            items[position] = value
            run.state.heap[owner.key] = replace(thing, items=tuple(items))
        else:
            run.state.heap[owner.key] = replace(thing, items=(), rest=_any_of([*thing.items, value], thing.rest))
    elif isinstance(thing, DictObject):
        if isinstance(index, Const):
            merged = dict(thing.items)
            merged[index] = value
            run.state.heap[owner.key] = replace(thing, items=tuple(merged.items()))
        else:
            rest = value if thing.rest is None else join(thing.rest, value)
            run.state.heap[owner.key] = replace(thing, rest=rest)


def concatenate(run: Run, left: Value, right: Value) -> Value | None:
    """``left + right`` of two lists or tuples; None if they are not."""
    one, other = as_list(run, left), as_list(run, right)
    if one is None or other is None:
        return None
    items, rest = (*one.items, *other.items), other.rest
    if one.rest is not None:
        items, rest = one.items, _any_of(list(other.items), join_rests(one.rest, other.rest))
    if len(items) > MAX_ITEMS:
        return Unknown("a very long list")
    return Sequence(items, "tuple", rest) if one.kind == "tuple" else Ref(run.allocate(ListObject(items, rest)))


def join_rests(left: Value | None, right: Value | None) -> Value | None:
    """What describes the further items of two lists put together."""
    if left is None or right is None:
        return left if right is None else right
    return join(left, right)


def repeat(run: Run, left: Value, right: Value) -> Value | None:
    """``[x] * n``; None if it is not that."""
    listed, times = as_list(run, left), right
    if listed is None:
        listed, times = as_list(run, right), left
    if listed is None:
        return None
    count = integer(times)
    items: tuple[Value, ...] = ()
    rest: Value | None = None
    if count is None or listed.rest is not None:
        rest = _any_of(list(listed.items), listed.rest)
    elif len(listed.items) * max(count, 0) > MAX_ITEMS:
        return Unknown("a very long list")
    else:
        items = listed.items * max(count, 0)
    return Sequence(items, "tuple", rest) if listed.kind == "tuple" else Ref(run.allocate(ListObject(items, rest)))


def extend(run: Run, owner: Ref, values: tuple[Value, ...], rest: Value | None) -> None:
    """Add items at the end of a list. In a loop whose rounds are not counted, they are unknown in number."""
    thing = run.state.heap.get(owner.key)
    if not isinstance(thing, ListObject):
        return
    if thing.rest is not None or run.loops_unknown or len(thing.items) + len(values) > MAX_ITEMS:
        more = join_rests(thing.rest, rest)
        if values or more is not None:
            run.state.heap[owner.key] = replace(thing, rest=_any_of(list(values), more))
    else:
        run.state.heap[owner.key] = replace(thing, items=(*thing.items, *values), rest=rest)


def escape(run: Run, value: Value) -> None:
    """A list or dict goes to code that tdlint does not see: it may come back changed."""
    if isinstance(value, Ref):
        thing = run.state.heap.get(value.key)
        why = Unknown("passed to a function that is not known")
        if isinstance(thing, ListObject | DictObject):
            run.state.heap[value.key] = replace(thing, rest=why)


def list_method(run: Run, owner: Ref, name: str, args: list[Value]) -> Value:
    """A method call on a list or set."""
    thing = run.state.heap.get(owner.key)
    if not isinstance(thing, ListObject):
        return Unknown("a method of something that is not known")
    if name in ("append", "add") and len(args) == 1:
        extend(run, owner, (args[0],), None)
        return NONE
    if name == "extend" and len(args) == 1:
        values, rest = iterate(run, args[0])
        extend(run, owner, values, rest)
        return NONE
    if name == "insert" and len(args) == 2:
        position = integer(args[0])
        if position is None or thing.rest is not None:
            run.state.heap[owner.key] = replace(thing, items=(), rest=_any_of([*thing.items, args[1]], thing.rest))
        else:
            items = list(thing.items)
            items.insert(position, args[1])
            run.state.heap[owner.key] = replace(thing, items=tuple(items))
        return NONE
    if name == "pop" and thing.rest is None and len(args) <= 1:
        position = integer(args[0]) if args else -1
        if position is not None and -len(thing.items) <= position < len(thing.items):
            items = list(thing.items)
            taken = items.pop(position)
            run.state.heap[owner.key] = replace(thing, items=tuple(items))
            return taken
    if name == "copy":
        return Ref(run.allocate(thing))
    if name == "reverse" and thing.rest is None:
        run.state.heap[owner.key] = replace(thing, items=thing.items[::-1])
        return NONE
    if name in ("index", "count"):
        return Unknown("a position in a list")
    run.state.heap[owner.key] = replace(thing, items=(), rest=Unknown(f"changed by {name}"))
    return Unknown(f"the result of {name}")


def dict_method(run: Run, owner: Value, thing: DictObject, name: str, args: list[Value]) -> Value:
    """A method call on a dict."""
    if name in ("get", "setdefault", "pop") and args:
        fallback = args[1] if len(args) > 1 else NONE
        if isinstance(args[0], Const):
            for key, value in thing.items:
                if key.must_be(args[0].value):
                    return value
            if thing.rest is None:
                return fallback
        return Unknown("an item of a dict that is not known")
    why = None if thing.rest is None else Unknown("an item of a dict that is not known")
    if name == "items":
        pairs = tuple(Sequence(pair, "tuple") for pair in thing.items)
        return Sequence(pairs, "tuple", why)
    if name == "keys":
        return Sequence(tuple(key for key, _ in thing.items), "tuple", why)
    if name == "values":
        return Sequence(tuple(value for _, value in thing.items), "tuple", thing.rest)
    if name == "copy":
        return Ref(run.allocate(thing))
    if name == "update" and isinstance(owner, Ref):
        other = as_dict(run, args[0]) if args else None
        merged = dict(thing.items)
        merged.update(other.items if other is not None else ())
        rest = join_rests(thing.rest, Unknown("updated") if other is None else other.rest)
        run.state.heap[owner.key] = DictObject(tuple(merged.items()), rest)
        return NONE
    if isinstance(owner, Ref):
        escape(run, owner)
    return Unknown(f"the result of {name}")
