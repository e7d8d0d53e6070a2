"""What was measured on data: the parts of the loss, what pulls at the weights, and the inputs step by step."""

from __future__ import annotations

from collections.abc import Iterator

from tdlint.formatters.inspection.html.lines import finite, key, lines
from tdlint.formatters.page import text
from tdlint.inspector.accounting.account import Account
from tdlint.inspector.measurement import InputScale, Measurement, StepScale

_WEIGHTS = 10
"""So many weights are shown: those that the penalty pulls at most, against the data."""
_WIDTH, _HEIGHT = 720.0, 110.0
_MOST_STEPS = 240


def render(account: Account) -> Iterator[str]:
    """The bars of a measurement; nothing where none was made."""
    found = account.measurement
    if found is None:
        return
    yield "<h2>Measured on data</h2>"
    part = "" if found.complete else ", a part of the data"
    yield f'<p class="faint">{text(found.source)}: {found.samples:,} samples{part}</p>'
    yield key(("loss", "data loss"), ("now", "penalty"))
    yield from lines(
        [
            ("data loss", [("loss", found.data_loss)]),
            ("weights' penalty", [("now", found.weight_penalty)]),
            *([("activity terms", [("now", found.activity_penalty)])] if found.activity_penalty else []),
        ]
    )
    yield from _gradients(found)
    for each in found.inputs:
        if len(each.steps) > 1:
            yield from _steps(each)


def _gradients(found: Measurement) -> Iterator[str]:
    regularized = [norms for norms in found.gradients if norms.penalty]
    if not regularized:
        return
    strongest = sorted(regularized, key=lambda norms: -finite(norms.ratio))[:_WEIGHTS]
    yield "<h3>What pulls at the weights</h3>"
    yield key(("loss", "gradient of the data loss"), ("now", "gradient of the penalty"))
    yield from lines(
        (f"{norms.layer}/{norms.weight}", [("loss", norms.data), ("now", norms.penalty)]) for norms in strongest
    )


def _steps(scale: InputScale) -> Iterator[str]:
    """A line per time step, from one standard deviation below the mean to one above."""
    every = -(-len(scale.steps) // _MOST_STEPS)
    steps = scale.steps[::every]
    low, high = min(map(_low, steps)), max(map(_high, steps))
    span = (high - low) or 1.0
    least, most = min(each.std for each in steps), max(each.std for each in steps)
    about = f"{scale.name}: {len(scale.steps)} time steps, standard deviations from {least:.3g} to {most:.3g}"
    yield f'<h3>Time steps of {text(scale.name)}</h3><p class="faint">Mean and standard deviation of each step; the '
    yield f"standard deviations go from {least:.3g} to {most:.3g}.</p>"
    yield f'<svg class="steps" role="img" aria-label="{text(about)}" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}">'
    wide = _WIDTH / len(steps)
    for number, step in enumerate(steps):
        x = (number + 0.5) * wide
        top, middle, bottom = (
            _HEIGHT * (1 - (finite(value) - low) / span) for value in (_high(step), step.mean, _low(step))
        )
        yield f'<line class="range" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" '
        yield f'stroke-width="{max(wide * 0.6, 1):.1f}"/><circle cx="{x:.1f}" cy="{middle:.1f}" r="2"/>'
    yield "</svg>"


def _low(step: StepScale) -> float:
    return finite(step.mean) - finite(step.std)


def _high(step: StepScale) -> float:
    return finite(step.mean) + finite(step.std)
