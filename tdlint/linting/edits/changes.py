"""What a fix changes, in terms of syntax nodes; the engine makes text edits of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tdlint.diagnostics import Applicability
from tdlint.values import Site


@dataclass(frozen=True, slots=True)
class Imported:
    """A public name, such as ``keras.ops.mean``, spelled as the file can reach it; an import is added if it can't."""

    name: str


Part: TypeAlias = str | Site | Imported
"""A piece of new code: text as it is, the source text of another node, or an imported name."""


@dataclass(frozen=True, slots=True)
class AddArgument:
    """Add ``text``, such as ``return_sequences=True``, to the arguments of the call at ``call``."""

    call: Site
    text: str


@dataclass(frozen=True, slots=True)
class RemoveArgument:
    """Take the argument whose value is at ``value`` away from the call, with its keyword and comma."""

    call: Site
    value: Site


@dataclass(frozen=True, slots=True)
class RenameArgument:
    """Pass the value at ``value`` by ``keyword``; it may have been passed by another one, or by position.

    A positional argument before other positional ones can't become a keyword: there is no fix then. With ``parts``
    another value is passed.
    """

    call: Site
    value: Site
    keyword: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplaceBy:
    """Put the source text of ``inner`` in the place of ``outer``."""

    outer: Site
    inner: Site


@dataclass(frozen=True, slots=True)
class ReplaceCode:
    """Put other code in the place of the expression at ``site``: ``(Imported("keras.ops.mean"), "(", x, ")")``.

    The code as a whole must bind as tightly as a call or a name does; nodes within it get parentheses where they
    need them.
    """

    site: Site
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class InsertBefore:
    """Put a statement on a line of its own before the statement that the node at ``site`` is in."""

    site: Site
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Define:
    """Define a class or function for what is at ``site``, behind the imports; one that is there is used again.

    There is no fix where the file binds ``name`` to something else.
    """

    site: Site
    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ReplaceStatement:
    """Put another statement in the place of one that is nothing but the expression at ``site``.

    The new one binds the name ``binds``; there is no fix where the old one's own module or function does not bind it.
    """

    site: Site
    parts: tuple[Part, ...]
    binds: str


@dataclass(frozen=True, slots=True)
class RemoveStatement:
    """Take away the statement that is nothing but the expression at ``site``; there is no fix where it is more."""

    site: Site


@dataclass(frozen=True, slots=True)
class InsertItem:
    """Put another item before the one at ``site`` in its list, on a line of its own if that begins one."""

    site: Site
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Put other ``text`` in the string literal at ``site``; there is no fix where something else stands.

    With ``by_name`` a name may stand there: the literal is the one that the file binds the name to, if it does so once.
    """

    site: Site
    text: str
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class RewriteImport:
    """Import names from elsewhere, in the import statement that the node at ``site`` is (in).

    ``names`` says for a name as the statement has it (``np_utils`` in ``from keras.utils import np_utils``, the whole
    path in ``import keras.utils.np_utils``) under which path it is found now (``keras.utils``), or None to import it no
    longer. Other names stay. Where the last word of the path is another one, what uses the name is renamed with it if
    the file binds it only here; otherwise it is imported ``as`` what it was called.
    """

    site: Site
    names: tuple[tuple[str, str | None], ...]


Change: TypeAlias = (
    AddArgument
    | RemoveArgument
    | RenameArgument
    | ReplaceBy
    | ReplaceCode
    | InsertBefore
    | Define
    | ReplaceStatement
    | RemoveStatement
    | InsertItem
    | Rewrite
    | RewriteImport
)


@dataclass(frozen=True, slots=True)
class FixPlan:
    """A fix in terms of syntax nodes; the engine makes text edits of it."""

    title: str
    changes: tuple[Change, ...]
    applicability: Applicability


def sites_of(change: Change) -> Iterator[Site]:
    """The places that a change reads and writes."""
    for name in change.__slots__:
        value = getattr(change, name)
        if isinstance(value, Site):
            yield value
        elif name == "parts":
            yield from (part for part in value if isinstance(part, Site))
