"""The models that scripts and notebooks build, for ``tdlint graph``: nothing is run, nothing is linted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tdlint.config import did_you_mean
from tdlint.diagnostics import Location
from tdlint.errors import UsageError
from tdlint.graph import ModelGraph
from tdlint.linting.reading import Readable, read
from tdlint.linting.trees import Neighbours, tree_of
from tdlint.linting.undisturbed import undisturbed
from tdlint.naming import automatic_names
from tdlint.shapes import UnknownShape
from tdlint.sources.contents import contents_of, why_not
from tdlint.sources.discovery import discover
from tdlint.sources.source_file import SourceFile, UnreadableFile
from tdlint.sources.syntax import TooComplex
from tdlint.summary import ModelSummary, summarize
from tdlint.values import Site

if TYPE_CHECKING:
    import libcst

    from tdlint.interp import Analysis

MORE_LINES = 10_000
"""A program is followed as far as if it were so much longer: who asks for its models waits longer than a hook."""


@dataclass(frozen=True)
class SourceModels:
    """The models of one file, in the order in which it makes them.

    ``places`` has the place of every site in them. ``unknown`` are the reasons for what was not understood outside of
    models, each with its place. ``note`` says why there are no models, empty if there are some.
    """

    path: str
    models: tuple[ModelSummary, ...] = ()
    places: Mapping[Site, Location] = field(default_factory=dict)
    unknown: tuple[tuple[Location, str], ...] = ()
    note: str = ""

    def place(self, site: Site | None) -> Location:
        """Where something is made; the file alone where that is not known."""
        found = None if site is None else self.places.get(site)
        return found or Location(self.path)


@dataclass(frozen=True)
class Collected:
    """The models of several files; ``errors`` are the files that can't be read, as messages that name them."""

    sources: tuple[SourceModels, ...]
    errors: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Why files that were asked for show no model."""
        return tuple(f"{source.path}: {source.note}" for source in self.sources if source.note)


def collect(paths: Sequence[str], call: str | None = None) -> Collected:
    """The models of files and of the files in folders; of files in folders, those that have none are left out.

    ``call`` names a function that is entered with its defaults: then there must be one file, and its models are those
    that the function returns.

    Raises:
        UsageError: a path does not exist, or there is no file.
    """
    if call is not None and (len(paths) != 1 or Path(paths[0]).is_dir()):
        raise UsageError(f"--call {call} enters a function of one file: give that file alone")
    named = {str(Path(path)) for path in paths}
    sources: list[SourceModels] = []
    errors: list[str] = []
    refused: dict[str, str] = {}
    files = discover(paths, refused=refused.__setitem__)
    errors += [f"{folder}: can't read this folder: {why}" for folder, why in refused.items()]
    for path in files:
        try:
            source = models_of_file(path, call)
        except UsageError as error:
            errors.append(str(error))
            continue
        if source.models or path in named:
            sources.append(source)
    if not sources and not errors:
        sources = [SourceModels(path, note="no file in it builds a model") for path in paths]
    return Collected(tuple(sources), tuple(errors))


def select_models(sources: Sequence[SourceModels], name: str) -> tuple[SourceModels, ...]:
    """The models of this name.

    Raises:
        UsageError: there is none.
    """
    known = {model.name for source in sources for model in source.models}
    if name not in known:
        raise UsageError(f"no model is called `{name}`{did_you_mean(name, known)}")
    chosen = (
        replace(source, models=tuple(model for model in source.models if model.name == name)) for source in sources
    )
    return tuple(source for source in chosen if source.models)


def models_of_file(path: str, call: str | None = None) -> SourceModels:
    """The models of one script or notebook; with ``call``, those of the function of that name.

    Raises:
        UsageError: it can't be read, is not Python, or has no such function; the text names the file, and the line
            where there is one.
    """
    try:
        readable = read(path, contents_of(path))
        if readable is None:
            return SourceModels(path, note="it is a notebook in another language than Python")
        with undisturbed():
            return _models(readable, call)
    except OSError as error:
        raise UsageError(f"{path}: can't read this file: {why_not(error)}") from None
    except (UnreadableFile, TooComplex) as error:
        raise UsageError(f"{path}: can't read this file: {error}") from None
    except RecursionError:
        raise UsageError(f"{path}: can't analyse this file: it is nested too deeply") from None


def _models(readable: Readable, call: str | None) -> SourceModels:
    source = readable.source
    problems = tuple((source.location(problem.span), problem.message) for problem in readable.problems)
    if not readable.analysable:
        if len(problems) > len(source.problems):  # the whole is no Python, not just a cell of a notebook
            location, message = problems[-1]
            line = location.start.line if location.start else 1
            raise UsageError(f"{source.path}:{line}: syntax error: {message}")
        return SourceModels(source.path, unknown=problems, note="it does not use Keras")
    module = tree_of(source.parse_text, plain=False)
    analysis = _analysis(module, readable, call)
    program = analysis.program
    names = automatic_names(program.models)
    models = tuple(summarize(graph, names) for graph in _as_built(program.models, program.returned))
    sites = {site for model in models for site in _sites(model)} | {site for _, site in program.unknown}
    places = _places(sites, analysis, module, source)
    unknown = {(places.get(site, Location(source.path)), reason) for reason, site in program.unknown}
    note = "" if models else "it builds no model" if call is None else f"{call} returns no model"
    ordered = sorted({*problems, *unknown}, key=lambda item: (item[0].sort_key(), item[1]))
    return SourceModels(source.path, models, places, tuple(ordered), note)


def _analysis(module: libcst.Module, readable: Readable, call: str | None) -> Analysis:
    from tdlint.interp import NoSuchFunction, interpret
    from tdlint.interp.project import project_of
    from tdlint.interp.relevance import function_texts

    source = readable.source
    texts = function_texts(module, readable.tree, source.parse_text) if readable.tree is not None else None
    lines = source.parse_text.count("\n") + MORE_LINES
    try:
        path = Path(source.path).absolute()
        project = replace(project_of(path, Neighbours().load), only_plain=False)
        return interpret(module, lines, texts, project=project, path=path, call=call)
    except NoSuchFunction as error:
        raise UsageError(f"{source.path}: {error}") from None


def _places(
    sites: Iterable[Site], analysis: Analysis, module: libcst.Module, source: SourceFile
) -> dict[Site, Location]:
    """The places of the sites that are in this file; others are in files that it imports."""
    from tdlint.sources.positions import locate

    nodes = {site: analysis.node(site) for site in sites}
    spans = locate(module, nodes.values(), source.parse_text)
    found = {site: spans.get(node) for site, node in nodes.items()}
    return {site: source.location(span) for site, span in found.items() if span is not None}


def _as_built(models: tuple[ModelGraph, ...], returned: tuple[int, ...] | None) -> Iterator[ModelGraph]:
    """Each model with the input that it gets: one that declares none is built by the call of it in another model.

    ``returned`` are the keys of those that are asked for, None for all.
    """
    called: dict[int, ModelGraph] = {}
    for model in models:
        for inner in _inner(model):
            called.setdefault(inner.key, inner)
    for model in models:
        if returned is not None and model.key not in returned:
            continue
        declares_none = any(isinstance(shape, UnknownShape) for shape in model.input_shapes)
        yield called.get(model.key, model) if declares_none else model


def _inner(model: ModelGraph) -> Iterator[ModelGraph]:
    for node in model.nodes:
        if node.inner is not None:
            yield node.inner
            yield from _inner(node.inner)


def _sites(model: ModelSummary) -> Iterator[Site]:
    if model.site is not None:
        yield model.site
    for row in model.rows:
        if row.site is not None:
            yield row.site
        if row.inner is not None:
            yield from _sites(row.inner)
