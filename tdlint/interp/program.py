"""What the interpreter finds out about one source: the input of rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from tdlint.graph import CallSite, ModelGraph
from tdlint.interp.reading.class_facts import ClassFacts, MethodFacts
from tdlint.values import Arguments, LayerObject, Site, Value


@dataclass(frozen=True, slots=True)
class Import:
    """An import of something of Keras or TensorFlow.

    ``name`` is canonical (``keras.layers.Dense``), ``namespace`` the package it comes through (``keras``, ``tf.keras``,
    ``tf_keras``, ``tensorflow.python.keras``). ``fallback`` is set within ``try``, ``except`` or a branch, where a
    program chooses between packages on purpose.
    """

    name: str
    namespace: str
    site: Site
    fallback: bool = False


How: TypeAlias = Literal["import", "attribute", "name"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of Keras 1 or 2 that Keras 3 does not have, where the program takes it from its module.

    ``name`` is ``keras.utils.np_utils.to_categorical`` whatever the ``namespace``; ``text`` is the name, or path, as an
    import statement has it, and ``statement`` the place of that. ``how`` is ``"name"`` for a call of what was imported
    from its module. A function of ``keras.backend`` that is called has its ``call`` and the ``args`` by the names of
    its parameters, of which ``keywords`` are passed by name; ``compared`` is the text that its result is compared with.
    """

    name: str
    namespace: str
    site: Site
    how: How
    text: str
    statement: Site | None = None
    call: Site | None = None
    args: Arguments | None = None
    keywords: frozenset[str] = frozenset()
    compared: Site | None = None


@dataclass(frozen=True, slots=True)
class StepLayer:
    """A layer that a user's own layer makes once per time step and applies to that step only.

    ``owner`` is the name of the class, ``layer`` the layer (one of the copies), ``count`` how many copies there are
    where it is known, ``call`` the place where one is applied to its step.
    """

    owner: str
    layer: LayerObject
    call: Site
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """``owner.attribute = value``, where the owner is a layer, a model or an object of Keras.

    ``certain`` is False if it is made on some paths of the program only; ``order`` is as in ``CallSite``. ``built``
    says that the layer had its weights by then; for some layer of a model, which one is not known, the owner is the
    model and ``of_layer`` is set.
    """

    owner: Value
    attribute: str
    value: Value
    site: Site
    certain: bool = True
    order: int = 0
    built: bool = False
    of_layer: bool = False


@dataclass(frozen=True, slots=True)
class DatedCall:
    """A call of something of Keras with arguments that not every version takes so.

    ``name`` is canonical, ``namespace`` the package it comes through; for methods it is None. ``args`` are those that
    are written, ``positional`` those without a keyword, each with its place. ``callee`` is the place of what is called.
    """

    name: str
    namespace: str | None
    args: Arguments
    site: Site
    callee: Site
    positional: tuple[tuple[Value, Site | None], ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class DatedRead:
    """An attribute or method of an object of Keras that not every version has.

    ``owner`` is the class that had it: ``Model``, ``Layer``. ``at`` is the place of the attribute with what it is of,
    ``of`` that of the object and ``word`` of the attribute's name. ``call`` is set where it is called, ``of_several``
    where an item of an item is taken: what is read is a list.
    """

    owner: str
    name: str
    namespace: str | None
    at: Site
    of: Site
    word: Site
    call: DatedCall | None = None
    models: tuple[int, ...] = ()
    certain: bool = True
    of_several: bool = False


@dataclass(frozen=True, slots=True)
class TapedCall:
    """A model that is called under a ``GradientTape``; ``reads`` are the attributes of it that the program reads.

    ``training`` says that one of the calls may pass that argument.
    """

    model: int
    site: Site
    reads: frozenset[str]
    training: bool = False


_place = itemgetter(0)


@dataclass(frozen=True)
class Program:
    """All that the interpreter understood of a source, and what it did not (``unknown``, with reasons).

    ``namespaces`` are the packages through which Keras comes in, each with its first place. ``legacy_keras`` says
    that the program sets ``TF_USE_LEGACY_KERAS``: then ``tf.keras`` is ``tf_keras``, which is Keras 2. ``returned`` has
    the keys of the models that the function returns which was entered by name, None if none was. ``classes`` are those
    that have an ancestor in Keras; ``function`` reads the text of a function of the program. ``backend`` is
    what the program sets ``KERAS_BACKEND`` to. ``taped`` are the models that it may train by gradients of its own,
    ``made_with`` what its own layers are made with, by their keys. ``text`` gives what is written at a place,
    ``attribute`` what a model of the program's own has as an attribute at the end.
    ``references`` are to names that Keras 3 does not have. ``dated_calls`` have arguments that not every version of
    Keras takes, ``dated_reads`` are of what not every version has; ``by_version`` says that the program reads which
    version it runs on, and may choose by that what it does on some path. ``placed`` has the calls that make the first
    layer of a Sequential where it gets it, with what ``add`` is called on, None in a list.
    """

    models: tuple[ModelGraph, ...] = ()
    calls: tuple[CallSite, ...] = ()
    imports: tuple[Import, ...] = ()
    step_layers: tuple[StepLayer, ...] = ()
    namespaces: tuple[tuple[str, Site], ...] = ()
    legacy_keras: bool = False
    unknown: tuple[tuple[str, Site], ...] = ()
    returned: tuple[int, ...] | None = None
    assignments: tuple[Assignment, ...] = ()
    classes: tuple[ClassFacts, ...] = ()
    function: Callable[[Value], MethodFacts | None] = field(default=lambda value: None, repr=False, compare=False)
    taped: tuple[TapedCall, ...] = ()
    made_with: Mapping[int, tuple[tuple[Value, Site | None], ...]] = field(default_factory=dict)
    backend: str | None = None
    dated_calls: tuple[DatedCall, ...] = ()
    by_version: bool = False
    dated_reads: tuple[DatedRead, ...] = ()
    placed: Mapping[Site, Site | None] = field(default_factory=dict)
    attribute: Callable[[int, str], Value | None] = field(default=lambda key, name: None, repr=False, compare=False)
    text: Callable[[Site], str] = field(default=lambda site: "", repr=False, compare=False)
    references: tuple[Reference, ...] = ()

    def class_named(self, name: str) -> ClassFacts | None:
        """The one class of this name, None if there is none or more than one."""
        found = self._classes.get(name, ())
        return found[0] if len(found) == 1 else None

    @cached_property
    def memo(self) -> dict[tuple[str, int], Any]:
        """What a rule has worked out, for other rules that need the same; by what it is and a number."""
        return {}

    @cached_property
    def parts(self) -> frozenset[int]:
        """The keys of the models that are called in another model."""
        return frozenset(node.layer.key for model in self.models for node in model.nodes if node.layer.key != model.key)

    def model(self, key: int) -> ModelGraph | None:
        """The model with this key."""
        return self._models.get(key)

    def calls_of(self, *names: str) -> tuple[CallSite, ...]:
        """The calls of these names, in the order of the program."""
        groups = [self._calls_by_name.get(name, []) for name in names]
        return tuple(call for _, call in (groups[0] if len(groups) == 1 else sorted(chain(*groups), key=_place)))

    def calls_on(self, model: int) -> tuple[CallSite, ...]:
        """The calls that concern the model with this key, in the order of the program."""
        return tuple(self._calls_by_model.get(model, ()))

    @cached_property
    def called(self) -> frozenset[str]:
        """The names of all calls."""
        return frozenset(self._calls_by_name)

    @cached_property
    def _models(self) -> dict[int, ModelGraph]:
        return {model.key: model for model in reversed(self.models)}

    @cached_property
    def _classes(self) -> dict[str, list[ClassFacts]]:
        found: dict[str, list[ClassFacts]] = {}
        for cls in self.classes:
            found.setdefault(cls.name, []).append(cls)
        return found

    @cached_property
    def _calls_by_name(self) -> dict[str, list[tuple[int, CallSite]]]:
        found: dict[str, list[tuple[int, CallSite]]] = {}
        for number, call in enumerate(self.calls):
            found.setdefault(call.name, []).append((number, call))
        return found

    @cached_property
    def _calls_by_model(self) -> dict[int, list[CallSite]]:
        found: dict[int, list[CallSite]] = {}
        for call in self.calls:
            for model in dict.fromkeys(call.models):
                found.setdefault(model, []).append(call)
        return found
