"""The model graph: what all three readers (source, live model, model file) make and all rules read.

A node is one *call* of a layer, an edge one tensor. A shared layer is two nodes with the same ``layer.key``;
``Add()([x, x])`` is one node with two edges from the same producer. Neither LibCST nor Keras is known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import Arguments, LayerObject, Site

if TYPE_CHECKING:
    import networkx


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report points: a syntax node of a source, or a layer of a model file by name."""

    site: Site | None = None
    layer: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """One input of a node: the output ``index`` of node ``producer``.

    ``producer`` is None where the tensor does not certainly come out of one known layer call (``reason`` says why);
    then it may be an input of the model, an unknown tensor, or one of several. ``input`` is the key of the layer that
    stands for the tensor, where it is a ``keras.Input``.
    """

    producer: int | None
    index: int = 0
    reason: str = ""
    input: int | None = None


@dataclass(frozen=True, slots=True)
class LayerNode:
    """One call of a layer.

    ``inputs`` and ``outputs`` are shapes, the batch axis included. ``edges`` has one entry per input tensor, then one
    per tensor of a mask and the like, which ``inputs`` leaves out.
    ``required_ndim`` is how many axes the ``call`` of a user's own layer needs its input to have. ``inner`` is the
    graph of the model that is called, where the layer is a model. ``certain`` is False if the call is made on some
    paths of the program only. ``site`` is the place of the call; in a Sequential it is where the layer is made.
    ``step_copies`` is set by the inspector for a user's own layer that holds this many copies of one layer, one per
    time step of its input, and ``copies_regularized`` if it is known that some of them are regularized. ``within`` is
    the key of the user's own layer in whose ``call`` the call is made, which then has the weights.
    """

    id: int
    layer: LayerObject
    inputs: tuple[AnyShape, ...] = ()
    outputs: tuple[AnyShape, ...] = ()
    edges: tuple[Edge, ...] = ()
    required_ndim: int | None = None
    inner: ModelGraph | None = None
    certain: bool = True
    site: Site | None = None
    step_copies: int | None = None
    within: int | None = None
    copies_regularized: bool = False

    @property
    def type(self) -> str:
        """The canonical name of the layer's class."""
        return self.layer.type

    @property
    def args(self) -> Arguments:
        """The arguments that the layer was made with."""
        return self.layer.args

    @property
    def name(self) -> str:
        """The layer's own name where it is known, else its class."""
        return self.layer.name or self.layer.short_type

    @property
    def place(self) -> Place:
        """The layer: where it is made in source, its name in a file."""
        return layer_place(self.layer)


def layer_place(layer: LayerObject, argument: str | None = None) -> Place:
    """The place of a layer, or of one of the arguments it was made with (the layer's own if it is not passed)."""
    site = layer.args.site(argument) if argument else None
    return Place(site or layer.site, layer.name or layer.short_type)


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call of a Keras method or class whose arguments are known by name, such as ``fit``.

    ``name`` is canonical: ``keras.Model.fit``. ``models`` are the keys of the models it is called on, more than one
    where paths differ. ``certain`` is False if it is made on some paths of the program only. ``compiled`` is the one
    ``compile`` in force when a model is fitted, None if there is none or more than one by path. ``order`` counts what a
    program does, calls and assignments alike. ``repeated`` says that it is made in a loop. ``result_of`` is the ``fit``
    whose history, or the ``evaluate`` whose result is read.
    """

    name: str
    args: Arguments
    site: Site | None = None
    models: tuple[int, ...] = ()
    certain: bool = True
    compiled: CallSite | None = None
    order: int = 0
    repeated: bool = False
    result_of: CallSite | None = None

    def place(self, argument: str | None = None) -> Place:
        """The call, or one of its arguments (the call if it is not passed)."""
        return Place((self.args.site(argument) if argument else None) or self.site)


WeightKey: TypeAlias = tuple[int, str, int]
"""What identifies a weight: the layer that declares it, its name, and which one of that name it is."""


def weights_by_key(layer: LayerObject, specs: Iterable[WeightSpec]) -> Iterator[tuple[WeightKey, WeightSpec]]:
    """The weights that a layer has, each with what identifies it wherever the layer is used."""
    seen: Counter[tuple[int, str]] = Counter()
    for spec in specs:
        # Bidirectional makes copies of its layer, other wrappers use the layer itself.
        owner = layer if layer.short_type == "Bidirectional" else spec.layer
        yield (owner.key, spec.name, seen[owner.key, spec.name]), spec
        seen[owner.key, spec.name] += 1


ESCAPED = "passed to a function that is not known"
"""A reason in ``ModelGraph.unknown``: code that is not followed may add layers to a Sequential, or freeze any model."""

_OWN_TRAINING = "trains in a way of its own"


def own_training(name: str) -> str:
    """A reason in ``ModelGraph.doubts`` for a model whose class may train otherwise than Keras does."""
    return f"{name} {_OWN_TRAINING}"


def trains_its_own_way(reason: str) -> bool:
    """Whether a doubt is that of ``own_training``: then the graph is all there is."""
    return reason.endswith(_OWN_TRAINING)


ForeignKind: TypeAlias = Literal["bytecode", "system", "function of Keras", "operation", "external", "file", "custom"]
"""Code in the file itself; what reaches beyond the model, is no part of one, or lies outside of the file; classes and
functions of the user."""


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """Something in a model's configuration that is not of Keras.

    ``layer`` is the path of the layer that it belongs to, None for what ``compile`` was given. ``where`` is its place
    in the configuration. ``what`` says what it is, ``loading`` what loading does about it.
    """

    layer: str | None
    where: str
    kind: ForeignKind
    what: str
    loading: str


@dataclass(frozen=True, slots=True)
class Twins:
    """Two layers, by key, of which a weight holds the same values: its name in the second, and how many they are."""

    first: int
    second: int
    weight: str
    params: int


ModelKind: TypeAlias = Literal["sequential", "functional", "subclass"]
Origin: TypeAlias = Literal["source", "live", "archive"]


@dataclass(frozen=True)
class ModelGraph:
    """One model: its layer calls in an order in which producers come first, and what is done with it.

    ``weights`` has the weights of every distinct layer by ``layer.key``, None where they can't be told
    (``why_unknown`` says why); those that a user's own model makes itself are under its ``key``. ``unknown`` lists the
    reasons why a part of the model is not known; it is empty if the graph is all there is. ``output_edges`` are the
    tensors that the model returns, ``output_shapes`` their shapes. ``input_layers`` has the layers that stand
    for the inputs, in the order of ``input_shapes``, None for an input that is not a ``keras.Input``; it is empty where
    the reader does not tell. ``missing_inputs`` are those that an output depends on and the model does not have,
    ``late_inputs`` those of a Sequential that come after its first layer or input. ``named_after`` is the class that
    Keras makes the name of, None where the program names the model. ``input_keys`` and ``output_keys`` have the keys of
    inputs and outputs that are a dict, None for others. ``doubts`` are those reasons of ``unknown`` that concern the
    model as a whole: what is in the graph may not be so; and that of ``own_training``. ``copy_of`` is the model that
    ``clone_model`` made it from. ``foreign`` is what a model file has that is not of Keras,
    ``twins`` are layers of a built model with equal weights.
    """

    key: int
    name: str
    kind: ModelKind
    nodes: tuple[LayerNode, ...]
    weights: dict[int, tuple[WeightSpec, ...] | None] = field(default_factory=dict)
    input_shapes: tuple[AnyShape, ...] = ()
    output_edges: tuple[Edge, ...] = ()
    output_shapes: tuple[AnyShape, ...] = ()
    compile: CallSite | None = None
    fits: tuple[CallSite, ...] = ()
    origin: Origin = "source"
    site: Site | None = None
    unknown: tuple[str, ...] = ()
    input_layers: tuple[LayerObject | None, ...] = ()
    named_after: str | None = None
    output_keys: tuple[str | None, ...] | None = None
    doubts: tuple[str, ...] = ()
    missing_inputs: tuple[LayerObject, ...] = ()
    late_inputs: tuple[LayerObject, ...] = ()
    copy_of: int | None = None
    input_keys: tuple[str | None, ...] | None = None
    why_unknown: dict[int, str] = field(default_factory=dict)
    foreign: tuple[ForeignCode, ...] = ()
    twins: tuple[Twins, ...] = ()

    @cached_property
    def _by_id(self) -> dict[int, LayerNode]:
        return {node.id: node for node in self.nodes}

    def node(self, node_id: int) -> LayerNode:
        """The node with this id."""
        return self._by_id[node_id]

    def producer(self, edge: Edge) -> LayerNode | None:
        """The node that an edge comes from; None if it is an input of the model or not known."""
        return self._by_id.get(edge.producer) if edge.producer is not None else None

    @property
    def may_miss_layers(self) -> bool:
        """Whether layers may be missing: something in ``unknown`` is not just a shape that a Keras layer gives."""
        shapes = {
            shape.reason
            for node in self.nodes
            if node.type.startswith("keras.") and not any(isinstance(shape, UnknownShape) for shape in node.inputs)
            for shape in node.outputs
            if isinstance(shape, UnknownShape)
        }
        if self.kind == "functional":
            shapes.add(ESCAPED)  # nobody can add a layer to it
        return bool(set(self.unknown) - shapes)

    def producers(self, node: LayerNode) -> Iterator[LayerNode]:
        """The known producers of a node's inputs, in order."""
        for edge in node.edges:
            found = self.producer(edge)
            if found is not None:
                yield found

    def layers(self) -> Iterator[LayerObject]:
        """Every distinct layer once, in the order of its first call."""
        seen = set()
        for node in self.nodes:
            if node.layer.key not in seen:
                seen.add(node.layer.key)
                yield node.layer

    @cached_property
    def graph(self) -> networkx.MultiDiGraph[int]:
        """The graph for networkx' algorithms: node ids with the attribute ``node``, an edge per tensor."""
        import networkx  # costs as much as parsing a large file, so only where it is used

        graph: networkx.MultiDiGraph[int] = networkx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(node.id, node=node)
        for node in self.nodes:
            for number, edge in enumerate(node.edges):
                if edge.producer in self._by_id:
                    graph.add_edge(edge.producer, node.id, input=number, output=edge.index)
        return graph
