"""Optimizers as ``compile`` is given them: class, learning rate and settings, with the defaults of Keras 3.

Source: FACTS C23, and tests/oracle against the signatures of real Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tdlint import values
from tdlint.values import Arguments, Const, Instance, Sequence, Symbol, Value

_ADAM = {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
DEFAULTS: dict[str, dict[str, float]] = {
    "SGD": {"learning_rate": 0.01, "momentum": 0.0, "nesterov": 0.0},
    "RMSprop": {"learning_rate": 0.001, "rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": 0.0},
    "Adam": _ADAM,
    "AdamW": _ADAM,
    "Adamax": _ADAM,
    "Nadam": _ADAM,
    "Lamb": _ADAM,
    "Lion": {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.99},
    "Adadelta": {"learning_rate": 0.001, "rho": 0.95, "epsilon": 1e-7},
    "Adagrad": {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-7},
    "Ftrl": {"learning_rate": 0.001},
    "Adafactor": {"learning_rate": 0.001},
    "Muon": {"learning_rate": 0.001},
    "ScheduleFreeAdamW": {"learning_rate": 0.0025},
}
_FIRST_RATE = {
    "ExponentialDecay": "initial_learning_rate",
    "InverseTimeDecay": "initial_learning_rate",
    "PolynomialDecay": "initial_learning_rate",
    "CosineDecay": "initial_learning_rate",
    "CosineDecayRestarts": "initial_learning_rate",
}
_CLIPPING = ("clipnorm", "clipvalue", "global_clipnorm")


@dataclass(frozen=True)
class Optimizer:
    """An optimizer of Keras.

    ``learning_rate`` is that of the first step, None if it is not known; ``scheduled`` says that it changes with the
    steps. ``settings`` are the numbers that decide its steps, flags as 0 and 1, None for one that is not known.
    ``clipped`` says that gradients are clipped, ``batches`` how many of them make one step.
    """

    name: str
    learning_rate: float | None
    scheduled: bool = False
    settings: Mapping[str, float | None] = field(default_factory=dict)
    clipped: bool = False
    batches: int = 1

    def setting(self, name: str) -> float | None:
        """One of the numbers; None if it is not known."""
        return self.settings.get(name)


def optimizer_of(value: Value) -> Optimizer | None:
    """The optimizer that an argument of ``compile`` stands for; None if it is not known or not of Keras."""
    name, args = _named(value), value.args if isinstance(value, Instance) else Arguments()
    if name == "LossScaleOptimizer":
        return optimizer_of(args.get("inner_optimizer"))
    if name not in DEFAULTS:
        return None
    settings = {key: _number(args, key, default) for key, default in DEFAULTS[name].items()}
    given = args.get("learning_rate") if args.passes("learning_rate") else Const(None)
    scheduled = isinstance(given, Instance)
    rate = _first_rate(given) if isinstance(given, Instance) else settings["learning_rate"]
    return Optimizer(
        name,
        rate,
        scheduled,
        settings,
        any(args.passes(key) and not args.get(key).must_be(None) for key in _CLIPPING),
        values.integer(args.get("gradient_accumulation_steps")) or 1
        if args.passes("gradient_accumulation_steps")
        else 1,
    )


def _named(value: Value) -> str:
    if isinstance(value, Const) and isinstance(value.value, str):
        found = value.value.lower()
    elif isinstance(value, Instance | Symbol):
        full = value.type if isinstance(value, Instance) else value.name
        if not full.startswith("keras.optimizers."):
            return ""
        found = full.rpartition(".")[2].lower()
    else:
        return ""
    return next((name for name in (*DEFAULTS, "LossScaleOptimizer") if name.lower() == found), "")


def _number(args: Arguments, key: str, default: float) -> float | None:
    if not args.passes(key):
        return default if args.complete else None
    value = args.get(key)
    if isinstance(value, Const) and isinstance(value.value, bool):
        return float(value.value)
    found = values.number(value)
    return None if found is None else float(found)


def _first_rate(schedule: Instance) -> float | None:
    """The learning rate of the first step under a schedule of Keras."""
    short, args = schedule.type.rpartition(".")[2], schedule.args
    if not schedule.type.startswith("keras.optimizers."):
        return None
    if short == "PiecewiseConstantDecay":
        rates = args.get("values")
        first = rates.items[0] if isinstance(rates, Sequence) and rates.items else None
        found = values.number(first) if first is not None else None
    else:
        found = values.number(args.get(_FIRST_RATE.get(short, ""))) if short in _FIRST_RATE else None
    return None if found is None else float(found)
