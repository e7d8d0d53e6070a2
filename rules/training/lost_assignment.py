"""Something is set on a model or layer that Keras has read already, and will not read again.

## Bad

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(optimizer="adam", loss="mse")
model.loss = "mae"  # expect: TDL521
model.fit(x, y, epochs=5)
```

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.layers[-1].kernel_initializer = keras.initializers.Zeros()  # expect: TDL521
model.compile(optimizer="adam", loss="mse")
model.fit(x, y, epochs=5)
```

## Good

```python
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="zeros")])
model.compile(optimizer="adam", loss="mae")
model.fit(x, y, epochs=5)
```

## Why

Measured on Keras 3.15.1, and the same in Keras 2 (FACTS E36): after `model.loss = "mae"` and `model.loss_weights =
[10]` `evaluate` and `fit` go on with the loss that `compile` was given; `kernel_initializer`, `use_bias` and `units` of
a layer that has its weights change neither these nor the output; `model.optimizer` acts before the first `fit`, and not
after it. Keras says nothing.

## Fix safety

There is no automatic fix.

## References

- https://keras.io/api/models/model_training_apis/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import Assignment, Context, LayerObject, ModelValue, Place, Program, Report, Rule

_COMPILED = frozenset({"loss", "loss_weights"})
_MAKING = frozenset({"kernel_initializer", "bias_initializer", "recurrent_initializer", "use_bias", "units", "filters"})
_USES = tuple(f"keras.Model.{name}" for name in ("fit", "evaluate", "train_on_batch", "test_on_batch", "fit_generator"))
_FITS = ("keras.Model.fit", "keras.Model.fit_generator")
_REMAKING = frozenset(
    {
        *("keras.Model.to_json", "keras.Model.get_config", "keras.Model.save", "keras.models.clone_model"),
        *("keras.models.model_from_config", "keras.models.model_from_json"),
    }
)


class LostAssignment(Rule):
    """Models that are compiled before and used after it; layers that certainly have weights and are not made again."""

    code = "TDL521"

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Report at the attribute, once for each place."""
        remade = any(call.name in _REMAKING for call in program.calls)
        seen = set()
        for assignment in program.assignments:
            owner = assignment.owner
            if assignment.site in seen or assignment.of_layer:
                continue
            if isinstance(owner, ModelValue) and _is_ignored(assignment, owner, program):
                seen.add(assignment.site)
                yield _report(assignment, "compile was called before", "pass it to compile")
            is_made = assignment.built and assignment.attribute in _MAKING and not remade
            if is_made and isinstance(owner, LayerObject) and not owner.custom:
                seen.add(assignment.site)
                yield _report(assignment, f"{owner.short_type} has its weights already", "pass it to the layer")


def _is_ignored(assignment: Assignment, owner: ModelValue, program: Program) -> bool:
    """Whether the model is compiled before, and used after it without another ``compile``.

    The optimizer is read when the first training begins.
    """
    model = program.model(owner.key)
    if assignment.attribute not in (*_COMPILED, "optimizer") or model is None or model.kind == "subclass":
        return False
    own = [call for call in program.calls if owner.key in call.models]
    compiled = [call for call in own if call.name == "keras.Model.compile"]
    used = [call.order for call in own if call.name in _USES and call.certain]
    if not compiled or compiled[-1].order > assignment.order or not used or max(used) < assignment.order:
        return False
    fitted = any(compiled[-1].order < call.order < assignment.order for call in own if call.name in _FITS)
    return assignment.attribute in _COMPILED or (fitted and not compiled[-1].args.passes("run_eagerly"))


def _report(assignment: Assignment, why: str, right: str) -> Report:
    return Report(
        Place(assignment.site),
        f"{assignment.attribute} is set when {why}, and has no effect",
        fact="loss, output and weights stay as they are, and Keras says nothing (FACTS E36)",
        help=right,
    )
