"""What the rules about architecture ask of a model graph: which layer follows which, and on what conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from tdlint.api import LayerNode, LayerObject, ModelGraph, UnknownShape, integer, layer_activation

CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D", "Convolution1D", "Convolution2D", "Convolution3D"})
SEPARABLE = frozenset({"SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D"})
TRANSPOSED = frozenset({"Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"})
UPSAMPLING = TRANSPOSED | {"UpSampling1D", "UpSampling2D", "UpSampling3D"}
MAX_POOLINGS = frozenset({f"MaxPool{end}{n}D" for end in ("", "ing") for n in (1, 2, 3)})
AVERAGE_POOLINGS = frozenset({f"AveragePooling{n}D" for n in (1, 2, 3)} | {f"AvgPool{n}D" for n in (1, 2, 3)})
POOLINGS = MAX_POOLINGS | AVERAGE_POOLINGS
DROPOUTS = frozenset({"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout"})
DROPOUTS_AND_NOISE = DROPOUTS | {"GaussianDropout", "GaussianNoise"}


def computing(layer: LayerObject) -> LayerObject:
    """The layer itself, or the one inside of TimeDistributed."""
    inner = layer.args.get("layer") if layer.type == "keras.layers.TimeDistributed" else None
    return inner if isinstance(inner, LayerObject) else layer


def kind(node: LayerNode) -> str:
    """The class of the layer that computes, empty where it is not a layer of Keras."""
    layer = computing(node.layer)
    known = not layer.custom and node.inner is None and layer.type.startswith("keras.layers.")
    return layer.short_type if known else ""


@dataclass(frozen=True, slots=True)
class Link:
    """A call of a layer whose output goes to one other call, and nowhere else."""

    first: LayerNode
    second: LayerNode


def links(model: ModelGraph) -> Iterator[Link]:
    """Every pair of calls of which the second is all that reads the first, and reads nothing else."""
    following = only_readers(model)
    for node in model.nodes:
        if node.id in following:
            yield Link(node, following[node.id])


def only_readers(model: ModelGraph) -> dict[int, LayerNode]:
    """The node that reads the output of another, by the id of that; those that are read elsewhere are left out."""
    if model.doubts or model.kind == "subclass":
        return {}
    readers: dict[int, list[LayerNode]] = {}
    for node in model.nodes:
        for producer in model.producers(node):
            readers.setdefault(producer.id, []).append(node)
    returned = {edge.producer for edge in model.output_edges}
    return {
        producer: found[0]
        for producer, found in readers.items()
        if len(found) == 1 and len(found[0].edges) == 1 and producer not in returned
    }


def after(following: Mapping[int, LayerNode], node: LayerNode, passing: frozenset[str]) -> Iterator[LayerNode]:
    """What alone reads a node, what alone reads that and so on, for as long as they are of the classes ``passing``.

    The last one is the first that is of another class.
    """
    reader = following.get(node.id)
    while reader is not None:
        yield reader
        reader = following.get(reader.id) if kind(reader) in passing else None


def in_a_row(model: ModelGraph) -> tuple[LayerNode, ...]:
    """The calls of a model that is one chain from its input to its output; none if it is not, or not all is known."""
    if model.unknown or model.kind == "subclass" or len(model.output_edges) != 1 or not model.nodes:
        return ()
    following = only_readers(model)
    found = [node for node in model.nodes if node.certain and not node.layer.repeated]
    chained = all(following.get(one.id) is two for one, two in pairwise(found))
    return tuple(found) if chained and len(found) == len(model.nodes) else ()


def linear(layer: LayerObject) -> bool:
    """Whether a layer of Keras certainly has no activation."""
    return layer_activation(layer) == "linear"


def frozen(layer: LayerObject) -> bool:
    """Whether a layer may be kept as it is made."""
    return layer.trainable is not True or layer.args.get("trainable").must_be(False)


def size(value: object) -> int | None:
    """A dimension as a number, None if it is none."""
    return value if isinstance(value, int) else None


def features(node: LayerNode) -> int | None:
    """The size of the last axis of a node's only input, None if it is not known."""
    if len(node.inputs) != 1 or isinstance(node.inputs[0], UnknownShape) or not node.inputs[0]:
        return None
    return size(node.inputs[0][-1])


def units(node: LayerNode) -> int | None:
    """The units of a Dense, or the filters of a convolution, if known."""
    layer = computing(node.layer)
    name = "units" if layer.short_type == "Dense" else "filters"
    return integer(layer.args.get(name))


@dataclass(frozen=True, slots=True)
class Classifier:
    """A chain of convolutions, flattened or pooled, with Dense layers at its end: ``images``, ``flat``, ``dense``."""

    images: tuple[LayerNode, ...]
    flat: LayerNode
    dense: tuple[LayerNode, ...]

    @property
    def convolutions(self) -> list[LayerNode]:
        """The convolutions in order."""
        return [node for node in self.images if kind(node) in CONVOLUTIONS]


def classifier(model: ModelGraph) -> Classifier | None:
    """The model as a plain convolutional network that ends in Dense layers; None if it is not one."""
    chain = in_a_row(model)
    kinds = [kind(node) for node in chain]
    flat = next((number for number, name in enumerate(kinds) if name == "Flatten" or name.startswith("Global")), None)
    if flat is None or "" in kinds or UPSAMPLING & set(kinds) or not CONVOLUTIONS & set(kinds[:flat]):
        return None
    dense = tuple(node for node in chain[flat:] if kind(node) == "Dense")
    return Classifier(chain[:flat], chain[flat], dense) if dense else None
