"""One client: what is open, what was found in it, and when it is checked again."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from tdlint.config import Settings, load_settings
from tdlint.diagnostics import Location
from tdlint.errors import UsageError
from tdlint.linting.facts import Fact
from tdlint.linting.resolve import tool_diagnostic
from tdlint.linting.result import FileResult
from tdlint.linting.tool_codes import ANALYSIS_FAILED
from tdlint.server.documents import Opened, all_opened, opened
from tdlint.server.folder import stand_somewhere
from tdlint.server.jobs import Answer, Check, Described, Explain, Explained, Job, ListRules, Refused
from tdlint.server.options import SECTION, ClientOptions, read_options
from tdlint.server.process import Lost, Worker
from tdlint.server.report import diagnostics_of
from tdlint.server.unsaved import Around
from tdlint.sources.discovery import is_excluded

QUIET = 0.04
"""Seconds without a keystroke after which a program is checked while keystrokes come one upon the other."""

ALONE = 0.08
"""Seconds without a keystroke before one after which a program is checked at once."""

SHORT = 0.1
"""Seconds that a check may take without being put off; it can't be broken off, and the next has to wait for it."""

AT_LEAST_EVERY = 0.6
"""Seconds after which a program is checked although someone is still typing."""


@dataclass(frozen=True)
class _Checking:
    """A check, done or not, and what it is of."""

    of: tuple[bytes, Settings, Around]
    task: asyncio.Task[FileResult]


class Session:
    """Checks what is open in a client, each state of it once, and gives up checks of states that are gone."""

    def __init__(self, server: LanguageServer, worker: Worker) -> None:
        self.server = server
        self.worker = worker
        self.options = ClientOptions()
        self.pulls = False
        self._round = 0
        self._checks: dict[str, _Checking] = {}
        self._pushes: dict[str, asyncio.Task[None]] = {}
        self._dirty_since: dict[str, float] = {}
        self._changed: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._published: dict[str, set[str]] = {}
        self._facts: dict[str, tuple[Opened, Around, tuple[Fact, ...]]] = {}
        self._unsaved: set[str] = set()
        self._said: set[str] = set()
        self._rules: dict[str, Described] | None = None

    # what the client says

    def configure(self, given: object) -> None:
        """Take over options of the client; what is wrong with them is shown."""
        try:
            self.options = read_options(given)
        except UsageError as error:
            self.say(str(error))

    async def ask_for_options(self) -> None:
        """Ask the client for its options, if it has such, and check all with them."""
        workspace = self.server.client_capabilities.workspace
        if not (workspace and workspace.configuration):
            return
        asked = lsp.ConfigurationParams([lsp.ConfigurationItem(section=SECTION)])
        [given] = await self.server.workspace_configuration_async(asked) or [None]
        before = self.options
        if given is not None:
            self.configure(given)
        if self.options != before:
            self.check_again()

    def changed(self, uri: str, delay: float | None = None) -> None:
        """A program was opened or edited: tell soon what is found in it, unless the client asks for that."""
        found = self.opened(uri)
        if found is None or self.pulls:
            return
        program = unquote(found.uri)
        now = time.monotonic()
        since = self._dirty_since.setdefault(program, now)
        if program in self._pushes:
            self._pushes[program].cancel()
        if delay is None:
            alone = now - self._changed.get(program, -ALONE) >= ALONE
            delay = max(0.0 if alone else QUIET, self._took.get(program, 0.0) - SHORT)
        self._changed[program] = now
        wait = min(delay, max(0.0, since + AT_LEAST_EVERY - now))
        self._pushes[program] = asyncio.ensure_future(self._push(program, wait))

    def edited(self, uri: str) -> None:
        """A program was edited: what others import of it is what it is now."""
        self._unsaved.add(unquote(uri))
        self.changed(uri)

    def saved(self, uri: str) -> None:
        """A program was saved, and others may import it."""
        self._unsaved.discard(unquote(uri))
        self.check_again()

    def closed(self, uri: str) -> None:
        """A program was closed: nothing is shown of it any more."""
        uri = unquote(uri)
        if uri in self._unsaved:
            self._unsaved.discard(uri)
            self.check_again()
        if (push := self._pushes.pop(uri, None)) is not None:
            push.cancel()
        if (check := self._checks.pop(uri, None)) is not None:
            check.task.cancel()
        for known in (self._dirty_since, self._changed, self._took, self._facts):
            known.pop(uri, None)
        for part in self._published.pop(uri, ()):
            self._publish(part, None, [])

    def check_again(self) -> None:
        """Something changed that any program may depend on: a configuration, or a file that others import."""
        self._round += 1
        self._said.clear()
        workspace = self.server.client_capabilities.workspace
        if workspace and workspace.inlay_hint and workspace.inlay_hint.refresh_support:
            self.server.workspace_inlay_hint_refresh(None)
        if self.pulls:
            if workspace and workspace.diagnostics and workspace.diagnostics.refresh_support:
                self.server.workspace_diagnostic_refresh(None)
            return
        for uri in all_opened(self.server.workspace):
            self.changed(uri, 0.0)

    def say(self, message: str, kind: lsp.MessageType = lsp.MessageType.Error) -> None:
        """Show a message, once until something is changed."""
        if message not in self._said:
            self._said.add(message)
            self.server.window_show_message(lsp.ShowMessageParams(kind, f"tdlint: {message}"))

    # what is found

    async def result(self, uri: str) -> tuple[Opened, FileResult] | None:
        """The program that a text belongs to, as it is when this returns, and what is found in it."""
        while (program := self.opened(uri)) is not None:
            key = unquote(program.uri)
            check = self._check_of(key, program)
            try:
                result = await asyncio.shield(check.task)
                if self.opened(uri) == program:
                    return program, result
            except asyncio.CancelledError:
                if not check.task.cancelled() or self._checks.get(key) is check:
                    raise
                # given up for a newer state
        return None

    async def facts(self, program: Opened) -> tuple[Fact, ...]:
        """What is known of the expressions of a program; nothing where it is excluded."""
        key, settings, around = unquote(program.uri), self.settings(program.path), self.around(program)
        known = self._facts.get(key)
        if known is not None and known[:2] == (program, around):
            return known[2]
        if settings is None or is_excluded(program.path, settings.all_excluded, settings.root):
            return ()
        answer = await self.ask(Explain(program.data, program.path, around))
        facts = answer.facts if isinstance(answer, Explained) else ()
        self._facts[key] = program, around, facts
        return facts

    async def rules(self) -> Mapping[str, Described]:
        """All rules, by code."""
        if self._rules is None:
            answer = await self.ask(ListRules())
            if not isinstance(answer, tuple):
                return {}
            self._rules = {rule.code: rule for rule in answer}
        return self._rules

    async def ask(self, job: Job) -> Answer | None:
        """The worker's answer; None, with a message to the user, if there is none."""
        try:
            answer = await self.worker.do(job)
        except Lost as error:
            self.say(f"the process that analyses programs {error}")
            return None
        if isinstance(answer, Refused):
            self.say(answer.message)
            return None
        return answer

    def settings(self, path: str) -> Settings | None:
        """The settings for a file; None, with a message to the user, if they are wrong."""
        stand_somewhere()
        try:
            given = self.options.configuration
            return load_settings([path], given and str(Path(self.server.workspace.root_path or ".", given)))
        except UsageError as error:
            self.say(str(error))
            return None

    # how

    def _check_of(self, key: str, program: Opened) -> _Checking:
        settings, around = self.settings(program.path), self.around(program)
        of = (program.data, settings or Settings(), around)
        check = self._checks.get(key)
        if check is None or check.of != of:
            if check is not None:
                check.task.cancel()
            task = asyncio.ensure_future(self._check(program, settings, around))
            check = self._checks[key] = _Checking(of, task)
        return check

    async def _check(self, program: Opened, settings: Settings | None, around: Around) -> FileResult:
        path = program.path
        if settings is None or is_excluded(path, settings.all_excluded, settings.root):
            return FileResult(path)
        try:
            answer = await self.worker.do(Check(program.data, path, settings, around))
        except Lost as error:
            message = f"the process that analysed it {error}"
            return FileResult(path, (tool_diagnostic(ANALYSIS_FAILED, Location(path), message),), failed=True)
        if isinstance(answer, Refused):
            self.say(answer.message)
        return answer if isinstance(answer, FileResult) else FileResult(path)

    async def _push(self, uri: str, wait: float) -> None:
        await asyncio.sleep(wait)
        self._dirty_since.pop(uri, None)
        start = time.monotonic()
        found = await self.result(uri)
        if found is None:
            return
        program, result = found
        self._took[uri] = time.monotonic() - start
        by_part = diagnostics_of(program, result, await self.rules())
        gone = self._published.get(uri, set()) - by_part.keys()
        self._published[uri] = set(by_part)
        versions = {part.uri: part.version for part in program.parts}
        for part, diagnostics in (*((part, []) for part in gone), *by_part.items()):
            self._publish(part, versions.get(part), diagnostics)
        self._check_importers(program)

    def _publish(self, uri: str, version: int | None, diagnostics: list[lsp.Diagnostic]) -> None:
        self.server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics, version))

    def _check_importers(self, program: Opened) -> None:
        """Check what was found in other programs again where that depends on this one, and this one has changed."""
        name = os.path.basename(program.path)  # noqa: PTH119
        for key, check in [*self._checks.items()]:
            done = check.task.done() and not check.task.cancelled() and check.task.exception() is None
            if done and any(path == program.path or name in seen for _, path, seen in check.task.result().inputs):
                other = self.opened(key)
                if other is not None and check.of[2] != self.around(other):
                    self.changed(key, 0.0)

    def around(self, program: Opened) -> Around:
        """What the analysis of a program depends on besides."""
        others = (self.opened(uri) for uri in sorted(self._unsaved))
        found = ((each.path, each.data) for each in others if each is not None and each.uri != program.uri)
        return Around(self._round, tuple(found))

    def opened(self, uri: str) -> Opened | None:
        """The program that a text belongs to, as it is now."""
        return opened(self.server.workspace, uri)
