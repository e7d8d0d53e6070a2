"""Rules for the tests of the engine."""

from __future__ import annotations

from tdlint.diagnostics import Applicability, Severity
from tdlint.graph import Place
from tdlint.linting.edits.changes import AddArgument, FixPlan, ReplaceBy, Rewrite
from tdlint.linting.rule import Report, Rule


class EveryLayer(Rule):
    """Reports each layer of each model, with where its model is as a related place."""

    code = "TDL991"

    def check_model(self, model, context):
        for layer in model.layers():
            fix = (
                FixPlan("add a name", (AddArgument(layer.site, "name='x'"),), Applicability.SAFE)
                if layer.site
                else None
            )
            related = ((Place(model.site), "the model"),) if model.site else ()
            yield Report(Place(layer.site, layer.short_type), f"a {layer.short_type}", related=related, fix=fix)


class Unwrapped(Rule):
    """Offers to put the inner layer in the place of its TimeDistributed."""

    code = "TDL992"

    def check_model(self, model, context):
        for layer in model.layers():
            inner = layer.args.site("layer")
            if layer.short_type == "TimeDistributed" and inner:
                fix = FixPlan("unwrap", (ReplaceBy(layer.site, inner),), Applicability.SAFE)
                yield Report(Place(layer.site), "a wrapper", fix=fix)


class Renamed(Rule):
    """Offers to write activations in lower case."""

    code = "TDL995"

    def check_model(self, model, context):
        for layer in model.layers():
            site = layer.args.site("activation")
            if site:
                yield Report(Place(site), "a name", fix=FixPlan("rename", (Rewrite(site, "relu"),), Applicability.SAFE))


class RenamedByName(Rule):
    """As ``Renamed``, where the activation may be told by a name."""

    code = "TDL988"

    def check_model(self, model, context):
        for layer in model.layers():
            change = Rewrite(layer.args.site("activation"), "relu", by_name=True)
            yield Report(Place(change.site), "a name", fix=FixPlan("rename", (change,), Applicability.SAFE))


class Crash(Rule):
    """Crashes after its first report."""

    code = "TDL993"

    def check_model(self, model, context):
        yield Report(Place(), "before")
        raise LookupError("no such thing\nsecond line")


class Twice(Rule):
    """Reports each import twice, as advice."""

    code = "TDL994"

    def check_module(self, program, context):
        for found in program.imports * 2:
            yield Report(Place(found.site), "an import", severity=Severity.ADVICE)


for _rule in (EveryLayer, Unwrapped, Renamed, RenamedByName, Crash, Twice):
    _rule.__module__ = f"pack.testing.{_rule.__name__.lower()}"
