"""Names: imports to symbols, and looking a name up through the enclosing frames."""

from __future__ import annotations

import libcst as cst

from tdlint.interp.heap import Imported, ModuleValue
from tdlint.interp.joining import BUILTIN_NAMES
from tdlint.interp.keras import references
from tdlint.interp.program import Import
from tdlint.interp.python import modules
from tdlint.interp.run import MAIN, Run
from tdlint.spec import migration
from tdlint.spec.layers import find
from tdlint.spec.names import canonical, member
from tdlint.values import Const, Sequence, Symbol, Unknown, Value

# Star imports of these bring in every public name; a name that nothing else binds then comes from there.
_STAR = "*"

_KERAS_3 = frozenset({"keras", "tf.keras"})

_CONSTANTS: dict[str, Value] = {"__name__": Const("__main__")}


def dotted(node: cst.BaseExpression | None) -> str:
    """The text of a dotted name."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return ""


def symbol(path: str) -> Symbol:
    """An import path as a symbol."""
    name, namespace = canonical(path)
    return Symbol(name, namespace)


def bind_name(run: Run, name: str, value: Value, around: bool = False) -> None:
    """Assign to a name in the current frame, or where ``global`` or ``nonlocal`` say.

    ``around`` is for ``:=``, which in a comprehension binds in the function around it.
    """
    number = run.frames[-1].number
    if around:
        number = next(frame.number for frame in reversed(run.frames) if not frame.comprehension)
    declared = run.declared.get(number)
    if declared is not None:
        number = declared.get(name, number)
    if number in run.state.frames:
        run.state.own(number)[name] = value


def unbind_name(run: Run, name: str) -> None:
    """``del name``."""
    bind_name(run, name, Unknown(f"{name} was deleted"))
    number = run.frames[-1].number
    if number in run.state.modules and name in BUILTIN_NAMES:
        run.state.own(number).pop(name, None)


def module_of(run: Run, number: int) -> int:
    """The frame of the module that a frame lies in."""
    return run.modules[number]


def execute_global(run: Run, node: cst.Global) -> None:
    """``global x``."""
    number = run.frames[-1].number
    declared = run.declared.setdefault(number, {})
    declared.update((item.name.value, module_of(run, number)) for item in node.names)


def execute_nonlocal(run: Run, node: cst.Nonlocal) -> None:
    """``nonlocal x``: the nearest function around that binds it."""
    number = run.frames[-1].number
    declared = run.declared.setdefault(number, {})
    for item in node.names:
        name, around = item.name.value, run.parents[number]
        while around is not None and name not in run.state.frames.get(around, ()):
            around = run.parents[around]
        if around is not None:
            declared[name] = run.declared.get(around, {}).get(name, around)


def lookup(run: Run, name: str) -> Value:
    """The value of a name: local, enclosing, module, star import, builtin."""
    number: int | None = run.frames[-1].number
    frames = run.state.frames
    while number is not None:
        declared = run.declared.get(number) if run.declared else None
        if declared is not None:
            number = declared.get(name, number)
        frame = frames.get(number)
        if frame is not None:
            value = frame.get(name)
            if value is not None:
                return value if type(value) is not Imported else modules.use(run, number, name, value)
        number = run.parents[number]
    constant = _CONSTANTS.get(name)
    if constant is not None:
        return constant
    star = frames[module_of(run, run.frames[-1].number)].get(_STAR)
    if name in BUILTIN_NAMES and not (isinstance(star, Sequence) and _hides_builtins(star)):
        return Symbol(f"builtins.{name}")
    if isinstance(star, Sequence):
        found = _from_star(star, name)
        if found is not None:
            return found
    why = "is not defined in this file" if star is None else "may come from a star import"
    return Unknown(f"{name} {why}", name)


def _hides_builtins(star: Sequence) -> bool:
    """Whether a module that was imported with ``*`` has its own ``sum``, ``max`` and so on."""
    names = [module.name for module in star.items if isinstance(module, Symbol)]
    return any(name.startswith(("numpy", "pylab", "keras.backend", "keras.ops")) for name in names)


def _from_star(modules: Sequence, name: str) -> Symbol | None:
    """The name as a member of a module that was imported with ``*``; with several such modules only if Keras has it."""
    found = []
    for module in modules.items:
        if isinstance(module, Symbol):
            path, namespace = member(module.name, module.namespace, name)
            if len(modules.items) == 1 or path in _MODEL_NAMES or find(path) is not None or _is_class(path, namespace):
                found.append(Symbol(path, namespace))
    return found[-1] if found else None


def _is_class(path: str, namespace: str | None) -> bool:
    short = path.rpartition(".")[2]
    return namespace in _KERAS_3 and short[:1].isupper() and migration.exists(path, str(namespace))


_MODEL_NAMES = frozenset({"keras.Sequential", "keras.Model", "keras.Input"})


def execute_import(run: Run, node: cst.Import) -> None:
    """``import a.b``, ``import a.b as c``."""
    for alias in node.names:
        path = dotted(alias.name)
        asname = alias.asname.name if alias.asname is not None else None
        bound = asname.value if isinstance(asname, cst.Name) else path.partition(".")[0]
        followed = modules.imported(run, path if asname is not None else bound, alias)
        if followed is not None:
            bind_name(run, bound, followed)
            continue
        _record(run, path, alias)
        references.imported(run, path, node, alias)
        bind_name(run, bound, symbol(path if asname is not None else bound))


def execute_import_from(run: Run, node: cst.ImportFrom) -> None:
    """``from a import b``, ``from a import *``; a relative import that leads nowhere is unknown."""
    path, level = dotted(node.module), len(node.relative)
    if isinstance(node.names, cst.ImportStar):
        _import_star(run, node, path, level)
        return
    for alias in node.names:
        name = dotted(alias.name)
        bound = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
        followed = modules.imported(run, path, alias, level, name)
        if followed is not None:
            bind_name(run, bound, followed)
        elif level:
            bind_name(run, bound, Unknown(f"{bound} is imported from another file", bound))
        else:
            _record(run, f"{path}.{name}", alias)
            references.imported(run, path, node, alias, name)
            bind_name(run, bound, symbol(f"{path}.{name}"))


def _import_star(run: Run, node: cst.ImportFrom, path: str, level: int) -> None:
    followed = modules.imported(run, path, node, level)
    module = None if followed is None else modules.resolve(run, followed)
    if isinstance(module, ModuleValue):
        for name, value in modules.public_names(run, module).items():
            bind_name(run, name, value)
    if isinstance(module, ModuleValue) or level:
        return
    if module is None:
        _record(run, path, node)
        references.imported(run, path, node, node)
    have = run.names.get(_STAR)
    earlier = have.items if isinstance(have, Sequence) else ()
    run.names[_STAR] = Sequence((*earlier, symbol(path) if module is None else module), "tuple")


def _record(run: Run, path: str, node: cst.CSTNode) -> None:
    name, namespace = canonical(path)
    if namespace is None or run.muted or run.frame.module != MAIN:
        return
    site = run.site(node)
    run.records.imports.setdefault(
        (name, namespace, site.number), Import(name, namespace, site, run.in_try > 0 or run.uncertain > 0)
    )
    run.records.namespaces.setdefault(namespace, site)


def attribute_of_symbol(run: Run, owner: Symbol, attribute: str, node: cst.CSTNode) -> Symbol:
    """``tf.keras`` and the like: a member of a module or class of a library."""
    name, namespace = member(owner.name, owner.namespace, attribute)
    if namespace in _KERAS_3 or (name == "keras" and namespace == references.CONTRIB):
        references.read(run, owner, attribute, node)
    if namespace is not None and owner.namespace is None and not run.muted and run.frame.module == MAIN:
        run.records.namespaces.setdefault(namespace, run.site(node))
    return Symbol(name, namespace)
