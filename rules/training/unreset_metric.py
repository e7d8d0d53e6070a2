"""A metric of a training loop of one's own is read in every epoch and never reset.

## Bad

```python
import keras

accuracy = keras.metrics.SparseCategoricalAccuracy()
for epoch in range(10):
    for x, y in batches:
        probabilities = train_step(x, y)
        accuracy.update_state(y, probabilities)
    print(epoch, accuracy.result())  # expect: TDL520
```

## Good

```python
import keras

accuracy = keras.metrics.SparseCategoricalAccuracy()
for epoch in range(10):
    accuracy.reset_state()
    for x, y in batches:
        probabilities = train_step(x, y)
        accuracy.update_state(y, probabilities)
    print(epoch, accuracy.result())
```

## Why

A metric keeps the mean of all that it was given. Measured (FACTS E29): of a model whose accuracy is 0.0, 0.25, 0.5 and
0.75 in four epochs, a metric that is not reset shows 0.0, 0.125, 0.25 and 0.375. In `fit` and `evaluate` Keras resets
the metrics of a model by itself.

## Fix safety

There is no automatic fix: `reset_state()` belongs where the loop of the epoch begins.

## References

- https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/
"""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.api import CallSite, Context, Instance, Program, Report, Rule, integer

_METRICS = "keras.metrics."


class UnresetMetric(Rule):
    """Updated in a loop inside that over epochs; silent if anything unknown is reset, or it is compiled."""

    code = "TDL520"

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Report at the first place in the outer loop where the result is read."""
        if call.name != f"{_METRICS}result" or _rounds(call) < 1 or integer(call.args.get("epochs")) != _rounds(call):
            return
        own = [other for other in program.calls if _owner(other) == _owner(call) != 0]
        updates = [_rounds(other) for other in own if other.name == f"{_METRICS}update_state"]
        read = [other for other in own if other.name == call.name and 1 <= _rounds(other) < min(updates, default=0)]
        if not read or read[0] is not call or any(_resets(other, own) for other in program.calls):
            return
        owner = call.args.get("owner")
        short = owner.type.rpartition(".")[2] if isinstance(owner, Instance) else "metric"
        yield Report(
            call.place(),
            f"this {short} is updated in an inner loop, read in the outer one, and never reset",
            fact="it is the mean over all epochs so far (FACTS E29)",
            help="call its reset_state() at the beginning of every epoch",
        )


def _owner(call: CallSite) -> int:
    owner = call.args.get("owner") if call.name.startswith(_METRICS) else None
    return owner.key if isinstance(owner, Instance) else 0


def _rounds(call: CallSite) -> int:
    return integer(call.args.get("rounds")) or 0


def _resets(call: CallSite, own: list[CallSite]) -> bool:
    """Whether a call may reset the metric: its own reset, one of something unknown, or ``compile``."""
    if call.name == "keras.Model.compile":
        return call.args.passes("metrics") or call.args.passes("weighted_metrics")
    return call.name == f"{_METRICS}reset_state" and (call in own or _owner(call) == 0)
