"""A model as Keras' ``model.summary()`` shows it: a row per call of a layer, with shapes and numbers of parameters.

What is not known is None, and has a reason in ``ModelSummary.unknown``: a number is never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tdlint.graph import ESCAPED, Edge, LayerNode, ModelGraph, ModelKind, WeightKey, weights_by_key
from tdlint.layer_order import as_listed
from tdlint.naming import APPLICATION, OPERATION, operation_stem
from tdlint.shapes import AnyShape, UnknownShape, size
from tdlint.spec import layers
from tdlint.spec.layers.base import WeightSpec
from tdlint.values import LayerObject, Site


@dataclass(frozen=True, slots=True)
class Input:
    """One input tensor of a row: output ``index`` of the row ``row``, None where it does not come from a known row."""

    row: int | None
    index: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One call of a layer; ``id`` counts the rows of a model from 0.

    ``params`` are those of the layer, 0 where an earlier row of this model (``same_as``) has the same layer; None if
    they can't be told. ``certain`` is False if the layer is there on some paths only, or an unknown number of times.
    ``fault`` is why Keras refuses the call; what follows is then as if it did not.
    """

    id: int
    name: str
    type: str
    output_shapes: tuple[AnyShape, ...]
    params: int | None
    trainable_params: int | None
    inputs: tuple[Input, ...] = ()
    site: Site | None = None
    same_as: int | None = None
    certain: bool = True
    inner: ModelSummary | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """All rows of a model and their sums, in which a weight counts once however often it is used.

    ``refused`` are the calls that Keras refuses and why: such a model can't be made, so its sums are not known.
    """

    name: str
    kind: ModelKind
    rows: tuple[Row, ...]
    input_shapes: tuple[AnyShape, ...] = ()
    output_shapes: tuple[AnyShape, ...] = ()
    outputs: tuple[Input, ...] = ()
    total_params: int | None = None
    trainable_params: int | None = None
    unknown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    site: Site | None = None

    @property
    def non_trainable_params(self) -> int | None:
        """The other parameters, None if either sum is not known."""
        if self.total_params is None or self.trainable_params is None:
            return None
        return self.total_params - self.trainable_params

    @property
    def is_chain(self) -> bool:
        """Whether every row has the output of the row before as its one input, so that connections need no telling."""
        rows = enumerate(self.rows[1:])
        return self.kind == "sequential" or all(
            row.inputs == (Input(before),) and row.same_as is None for before, row in rows
        )


@dataclass(frozen=True, slots=True)
class _Weight:
    """A weight's number of elements and whether it is trained; None for what is not known."""

    params: int | None
    trainable: bool | None


_Weights = dict[WeightKey, _Weight]


def summarize(model: ModelGraph, names: Mapping[int, str]) -> ModelSummary:
    """The summary of a model; ``names`` has the name of every layer and model by key."""
    return _Summarizer(names).summarize(model)[0]


def params_of(model: ModelGraph, node: LayerNode) -> int | None:
    """The number of parameters of the layer that a node calls; None if it can't be told."""
    return _total(_Summarizer({}).weights(model, node)[1])


@dataclass(frozen=True)
class _Summarizer:
    names: Mapping[int, str]

    def summarize(self, model: ModelGraph) -> tuple[ModelSummary, _Weights]:
        nodes = tuple(node for node in as_listed(model) if model.kind != "subclass" or node.within is None)
        rows_of = {node.id: number for number, node in enumerate(nodes)}
        first_of: dict[int, int] = {}
        weights: _Weights = {}
        rows: list[Row] = []
        unknown_inputs = [shape.reason for shape in model.input_shapes if isinstance(shape, UnknownShape)]
        reasons = [*model.unknown, *unknown_inputs]
        refused: list[str] = []
        own = model.weights.get(model.key)
        if own:
            weights.update(_weights_of(LayerObject(model.key, "keras.Model"), own))
        for node in nodes:
            inner, parts = self.weights(model, node)
            weights.update({key: weight for key, weight in parts.items() if key not in weights})
            row = self._row(node, parts, rows_of, first_of.get(node.layer.key), inner, model.kind)
            first_of.setdefault(node.layer.key, row.id)
            rows.append(row)
            reasons += _reasons(row, node, inner, model.why_unknown.get(node.layer.key))
            refused += _refused(row, inner)
        whole = not refused and not model.may_miss_layers
        whole = whole and not any(row.params != 0 and not row.certain for row in rows)
        return (
            ModelSummary(
                self.names.get(model.key, model.name),
                model.kind,
                tuple(rows),
                model.input_shapes,
                model.output_shapes,
                tuple(_input(edge, rows_of) for edge in model.output_edges),
                _total(weights) if whole else None,
                _trainable(weights) if whole and ESCAPED not in model.unknown else None,
                tuple(dict.fromkeys(reasons)),
                tuple(refused),
                model.site,
            ),
            weights if whole else {**weights, (model.key, "missing", 0): _Weight(None, None)},
        )

    def weights(self, model: ModelGraph, node: LayerNode) -> tuple[ModelSummary | None, _Weights]:
        """The weights of a layer, and the summary of what is in it where it is a model."""
        if node.inner is not None:
            inner, weights = self.summarize(node.inner)
            trained = node.layer.trainable
            return inner, {
                key: _Weight(weight.params, _both(weight.trainable, trained)) for key, weight in weights.items()
            }
        if node.type.startswith(OPERATION):
            if model.kind == "subclass":
                return None, {}  # Keras counts what the model holds
            understood = not any(isinstance(shape, UnknownShape) for shape in node.outputs)
            return None, {} if understood else {(node.layer.key, "unknown", 0): _Weight(None, None)}
        is_input = node.type == "keras.layers.InputLayer"
        specs = model.weights.get(node.layer.key, () if is_input else None)
        if specs is None:
            return None, {(node.layer.key, "unknown", 0): _Weight(None, None)}
        return None, _weights_of(node.layer, specs)

    def _row(
        self,
        node: LayerNode,
        weights: _Weights,
        rows_of: Mapping[int, int],
        same_as: int | None,
        inner: ModelSummary | None,
        kind: ModelKind,
    ) -> Row:
        layer = node.layer
        is_operation = node.type.startswith(OPERATION)
        # What a functional model reaches from its outputs is in it, whatever the path that made it.
        certain = (node.certain or kind == "functional") and not layer.repeated
        inputs = tuple(_input(edge, rows_of) for edge in node.edges)
        if kind == "sequential" and rows_of[node.id] == 0:
            inputs = ()  # the input of the model, which is no row here
        return Row(
            rows_of[node.id],
            self.names.get(layer.key) or node.name,
            _camel_case(operation_stem(node)) if is_operation else _type(node),
            node.outputs,
            _total(weights) if same_as is None else 0,
            _trainable(weights) if same_as is None else 0,
            inputs,
            node.site if is_operation or inner is not None else layer.site,
            same_as,
            certain,
            None if node.inner is not None and _hides_layers(node.inner) else inner,
            _fault(node),
        )


def _hides_layers(model: ModelGraph) -> bool:
    """Whether a model has all of its layers in one node, so that a look inside tells nothing more."""
    return len(model.nodes) == 1 and model.nodes[0].type.startswith(APPLICATION)


def _weights_of(layer: LayerObject, specs: tuple[WeightSpec, ...]) -> _Weights:
    found: _Weights = {}
    for key, spec in weights_by_key(layer, specs):
        trained = _both(spec.trainable, spec.layer.trainable)
        # freezing an own layer freezes what it holds at that time, and that may be trained again
        found[key] = _Weight(size(spec.shape), trained if layer.custom else _both(trained, layer.trainable))
    return found


def _fault(node: LayerNode) -> str | None:
    """Why Keras refuses to call the layer on its inputs."""
    if node.layer.custom or node.inner is not None or not node.inputs or not node.type.startswith("keras.layers."):
        return None
    found = layers.fault(node.layer, node.inputs)
    return None if found is None else found.reason


def _type(node: LayerNode) -> str:
    """The class of the layer; the interpreter calls every model that is no Sequential a Model."""
    if node.inner is None:
        return node.layer.short_type
    if node.inner.named_after is not None:
        return node.inner.named_after
    return node.layer.short_type if node.inner.kind == "subclass" else node.inner.kind.capitalize()


def _camel_case(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def _input(edge: Edge, rows_of: Mapping[int, int]) -> Input:
    source = edge.input if edge.producer is None else edge.producer
    return Input(None if source is None else rows_of.get(source), edge.index)


def _both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _total(weights: _Weights) -> int | None:
    found = [weight.params for weight in weights.values()]
    return None if None in found else sum(params for params in found if params is not None)


def _trainable(weights: _Weights) -> int | None:
    total = 0
    for weight in weights.values():
        if weight.trainable is False or weight.params == 0:
            continue
        if weight.trainable is None or weight.params is None:
            return None
        total += weight.params
    return total


def _refused(row: Row, inner: ModelSummary | None) -> Iterator[str]:
    if row.fault is not None:
        yield f"{row.name}: {row.fault}"
    if inner is not None and row.same_as is None:
        yield from (f"{row.name}/{fault}" for fault in inner.refused)


def _reasons(row: Row, node: LayerNode, inner: ModelSummary | None, why: str | None) -> Iterator[str]:
    """Why numbers of a row are not known."""
    if inner is not None:
        yield from (f"{row.name}: {reason}" for reason in inner.unknown)
    elif row.params is None:
        if row.fault is not None:
            return
        if node.layer.custom:
            known = f"{row.name}: the weights of {row.type}, a layer of the program, are not known"
            yield f"{known}: {why or 'a size is not known'}"
        elif node.type.startswith(OPERATION):
            yield f"{row.name}: what it computes is not known, nor whether it has weights"
        else:
            yield f"{row.name}: its number of parameters depends on sizes that are not known"
    elif row.trainable_params is None and row.params is not None:
        yield f"{row.name}: whether it is trained is not known"
    if not row.certain and row.params != 0:
        yield f"{row.name}: it is there on some paths only, or as often as a loop runs"
