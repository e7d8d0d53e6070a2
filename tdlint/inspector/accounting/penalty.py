"""From a model with its weights to the account: who is regularized, by what, and what it costs.

Which penalties Keras adds, by version: FACTS B1, C6, C7 and C9.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tdlint import values
from tdlint.data_loss import data_loss_at_start
from tdlint.graph import LayerNode, ModelGraph
from tdlint.inspector.accounting.account import (
    Account,
    LayerAccount,
    Regularizer,
    Totals,
    Unsafe,
    WeightAccount,
    spread,
    total,
    trainable_params,
)
from tdlint.inspector.accounting.duplicates import duplicates_of, with_twins
from tdlint.inspector.accounting.held import OF_LAYERS, Held, Inspected
from tdlint.inspector.accounting.shrinkage import Shrinkage, shrinkage_of
from tdlint.inspector.accounting.terms import activity_of, inactive_of
from tdlint.inspector.codes import FOREIGN_CODE
from tdlint.inspector.configs.values import is_user_code
from tdlint.naming import OPERATION
from tdlint.shapes import AnyShape, UnknownShape
from tdlint.spec.layers.base import WeightSpec
from tdlint.spec.moments import AtStart
from tdlint.spec.optimizers import Optimizer, optimizer_of
from tdlint.spec.regularizers import coefficients, penalty_at_start
from tdlint.spec.version import KerasVersion
from tdlint.values import Instance, LayerObject, Value


@dataclass(frozen=True)
class Visit:
    """A distinct layer where it stands: ``frozen`` if a model around it is, ``calls`` those of the outermost model."""

    path: str
    node: LayerNode
    calls: int
    frozen: bool
    specs: tuple[WeightSpec, ...] | None


def visits(model: ModelGraph, keras: KerasVersion, frozen: bool, prefix: str = "", times: int = 1) -> Iterator[Visit]:
    """Every distinct layer of a model and of the models within it; ``frozen`` is what the model itself says.

    ``times`` is how often the model is called.

    In Keras 3 a frozen model that is loaded as part of another one does not freeze its layers: each of them, and the
    outermost model, is asked.
    """
    done = set()
    for node in model.nodes:
        if node.layer.key in done:
            continue
        done.add(node.layer.key)
        path = prefix + node.name
        fixed = frozen or (keras.major < 3 and node.layer.trainable is False)
        calls = times * sum(other.layer.key == node.layer.key for other in model.nodes)
        if node.inner is not None:
            yield from visits(node.inner, keras, fixed, f"{path}/", calls)
            continue
        yield Visit(path, node, calls, fixed, model.weights.get(node.layer.key))


def describe(regularizer: Value, keras: KerasVersion) -> Regularizer | None:
    """A regularizer argument for people; None where there is none, or none that is known."""
    if isinstance(regularizer, values.Unknown):
        return (
            Regularizer((regularizer.name or "lambda").rpartition(">")[2], custom=True)
            if is_user_code(regularizer)
            else None
        )
    if regularizer.must_be(None):
        return None
    found = coefficients(regularizer, keras)
    if not isinstance(regularizer, Instance):
        short = str(regularizer.value) if isinstance(regularizer, values.Const) else "regularizer"
        pairs = () if found is None else tuple((k, v) for k, v in (("l1", found.l1), ("l2", found.l2)) if v)
        return Regularizer({"l1": "L1", "l2": "L2"}.get(short, short), pairs)
    custom = ">" in regularizer.type
    short = regularizer.type.rpartition(">" if custom else ".")[2]
    if found is not None:
        kept = {"L1": ("l1",), "L2": ("l2",)}.get(short, ("l1", "l2"))
        return Regularizer(short, tuple((name, getattr(found, name)) for name in kept))
    numbers = tuple((name, float(n)) for name, v in regularizer.args.bound if (n := values.number(v)) is not None)
    return Regularizer(short, numbers, custom)


def _penalty_now(held: Held, keras: KerasVersion) -> float | None:
    if held.measured is not None:
        return held.measured
    found = coefficients(held.regularizer, keras)
    if found is None:
        return None
    if not found.active:
        return 0.0
    return None if held.sums is None else found.penalty(held.sums.absolute, held.sums.square)


def _penalty_at_start(held: Held, keras: KerasVersion) -> AtStart | None:
    if held.spec is None:
        return AtStart(0.0, 0.0) if held.regularizer.must_be(None) else None
    try:
        return penalty_at_start(replace(held.spec, regularizer=held.regularizer), keras)
    except OverflowError:  # a file may claim a size whose penalty no float can hold
        return None


def _seed(held: Held) -> int | None:
    initializer = held.spec.initializer if held.spec else None
    seed = initializer.args.get("seed") if isinstance(initializer, Instance) else values.NONE
    return values.integer(seed)


def _optimizer(inspected: Inspected) -> Optimizer | None:
    if inspected.optimizer is not None:
        return optimizer_of(inspected.optimizer)
    compiled = inspected.model.compile
    return optimizer_of(compiled.args.get("optimizer")) if compiled is not None else None


def _shrinkage(held: Held, counted: bool, optimizer: Optimizer | None, keras: KerasVersion) -> Shrinkage | None:
    penalty = coefficients(held.regularizer, keras) if counted else None
    return shrinkage_of(optimizer, penalty) if optimizer is not None and penalty is not None else None


def _weight(held: Held, frozen: bool, keras: KerasVersion, optimizer: Optimizer | None) -> WeightAccount:
    if held.counted is not None:
        trainable, counted = held.trainable, held.counted
    else:
        trainable = False if frozen or (held.spec is not None and _freezes(held.spec.layer, keras)) else held.trainable
        counted = trainable is not False or keras < (3, 1)
    at_start = _penalty_at_start(held, keras)
    return WeightAccount(
        held.name,
        held.shape,
        held.params,
        trainable,
        describe(held.regularizer, keras),
        _penalty_now(held, keras),
        None if at_start is None else at_start.mean,
        counted,
        understood=not isinstance(held.regularizer, values.Unknown) or is_user_code(held.regularizer),
        non_finite=held.sums.non_finite if held.sums else 0,
        expected_spread=None if at_start is None else at_start.spread,
        seed=_seed(held),
        shrinkage=_shrinkage(held, counted and trainable is not False, optimizer, keras),
    )


def _freezes(layer: LayerObject, keras: KerasVersion) -> bool:
    """Whether ``trainable=False`` in the config of the layer that declares a weight freezes the weight.

    Keras 3 does not pass it on to layers within, and those of attention are not in the config.
    """
    return layer.trainable is False and not (keras.major >= 3 and layer.short_type in OF_LAYERS)


def _output_shape(node: LayerNode) -> AnyShape:
    return node.outputs[0] if node.outputs else UnknownShape()


def _layer(visit: Visit, inspected: Inspected, optimizer: Optimizer | None) -> LayerAccount:
    node, keras = visit.node, inspected.keras
    held = inspected.held.get(node.layer.key, ())
    weights = tuple(_weight(one, visit.frozen, keras, optimizer) for one in held)
    return LayerAccount(
        visit.path,
        node.layer.short_type.rpartition(">")[2],
        _output_shape(node),
        weights,
        activity_of(node, visit.calls, keras, describe),
        visit.calls,
        node.step_copies,
        node.layer.short_type == "TimeDistributed" and any(weight.regularizer for weight in weights),
        node.layer.key not in inspected.missing,
    )


def _totals(layers: tuple[LayerAccount, ...], model: ModelGraph, complete: bool) -> Totals:
    weights = [weight for layer in layers for weight in layer.weights]
    counting = [weight for weight in weights if weight.counted]
    penalty = total(weight.penalty for weight in counting) if complete else None
    loss = data_loss_at_start(model)
    return Totals(
        sum(weight.params for weight in weights),
        trainable_params(weights) if complete else None,
        sum(layer.regularized_params for layer in layers),
        penalty,
        sum(weight.penalty for weight in counting if weight.penalty is not None),
        total(weight.expected_penalty for weight in counting) if complete else None,
        loss.value if loss else None,
        loss.why if loss else None,
        penalty / loss.value if loss and loss.value > 0 and penalty is not None else None,
        spread(weights),
    )


def _with_shares(layer: LayerAccount, whole: float | None) -> LayerAccount:
    if not whole:
        return layer
    weights = (
        replace(weight, share=weight.penalty / whole if weight.counted else 0.0)
        if weight.penalty is not None
        else weight
        for weight in layer.weights
    )
    return replace(layer, weights=tuple(weights))


def _notes(inspected: Inspected, layers: tuple[LayerAccount, ...]) -> tuple[str, ...]:
    notes = list(inspected.notes)
    absent = [layer.layer for layer in layers if not layer.complete]
    if absent:
        notes.append(f"the config does not tell the weights of {', '.join(absent)}; the sums leave them out")
    if layers and not any(weight.understood for layer in layers for weight in layer.weights):
        return tuple(notes)  # one reason for all of them is in `unknown`
    for layer in layers:
        odd = [weight for weight in layer.weights if not weight.understood]
        if odd:
            size = sum(weight.params for weight in odd)
            notes.append(f"{layer.layer}: {size:,} parameters are counted, and what regularizes them is not known")
        for weight in layer.weights:
            if weight.penalty is not None and not math.isfinite(weight.penalty):
                notes.append(f"{layer.layer}: the penalty of {weight.name} is {weight.penalty}, and so is the loss")
        bad = sum(weight.non_finite for weight in layer.weights)
        if bad:
            notes.append(f"{layer.layer}: {bad:,} values are NaN or infinite")
    return tuple(notes)


def _visited(inspected: Inspected) -> list[Visit]:
    return [
        visit
        for visit in visits(inspected.model, inspected.keras, inspected.frozen)
        # an operation such as `x[:, 0]` is not a layer
        if not visit.node.type.startswith(OPERATION) or inspected.held.get(visit.node.layer.key)
    ]


def held_by_layer(inspected: Inspected) -> list[tuple[Held, ...]]:
    """The weights that each layer of the account holds, in its order."""
    owners = [inspected.held.get(owner.key) for owner, _ in _models(inspected.model)]
    layers = [inspected.held.get(visit.node.layer.key, ()) for visit in _visited(inspected)]
    return [*layers, *(held for held in owners if held)]


def account_of(inspected: Inspected) -> Account:
    """The account of a model that was read from a file or found alive."""
    model, keras, optimizer = inspected.model, inspected.keras, _optimizer(inspected)
    found = _visited(inspected)
    layers = [_layer(visit, inspected, optimizer) for visit in found]
    for owner, path in _models(model):
        if inspected.held.get(owner.key):
            own = tuple(_weight(one, False, keras, optimizer) for one in inspected.held[owner.key])
            layers.append(LayerAccount(path or owner.name, "weights of the model itself", UnknownShape(), own))
    totals = _totals(tuple(layers), model, not inspected.missing)
    done = tuple(_with_shares(layer, totals.penalty) for layer in layers)
    return Account(
        model.name,
        inspected.source,
        inspected.keras_version,
        keras,
        done,
        totals,
        tuple(
            item
            for visit, layer in zip(found, layers, strict=False)
            for item in inactive_of(visit, layer, keras, inspected.dormant.get(visit.node.layer.key, ()))
        ),
        tuple(
            Unsafe(one.layer or "compile", f"{one.what}; {one.loading}", FOREIGN_CODE, one.where)
            for one in model.foreign
        ),
        duplicates_of(_by_path(inspected, found)),
        _notes(inspected, done),
        model.unknown,
        model=with_twins(model, inspected.held),
    )


def _by_path(inspected: Inspected, found: Iterable[Visit]) -> Iterator[tuple[str, Held]]:
    for visit in found:
        for held in inspected.held.get(visit.node.layer.key, ()):
            yield f"{visit.path}/{held.name}", held


def _models(model: ModelGraph, path: str = "") -> Iterator[tuple[ModelGraph, str]]:
    yield model, path
    done = set()
    for node in model.nodes:
        if node.inner is not None and node.layer.key not in done:
            done.add(node.layer.key)
            yield from _models(node.inner, f"{path}/{node.name}" if path else node.name)
