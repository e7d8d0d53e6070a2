"""The base class of all rules, and what a rule yields."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from tdlint.diagnostics import Confidence, Severity
from tdlint.graph import CallSite, ModelGraph, Place
from tdlint.interp.program import Program
from tdlint.interp.reading.class_facts import ClassFacts
from tdlint.linting.edits.changes import FixPlan
from tdlint.spec.version import LAST_KERAS_2, KerasVersion


@dataclass(frozen=True, slots=True)
class Report:
    """A diagnostic in the making: the engine finds its position and adds the rule's code and name.

    ``severity`` and ``confidence`` replace those of the rule where given.
    """

    at: Place
    message: str
    fact: str | None = None
    help: str | None = None
    related: tuple[tuple[Place, str], ...] = ()
    fix: FixPlan | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule may know besides the thing it checks.

    ``keras`` is the version that programs are meant for; a package that is another Keras has its own, see ``version``.
    ``legacy`` says that the program sets ``TF_USE_LEGACY_KERAS``, ``backend`` is what it sets ``KERAS_BACKEND`` to.
    """

    keras: KerasVersion
    legacy: bool = False
    backend: str | None = None

    def version(self, namespace: str | None) -> KerasVersion:
        """The version behind a package name: ``tf_keras`` is Keras 2 whatever the target is (FACTS G15)."""
        always_2 = namespace in (
            "tf_keras",
            "tensorflow.python.keras",
            "tf.compat.v1.keras",
            "tensorflow.contrib.keras",
        )
        if self.keras.major >= 3 and (always_2 or (self.legacy and namespace == "tf.keras")):
            return LAST_KERAS_2
        return self.keras


class Rule:
    """One check. The module's docstring is its page, the module's name (dashed) its name.

    Override the narrowest method that suffices; each yields reports. ``since`` is the version of the pack that had the
    rule first, None for those of its first version.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING
    confidence: ClassVar[Confidence] = Confidence.HIGH
    since: ClassVar[str | None] = None

    def check_model(self, model: ModelGraph, context: Context) -> Iterator[Report]:
        """Once for every model: from source, live, or from a model file."""
        yield from ()

    def check_call(self, call: CallSite, program: Program, context: Context) -> Iterator[Report]:
        """Once for every call of a Keras method or function in a source."""
        yield from ()

    def check_class(self, cls: ClassFacts, program: Program, context: Context) -> Iterator[Report]:
        """Once for every class of a source that has an ancestor in Keras."""
        yield from ()

    def check_module(self, program: Program, context: Context) -> Iterator[Report]:
        """Once for every source."""
        yield from ()

    @classmethod
    @cache
    def checks(cls) -> frozenset[str]:
        """The methods that the rule overrides; the others need not be called."""
        names = ("check_model", "check_call", "check_class", "check_module")
        return frozenset(name for name in names if getattr(cls, name) is not getattr(Rule, name))

    @classmethod
    @cache
    def name(cls) -> str:
        """The readable id: ``missing-return-sequences``."""
        return cls.__module__.rpartition(".")[2].replace("_", "-")

    @classmethod
    def family(cls) -> str:
        """The folder of the rule: ``sequences``; a module that is a pack by itself is its own."""
        return cls.__module__.split(".")[-2:][0]

    @classmethod
    @cache
    def page(cls) -> str:
        """The rule's page in Markdown: the docstring of its module."""
        module = inspect.getmodule(cls)
        return inspect.cleandoc(module.__doc__ or "") if module else ""

    @classmethod
    def summary(cls) -> str:
        """The first line of the page, without its full stop."""
        return cls.page().partition("\n")[0].rstrip(".")

    @classmethod
    def on_by_default(cls) -> bool:
        """Errors and warnings of high confidence are."""
        return cls.severity >= Severity.WARNING and cls.confidence is Confidence.HIGH
