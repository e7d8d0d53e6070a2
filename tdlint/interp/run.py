"""One interpretation of one source: the state, what was recorded, and the bounds that make it end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import libcst as cst

from tdlint.graph import CallSite, LayerNode
from tdlint.interp.data.array_memory import forget
from tdlint.interp.heap import DictObject, HeapObject, ModelObject, ModuleValue, Names
from tdlint.interp.joining import NO_CONTAINERS, join_all, join_kept, lose
from tdlint.interp.program import Assignment
from tdlint.interp.project import Project
from tdlint.interp.python.arguments import CallArguments
from tdlint.interp.records import Records
from tdlint.interp.state import State, join_states
from tdlint.shapes import AnyShape
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import ArrayValue, LayerObject, Sequence, Site, Unknown, Value

STEPS = 20_000
STEPS_PER_LINE = 12
"""How many syntax nodes are evaluated at most in a source, by its length; what comes after is unknown."""

MAX_DEPTH = 20
"""Nested calls of the program's own functions that are followed."""


class OutOfSteps(Exception):
    """The source is larger than its interpretation may be."""


@dataclass
class Function:
    """A function, lambda or method of the program. ``frame`` is where it was defined, ``owner`` its class."""

    node: cst.FunctionDef | cst.Lambda
    frame: int
    name: str
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: int | None = None
    kind: str = "function"  # or "static", "class", "property", "unknown"
    entered: bool = False
    active: int = 0
    generator: bool = False
    setter: int | None = None
    reentries: int = 0
    cut: bool = False


@dataclass
class Class:
    """A class of the program: its bases' canonical names, its own ancestors, and the names that its body binds.

    What they are bound to later is on the heap. ``open`` says that an ancestor, a decorator or a metaclass is not
    known.
    """

    node: cst.ClassDef
    name: str
    library_bases: tuple[str, ...]
    own_bases: tuple[int, ...]
    attributes: dict[str, Value]
    open: bool
    used: bool = False
    fields: tuple[str, ...] | None = None  # of a dataclass, those of its ancestors first
    module: int = 0  # the frame of the module it is in
    namespace: str | None = None  # the package that its ancestor of Keras comes through
    decorators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entered:
    """A layer or model of the program whose method is being followed, and how many uncounted loops are around it."""

    key: int
    phase: Literal["init", "build", "call"]
    loops: int
    is_model: bool


@dataclass
class Frame:
    """What is known of a function that is being entered, besides its names."""

    number: int
    returns: list[tuple[Value, State]] = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    comprehension: bool = False
    captured: bool = False
    self_value: Value | None = None
    owner: int | None = None
    first_argument: Value | None = None
    required_ndim: int | None = None
    module: int = 0


MAIN = 1
"""The frame of the names of the source itself."""

OUTSIDE_STEPS = 10_000
"""How many syntax nodes are evaluated at most in all other files that a source imports from."""


@dataclass
class Outside:
    """Other files of the project, as far as a run has come to them.

    ``paths`` are the files by the frame of their names, ``loaded`` the other way round, ``failed`` why others are not
    known. ``entry`` is the place in the source through which it is in another file now, ``calling`` the last call in
    the source. ``sites`` has the places in other files: the frame of the file's names, and the entry.
    """

    project: Project | None = None
    paths: dict[int, Path] = field(default_factory=dict)
    trees: dict[int, cst.Module] = field(default_factory=dict)
    loaded: dict[Path, int] = field(default_factory=dict)
    failed: dict[Path, str] = field(default_factory=dict)
    loading: int = 0
    entry: Site | None = None
    calling: cst.CSTNode | None = None
    imported_at: dict[int, Site] = field(default_factory=dict)
    sites: dict[Site, tuple[int, Site]] = field(default_factory=dict)
    steps: int = 0
    max_steps: int = OUTSIDE_STEPS


class Run:
    """Everything that the functions of ``tdlint.interp`` share while they follow one source."""

    def __init__(self, lines: int = 0) -> None:
        self.max_steps = STEPS + STEPS_PER_LINE * lines
        self.outside = Outside()
        self.state = State()
        self.records = Records()
        self.parents: dict[int, int | None] = {}
        self.declared: dict[int, dict[str, int]] = {}
        self.loop_floors: list[int] = []
        self.tries: list[State] = []
        self.pushed: list[int] = []
        self.modules: dict[int, int] = {}
        self.first_inputs: dict[int, tuple[AnyShape, ...]] = {}
        self.own_weights: dict[int, tuple[WeightSpec, ...] | Unknown] = {}
        self.first_calls: dict[int, CallArguments] = {}
        self.recorded: list[int] | None = None
        self.entered: list[Entered] = []
        self.repeated_keys: dict[tuple[int, int], int] = {}
        self.frames: list[Frame] = []
        self.nodes: dict[int, LayerNode] = {}
        self.inputs: dict[int, LayerObject] = {}
        self.functions: dict[int, Function] = {}
        self.functions_named: dict[str, list[Function]] = {}
        self.classes: dict[int, Class] = {}
        self.generic: dict[int, Value] = {}
        self.symbolic_shapes: set[int] = set()
        self.guards: list[tuple[int, cst.CSTNode]] = []
        self.keras_source = False
        self.legacy_keras = False
        self.by_version = False
        self.backend: str | None = None
        self.data_format: Value | None = None
        self.step_calls: dict[tuple[int, int], set[tuple[int, int | None]]] = {}
        self.histories: dict[int, CallSite] = {}
        self.yielded: list[int | None] = []
        self.output_shapes: dict[int, tuple[object, AnyShape]] = {}
        self.sequential_tensors: dict[int, tuple[object, Any]] = {}  # by model, of which stack
        self.lambdas: dict[int, State] = {}  # by layer, the state in which it is made
        self.syntax: list[cst.CSTNode] = []
        self.site_of: dict[int | tuple[int, int], Site] = {}
        self.steps = 0
        self.depth = 0
        self.next_key = 0
        self.uncertain = 0
        self.muted = 0
        self.in_try = 0
        self.expecting = 0
        self.expected: set[int] = set()
        self.loops_unknown = 0
        self.loops = 0  # those that are being run, counted or not
        self.epochs = 0  # those of them that are over epochs, by the name of their variable
        self.assigning: cst.Assign | None = None
        self.watch: Callable[[cst.CSTNode, Value], None] | None = None
        self.taping = 0  # blocks under a GradientTape
        self.metric_loops: dict[int, tuple[int, int]] = {}
        self.unrolled = 1
        self.activity = 0
        self.owners: list[tuple[int, str]] = []
        self.push_frame(None)
        self.saved = self.allocate(DictObject())  # files with models, by path

    def fresh(self) -> int:
        """A number that nothing else in this run has."""
        self.next_key += 1
        return self.next_key

    def site(self, node: cst.CSTNode) -> Site:
        """The place of a syntax node; one of another file is another place for each way that leads there."""
        entry = self.outside.entry if self.frames[-1].module != MAIN else None
        key = id(node) if entry is None else (id(node), entry.number)
        found = self.site_of.get(key)
        if found is None:
            found = self.site_of[key] = Site(len(self.syntax))
            self.syntax.append(node)
            if entry is not None:
                self.outside.sites[found] = (self.frames[-1].module, entry)
        return found

    def here(self, site: Site) -> Site:
        """The place in the source itself through which the program comes to a place in another file."""
        found = self.outside.sites.get(site)
        return site if found is None else found[1]

    def push_frame(self, parent: int | None) -> Frame:
        """A new frame of names whose enclosing frame is ``parent``."""
        number = self.fresh()
        self.parents[number] = parent
        self.state.add_frame(number, parent is None)
        if parent is None:
            self.modules[number] = number
        else:
            self.modules[number] = self.modules[parent]
        frame = Frame(number, module=self.modules[number])
        self.frames.append(frame)
        return frame

    def drop_frame(self, frame: Frame) -> None:
        """Forget the names of a frame that is left, unless a function defined in it can still read them."""
        if not frame.captured:
            self.state.frames.pop(frame.number, None)

    @property
    def frame(self) -> Frame:
        """The frame that is being executed."""
        return self.frames[-1]

    @property
    def names(self) -> Names:
        """The names of the frame that is being executed, to be written to."""
        return self.state.own(self.frames[-1].number)

    def allocate(self, thing: HeapObject) -> int:
        """Put a new object on the heap."""
        key = self.fresh()
        self.state.heap[key] = thing
        if self.expecting:
            self.expected.add(key)
        return key

    def model(self, key: int) -> ModelObject | None:
        """The model on the heap under this key."""
        found = self.state.heap.get(key)
        return found if isinstance(found, ModelObject) else None

    def layer(self, layer: LayerObject) -> LayerObject:
        """The layer as it is by now (``trainable`` may have been set since)."""
        found = self.state.heap.get(layer.key)
        return found if isinstance(found, LayerObject) else layer

    def note_unknown(self, reason: str, node: cst.CSTNode) -> Unknown:
        """An unknown value whose reason is worth telling the user."""
        if not self.muted:
            self.records.unknown.append((reason, self.here(self.site(node))))
        return Unknown(reason)

    def record_call(self, call: CallSite) -> CallSite:
        """Keep a call for the rules, the same call with the same arguments once; returns it as it is kept."""
        if self.muted or self.expecting:
            return call
        key = call.site, call.models, call.args
        if key not in self.records.calls:
            self.records.calls[key] = replace(call, order=self._next_order(), repeated=self.loops > 0)
            if call.name == "keras.Model.build":
                self.records.builds.setdefault(call.models, []).append(key)
        return self.records.calls[key]

    def disown_calls(self, key: int) -> None:
        """A model gets other layers: what was called on it before was called on one that no rule sees any more."""
        for each, call in self.records.calls.items():
            if call.models == (key,):
                self.records.calls[each] = replace(call, models=())

    def record_assignment(self, made: Assignment) -> None:
        """Keep what is set on an object of Keras for the rules; the same on the same object once."""
        key = made.site, made.owner, made.value
        if not self.muted and not self.expecting and key not in self.records.assignments:
            self.records.assignments[key] = replace(made, certain=not self.uncertain, order=self._next_order())

    def _next_order(self) -> int:
        return len(self.records.calls) + len(self.records.assignments)

    @property
    def within(self) -> int | None:
        """The layer of the program in whose ``call`` or ``build`` the run is."""
        entered = self.entered[-1] if self.entered else None
        return None if entered is None or entered.is_model or entered.phase == "init" else entered.key

    def add_node(self, node: LayerNode) -> None:
        """Keep a call of a layer, also for the model of the program that is being called."""
        self.nodes[node.id] = node
        if self.recorded is not None:
            self.recorded.append(node.id)

    def merge(self, *values: Value) -> Value:
        """One of several values; lists and the like that can't be reached any more are unknown from now on."""
        lost: list[Value] = []
        joined = join_all(values, lost)
        if lost:
            self.lose(*lost)
        return Unknown("one of no values") if joined is None else joined

    def lose(self, *values: Value) -> None:
        """Code that is not followed gets these values, and may change what is in them."""
        held = [value for value in values if type(value) not in NO_CONTAINERS]
        if held:
            lose(self.state.heap, held)
            for value in held:
                if isinstance(value, ArrayValue | Sequence):
                    forget(self, value)
                elif type(value) is ModuleValue:
                    names = self.state.own(value.frame)
                    names.update((name, Unknown(f"{name} may be set by code that is not followed")) for name in names)

    def spend(self, steps: int) -> None:
        """Count work that is more than one step.

        Raises:
            OutOfSteps: the source's budget is used up.
        """
        self.steps += steps
        if self.steps > self.max_steps:
            raise OutOfSteps

    def keep_going(self, state: State) -> None:
        """Continue from another state."""
        self.state = state

    @contextmanager
    def entering(self, entry: Site) -> Iterator[None]:
        """While in another file, through this place in the source."""
        earlier, self.outside.entry = self.outside.entry, entry
        try:
            yield
        finally:
            self.outside.entry = earlier

    @contextmanager
    def uncertainly(self) -> Iterator[None]:
        """While on one of several paths."""
        self.uncertain += 1
        try:
            yield
        finally:
            self.uncertain -= 1

    @contextmanager
    def expecting_faults(self) -> Iterator[None]:
        """While in a block that the program says raises, as ``with pytest.raises``: no fault there is a mistake."""
        self.expecting += 1
        try:
            yield
        finally:
            self.expecting -= 1

    @contextmanager
    def following(self, key: int, phase: Literal["init", "build", "call"], is_model: bool) -> Iterator[None]:
        """While a method of a layer or model of the program is followed."""
        self.entered.append(Entered(key, phase, self.loops_unknown, is_model))
        try:
            yield
        finally:
            self.entered.pop()

    @contextmanager
    def silently(self) -> Iterator[None]:
        """While trying what a loop changes: nothing is recorded."""
        self.muted += 1
        try:
            yield
        finally:
            self.muted -= 1


def join_returns(returns: list[tuple[Value, State]]) -> tuple[Value, State] | None:
    """The value and state after a function, from all its returns; None if it never returns."""
    if not returns:
        return None
    value, state = returns[0]
    lost: list[Value] = []
    for other_value, other_state in returns[1:]:
        value = join_kept(value, other_value, lost)
        state = join_states(state, other_state)
    lose(state.heap, lost)
    return value, state
