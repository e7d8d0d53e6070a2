"""The methods of lists, sets and dicts."""

from __future__ import annotations

from dataclasses import replace

from tdlint.interp.heap import DictObject, ListObject, Ref
from tdlint.interp.python import containers
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.run import Run
from tdlint.values import NONE, Const, Sequence, Unknown, Value, integer

_PURE = frozenset({"index", "count", "isdisjoint", "issubset", "issuperset", "union", "difference", "intersection"})


def call(run: Run, owner: Ref, name: str, args: CallArguments) -> Value:
    """A method call on a list, set or dict."""
    thing = run.state.heap.get(owner.key)
    if not args.complete:
        run.lose(owner, *args.everything())
        return Unknown(f"the result of {name}")
    if isinstance(thing, ListObject) and name == "sort" and not args.values and "key" not in args.keywords:
        return _sort(run, owner, thing, args)
    if isinstance(thing, ListObject):
        method = _set_method if thing.kind == "set" else _list_method
        return method(run, owner, thing, name, args.values)
    if isinstance(thing, DictObject):
        return _dict_method(run, owner, thing, name, args)
    return Unknown("a method of something that is not known")


def _changed(run: Run, owner: Ref, name: str, args: list[Value]) -> Value:
    """After a method that is not followed, nothing is known of the contents."""
    if name not in _PURE:
        run.lose(owner, *args)
    return Unknown(f"the result of {name}")


def _set_method(run: Run, owner: Ref, thing: ListObject, name: str, args: list[Value]) -> Value:
    if name == "add" and len(args) == 1:
        containers.extend(run, owner, (args[0],), None)
        return NONE
    if name == "copy":
        return Ref(run.allocate(thing))
    if name == "clear":
        run.state.heap[owner.key] = ListObject((), None, "set")
        return NONE
    if name == "update" and len(args) == 1:
        containers.extend(run, owner, *containers.iterate(run, args[0]))
        return NONE
    return _changed(run, owner, name, args)


def _list_method(run: Run, owner: Ref, thing: ListObject, name: str, args: list[Value]) -> Value:
    if name == "append" and len(args) == 1:
        containers.extend(run, owner, (args[0],), None)
        return NONE
    if name == "extend" and len(args) == 1:
        containers.extend(run, owner, *containers.iterate(run, args[0]))
        return NONE
    if name == "insert" and len(args) == 2:
        position = integer(args[0])
        if position is None or thing.rest is not None:
            rest = containers.any_of(run, [*thing.items, args[1]], thing.rest)
            run.state.heap[owner.key] = replace(thing, items=(), rest=rest)
        else:
            items = list(thing.items)
            items.insert(position, args[1])
            run.state.heap[owner.key] = replace(thing, items=tuple(items))
        return NONE
    if name == "pop" and len(args) <= 1:
        position = integer(args[0]) if args else -1
        if position is not None and thing.rest is None and -len(thing.items) <= position < len(thing.items):
            items = list(thing.items)
            taken = items.pop(position)
            run.state.heap[owner.key] = replace(thing, items=tuple(items))
            return taken
        taken = containers.any_of(run, thing.items, thing.rest)
        run.state.heap[owner.key] = replace(thing, items=(), rest=taken)
        return taken
    if name in ("remove", "index", "count") and len(args) == 1:
        return _searched(run, owner, thing, name, args[0])
    if name == "copy" and not args:
        return Ref(run.allocate(thing))
    if name == "clear" and not args:
        run.state.heap[owner.key] = ListObject()
        return NONE
    if name == "reverse" and not args:
        if thing.rest is None:
            run.state.heap[owner.key] = replace(thing, items=thing.items[::-1])
        else:
            rest = containers.any_of(run, thing.items, thing.rest)
            run.state.heap[owner.key] = replace(thing, items=(), rest=rest)
        return NONE
    return _changed(run, owner, name, args)


def _sort(run: Run, owner: Ref, thing: ListObject, args: CallArguments) -> Value:
    from tdlint.interp.python.builtin_calls import ranked

    order = ranked(list(thing.items), args.keywords.get("reverse")) if thing.rest is None else None
    if order is None:
        return _changed(run, owner, "sort", args.everything())
    run.state.heap[owner.key] = replace(thing, items=tuple(thing.items[place] for place in order))
    return NONE


def _searched(run: Run, owner: Ref, thing: ListObject, name: str, wanted: Value) -> Value:
    """``remove``, ``index`` and ``count`` in a list of constants."""
    have = [containers.constant(run, item) for item in thing.items]
    value = containers.constant(run, wanted)
    if thing.rest is not None or value is None or None in have:
        return _changed(run, owner, name, [wanted])
    places = [place for place, each in enumerate(have) if each is not None and each.value == value.value]
    if name == "count":
        return Const(len(places))
    if not places:
        return Unknown(f"{name} fails")
    if name == "index":
        return Const(places[0])
    run.state.heap[owner.key] = replace(thing, items=(*thing.items[: places[0]], *thing.items[places[0] + 1 :]))
    return NONE


def _dict_method(run: Run, owner: Ref, thing: DictObject, name: str, args: CallArguments) -> Value:
    values = args.values
    if name in ("get", "setdefault", "pop") and 1 <= len(values) <= 2:
        return _entry(run, owner, thing, name, values)
    why = None if thing.rest is None else Unknown("an item of a dict that is not known")
    # what is certainly in the dict is known, its place is not if there may be more
    known = thing.items if why is None else ()
    if name == "items" and not values:
        return Sequence(tuple(Sequence(pair, "tuple") for pair in known), "tuple", why)
    if name == "keys" and not values:
        return Sequence(tuple(key for key, _ in known), "tuple", why)
    if name == "values" and not values:
        if why is None:
            return Sequence(tuple(value for _, value in known), "tuple")
        return Sequence((), "tuple", containers.any_of(run, (value for _, value in thing.items), thing.rest))
    if name == "copy" and not values:
        return Ref(run.allocate(thing))
    if name == "clear" and not values:
        run.state.heap[owner.key] = DictObject()
        return NONE
    if name == "update" and len(values) <= 1:
        changed = containers.spread(run, thing, containers.as_dict(run, values[0])) if values else thing
        for key, (value, _) in args.keywords.items():
            changed = containers.with_entry(run, changed, Const(key), value)
        run.state.heap[owner.key] = changed
        return NONE
    return _changed(run, owner, name, args.everything())


def _entry(run: Run, owner: Ref, thing: DictObject, name: str, args: list[Value]) -> Value:
    """``get``, ``setdefault`` and ``pop``: an entry, or what stands for it where there is none."""
    key, fallback = args[0], args[1] if len(args) > 1 else NONE
    found = containers.lookup(thing, key) if isinstance(key, Const) else None
    missing = found is None and thing.rest is None and isinstance(key, Const)
    value = found
    if missing:
        value = fallback if name != "pop" or len(args) > 1 else Unknown("a key that the dict does not have")
    elif value is None:
        value = run.merge(fallback, containers.any_of(run, (have for _, have in thing.items), thing.rest))
    assert value is not None
    if name == "setdefault" and found is None:
        if isinstance(key, Const):
            run.state.heap[owner.key] = containers.with_entry(run, thing, key, value)
        else:
            run.state.heap[owner.key] = containers.blurred(run, thing, fallback)
    if name == "pop":
        run.state.heap[owner.key] = containers.without_entry(run, thing, key)
    return value
