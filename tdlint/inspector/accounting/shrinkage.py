"""What a weight's regularizer comes to in one step of the optimizer (FACTS C10d and C23).

SGD takes the gradient of the penalty as it is: L2 takes a share off the weight, L1 a fixed amount. Optimizers that
divide by the size of past gradients rescale it with the rest: what it comes to then depends on the data, and where the
data have no gradient, the coefficients hardly matter at all.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from tdlint.spec.optimizers import Optimizer
from tdlint.spec.regularizers import Coefficients


@dataclass(frozen=True)
class Shrinkage:
    """What a penalty does to a weight in a step.

    ``l1_threshold`` is what L1 takes off ``|w|``, whatever the data say: a weight that the data keep from zero by less
    ends within this distance of it. ``l2_decay`` is the share of ``w`` that L2 takes off. Both are None where the
    optimizer rescales gradients. ``without_data`` is what both together take off ``|w|`` where the data have no
    gradient, once the optimizer's averages have settled; None where that is no fixed amount. ``note`` says what the
    numbers do not.
    """

    optimizer: str
    learning_rate: float
    l1_threshold: float | None = None
    l2_decay: float | None = None
    without_data: float | None = None
    note: str = ""


def shrinkage_of(optimizer: Optimizer, penalty: Coefficients) -> Shrinkage | None:
    """What a penalty comes to; None if it is zero or the learning rate is not known."""
    if not penalty.active or not optimizer.learning_rate:
        return None
    found = _RULES[optimizer.name](optimizer, optimizer.learning_rate, penalty)
    if found is None:
        return None
    notes = [found.note] if found.note else []
    if optimizer.scheduled:
        notes.append("at the learning rate of the first step, which a schedule changes")
    if optimizer.batches > 1:
        notes.append(f"a step is made of {optimizer.batches} batches")
    if optimizer.clipped:
        notes.append("less where gradients are clipped")
    return replace(found, note="; ".join(notes))


def _sgd(optimizer: Optimizer, rate: float, penalty: Coefficients) -> Shrinkage | None:
    momentum, nesterov = optimizer.setting("momentum"), optimizer.setting("nesterov")
    if momentum is None or nesterov is None or not 0 <= momentum < 1:
        return None
    # Each step maps weight and velocity linearly; what is left of the weight in the long run is the largest eigenvalue.
    pull = 2 * rate * penalty.l2
    if nesterov:
        trace, product = 1 + momentum - pull * (1 + momentum), momentum * (1 - pull)
    else:
        trace, product = 1 + momentum - pull, momentum
    root = cmath.sqrt(trace * trace - 4 * product)
    kept = max((trace + root) / 2, (trace - root) / 2, key=abs)
    if momentum == 0:
        kept = complex(1 - pull)
    notes = ["once momentum has built up"] if momentum else []
    if abs(kept) > 1:
        notes.append("L2 is so strong at this learning rate that weights grow with every step")
    elif momentum and abs(kept.imag) > 1e-9:
        notes.append("weights swing around zero")
    left = abs(kept) if kept.imag else kept.real
    threshold = rate * penalty.l1 / (1 - momentum)
    return Shrinkage("SGD", rate, threshold, 1 - left if penalty.l2 else 0.0, note="; ".join(notes))


def _rescaled(optimizer: Optimizer, rate: float, penalty: Coefficients, alone: float | None) -> Shrinkage:
    parts = [f"about {rate * penalty.l1:.3g} / s"] if penalty.l1 else []
    parts += [f"a share of about {2 * rate * penalty.l2:.3g} / s"] if penalty.l2 else []
    against = f"; where those of the data have the root mean square s, it takes {' and '.join(parts)} off a weight"
    note = f"{optimizer.name} divides gradients by their size"
    # Adamax divides by the largest of the gradients, of which the root mean square tells nothing
    return Shrinkage(
        optimizer.name, rate, without_data=alone, note=note + (against if optimizer.name != "Adamax" else "")
    )


def _adam(optimizer: Optimizer, rate: float, penalty: Coefficients) -> Shrinkage | None:
    epsilon = optimizer.setting("epsilon")
    if epsilon is None:
        return None
    # a gradient of one size becomes a step of the learning rate; that of L2 shrinks with the weight, slowly
    return _rescaled(optimizer, rate, penalty, rate * penalty.l1 / (penalty.l1 + epsilon) if not penalty.l2 else rate)


def _rmsprop(optimizer: Optimizer, rate: float, penalty: Coefficients) -> Shrinkage | None:
    epsilon, momentum, centered = (optimizer.setting(name) for name in ("epsilon", "momentum", "centered"))
    if epsilon is None or momentum is None or centered is None or not 0 <= momentum < 1:
        return None
    if centered:
        # what does not vary is divided by nothing but epsilon
        alone = rate * penalty.l1 / math.sqrt(epsilon) if not penalty.l2 else None
    elif penalty.l2:
        alone = rate
    else:
        alone = rate * penalty.l1 / math.sqrt(penalty.l1**2 + epsilon)
    return _rescaled(optimizer, rate, penalty, None if alone is None else alone / (1 - momentum))


def _lion(optimizer: Optimizer, rate: float, penalty: Coefficients) -> Shrinkage:
    return Shrinkage(
        "Lion",
        rate,
        without_data=rate,
        note="Lion uses the sign of gradients only, so that the penalty acts where it is stronger than the data's",
    )


def _adagrad(optimizer: Optimizer, rate: float, penalty: Coefficients) -> Shrinkage:
    return _only(
        optimizer,
        rate,
        "Adagrad divides by the root of all squared gradients so far: a step is less than the one before",
    )


def _of_norm(optimizer: Optimizer, rate: float, penalty: Coefficients) -> Shrinkage:
    return _only(
        optimizer,
        rate,
        f"{optimizer.name} makes steps in proportion to the weights; where the data have no gradient, a step "
        "takes off about the learning rate times their root mean square, whatever the coefficients are",
    )


def _other(optimizer: Optimizer, rate: float, penalty: Coefficients) -> Shrinkage:
    return _only(optimizer, rate, f"what {optimizer.name} makes of a penalty depends on the gradients so far")


def _only(optimizer: Optimizer, rate: float, note: str) -> Shrinkage:
    return Shrinkage(optimizer.name, rate, note=note)


_RULES: dict[str, Callable[[Optimizer, float, Coefficients], Shrinkage | None]] = {
    "SGD": _sgd,
    "Adam": _adam,
    "AdamW": _adam,
    "Adamax": _adam,
    "Nadam": _adam,
    "RMSprop": _rmsprop,
    "Lion": _lion,
    "Adagrad": _adagrad,
    "Lamb": _of_norm,
    "Adafactor": _of_norm,
    "Adadelta": _other,
    "Ftrl": _other,
    "Muon": _other,
    "ScheduleFreeAdamW": _other,
}
