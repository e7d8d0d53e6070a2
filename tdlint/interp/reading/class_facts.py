"""Facts about the classes of the program: what rules may know of a user's own layer, model, loss or metric."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from tdlint.values import Const, Site, Symbol, Value

ClassKind: TypeAlias = Literal["layer", "model", "loss", "metric", "callback", "other"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a method, after ``self``."""

    name: str
    required: bool
    keyword_only: bool = False


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call in the body of a method.

    ``name`` is canonical where it is of a library (``keras.layers.Dense``, ``numpy.mean``), ``self.add_weight`` for a
    method of the object, ``super.__init__`` for one of an ancestor, empty for anything else; ``callee`` is the layer or
    model that is called, where it is bound outside of the method. ``constants`` are the arguments that are constants or
    names of a library; the first positional one is under the empty name. ``attribute`` is the attribute of ``self``
    that the result is assigned to. ``certain`` says that the call is made whenever the method runs to its end;
    ``tensor`` is the place of an argument that is a tensor, or made of what the method is given as its input.
    """

    name: str
    site: Site
    callee: Value | None = None
    keywords: tuple[str, ...] = ()
    constants: tuple[tuple[str, Const | Symbol], ...] = ()
    attribute: str | None = None
    certain: bool = True
    tensor: Site | None = None

    def constant(self, name: str) -> object:
        """The value of an argument that is a constant, the name of one that is of a library, None otherwise."""
        for key, value in self.constants:
            if key == name:
                return value.value if isinstance(value, Const) else value.name
        return None


@dataclass(frozen=True, slots=True)
class KeyRead:
    """``logs["val_acc"]``, or ``logs.get("val_acc")``, which does not raise; ``site`` is the place of the text.

    ``guarded`` says that the program asks before whether it is there, or catches what it raises.
    """

    key: str
    site: Site
    raises: bool
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class LogReads:
    """What a callback reads of its logs by name; ``only_read`` says that they can't be changed there or later."""

    keys: tuple[KeyRead, ...]
    only_read: bool


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """A method as it is written.

    ``keywords`` says that it takes ``**kwargs``. ``decorators`` are their canonical names, empty text for what is not
    known. ``conditions`` are the tests, and ``iterations`` the things iterated over, that are certainly tensors and
    certainly reached. ``axis_loops`` are what loops go over that count the second axis of the first argument.
    ``names`` has every attribute, keyword and constant text in it. ``logs`` is what a method of a callback, or
    a lambda, reads of its last parameter.
    """

    name: str
    site: Site
    parameters: tuple[Parameter, ...] = ()
    keywords: bool = False
    decorators: tuple[str, ...] = ()
    calls: tuple[CallFact, ...] = ()
    conditions: tuple[Site, ...] = ()
    iterations: tuple[Site, ...] = ()
    axis_loops: tuple[Site, ...] = ()
    names: frozenset[str] = frozenset()
    logs: LogReads | None = None

    def calls_of(self, *names: str) -> Iterator[CallFact]:
        """The calls of functions with these canonical names."""
        return (call for call in self.calls if call.name in names)


@dataclass(frozen=True)
class ClassFacts:
    """A class of the program that has an ancestor in Keras.

    ``bases`` are the canonical names of its ancestors in libraries, ``direct`` says that it has none in the program.
    ``open`` says that an ancestor, a decorator or a metaclass is not known, so that methods may come from anywhere.
    ``namespace`` is the package that its ancestor of Keras comes through. Methods are read when they are asked for.
    """

    name: str
    kind: ClassKind
    site: Site
    bases: tuple[str, ...]
    namespace: str | None
    direct: bool
    open: bool
    decorators: tuple[str, ...]
    own: tuple[str, ...]
    inherited: tuple[str, ...]
    read: Callable[[str], MethodFacts | None] = field(repr=False, compare=False)

    @cached_property
    def _methods(self) -> dict[str, MethodFacts | None]:
        return {}

    def method(self, name: str) -> MethodFacts | None:
        """A method that the class or an ancestor of it in the program defines as a plain function."""
        if name not in self._methods:
            self._methods[name] = self.read(name)
        return self._methods[name]

    def has(self, name: str) -> bool:
        """Whether the class or an ancestor of it in the program binds the name."""
        return name in self.own or name in self.inherited

    def methods(self, *names: str) -> Iterator[MethodFacts]:
        """Those of the methods that the class defines itself, and not an ancestor."""
        for name in names:
            found = self.method(name) if name in self.own else None
            if found is not None:
                yield found

    @property
    def registered(self) -> bool:
        """Whether ``register_keras_serializable`` is put before it."""
        return any(name.endswith("register_keras_serializable") for name in self.decorators)
