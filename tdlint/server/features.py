"""The features of the protocol that the server has, each handed to the module that knows how."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from tdlint._version import __version__
from tdlint.server.actions import KINDS, code_actions, resolved
from tdlint.server.explain import hover, inlay_hints
from tdlint.server.process import TIME_LIMIT, Worker
from tdlint.server.report import diagnostics_of
from tdlint.server.session import Session

NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[
        lsp.NotebookDocumentFilterWithNotebook(
            notebook=lsp.NotebookDocumentFilterNotebookType("jupyter-notebook"),
            cells=[lsp.NotebookCellLanguage("python")],
        )
    ],
    save=True,
)


WATCHED = ("**/pyproject.toml", "**/*.py")
"""What a check depends on besides what is open: configurations, and programs that others import."""


class Server(LanguageServer):
    """The language server, and the session with its client."""

    def __init__(self, time_limit: float) -> None:
        # the whole text with every change: pygls counts lines otherwise than Python does when it applies edits
        super().__init__("tdlint", __version__, lsp.TextDocumentSyncKind.Full, NOTEBOOKS)
        self.session = Session(self, Worker(time_limit))
        self.told_to_end = False

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Show what went wrong; requests are answered with it besides."""
        self.session.say(f"{type(error).__name__}: {error}")

    def on(self, method: str, options: Any = None) -> Callable[[Callable[[Any], Any]], None]:
        """Register what is done for a message; if that fails it is said, and a request has no result."""

        def register(handler: Callable[[Any], Any]) -> None:
            self.feature(method, options)(self._guarded(handler))

        return register

    def _guarded(self, handler: Callable[[Any], Any]) -> Callable[..., Any]:
        def defect(error: Exception) -> None:
            self.session.say(f"this is a bug in tdlint, please report it: {type(error).__name__}: {error}")

        @functools.wraps(handler)
        def at_once(params: Any = None) -> Any:
            try:
                return handler(params)
            except Exception as error:
                return defect(error)

        @functools.wraps(handler)
        async def later(params: Any = None) -> Any:
            try:
                return await handler(params)
            except Exception as error:
                return defect(error)

        return later if asyncio.iscoroutinefunction(handler) else at_once


def make_server(time_limit: float = TIME_LIMIT) -> Server:
    """The server with all its features; ``time_limit`` is how many seconds one check may take."""
    server = Server(time_limit)
    _life(server)
    _documents(server)
    _diagnostics(server)
    _actions(server)
    _explanations(server)
    return server


def _life(server: Server) -> None:
    session = server.session

    @server.on(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        session.worker.start()
        text = params.capabilities.text_document
        session.pulls = text is not None and text.diagnostic is not None
        session.configure(params.initialization_options)

    @server.on(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        await watch_files(server)
        await session.ask_for_options()

    @server.on(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        session.check_again()

    @server.on(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def options_changed(params: lsp.DidChangeConfigurationParams) -> None:
        if params.settings:
            session.configure(params.settings)
        await session.ask_for_options()
        session.check_again()

    @server.on(lsp.SHUTDOWN)
    async def shutdown(params: None) -> None:
        server.told_to_end = True
        await session.worker.end()


async def watch_files(server: Server) -> None:
    """Ask the client to tell of configurations and programs that change on the disk, if it can be asked."""
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    if not (watched and watched.dynamic_registration):
        return
    watchers = [lsp.FileSystemWatcher(glob_pattern=glob) for glob in WATCHED]
    options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = lsp.Registration("tdlint.files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    await server.client_register_capability_async(lsp.RegistrationParams([registration]))


def _documents(server: Server) -> None:
    session = server.session

    @server.on(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        session.changed(params.text_document.uri, 0.0)

    @server.on(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        session.edited(params.text_document.uri)

    @server.on(lsp.TEXT_DOCUMENT_DID_SAVE, lsp.SaveOptions(include_text=False))
    def did_save(params: lsp.DidSaveTextDocumentParams) -> None:
        session.saved(params.text_document.uri)

    @server.on(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        session.closed(params.text_document.uri)

    @server.on(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def did_open_notebook(params: lsp.DidOpenNotebookDocumentParams) -> None:
        session.changed(params.notebook_document.uri, 0.0)

    @server.on(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def did_change_notebook(params: lsp.DidChangeNotebookDocumentParams) -> None:
        session.changed(params.notebook_document.uri)

    @server.on(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def did_close_notebook(params: lsp.DidCloseNotebookDocumentParams) -> None:
        session.closed(params.notebook_document.uri)


def _diagnostics(server: Server) -> None:
    session = server.session

    @server.on(
        lsp.TEXT_DOCUMENT_DIAGNOSTIC,
        lsp.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="tdlint"),
    )
    async def diagnostic(params: lsp.DocumentDiagnosticParams) -> lsp.RelatedFullDocumentDiagnosticReport:
        found = await session.result(params.text_document.uri)
        items = diagnostics_of(*found, await session.rules()) if found is not None else {}
        part = found[0].part(params.text_document.uri) if found is not None else None
        return lsp.RelatedFullDocumentDiagnosticReport(items[part.uri] if part is not None else [])


def _actions(server: Server) -> None:
    session = server.session

    @server.on(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[*KINDS], resolve_provider=True))
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        return await code_actions(session, params)

    @server.on(lsp.CODE_ACTION_RESOLVE)
    async def resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        return await resolved(session, action)


def _explanations(server: Server) -> None:
    session = server.session

    @server.on(lsp.TEXT_DOCUMENT_HOVER)
    async def hover_at(params: lsp.HoverParams) -> lsp.Hover | None:
        return await hover(session, params)

    @server.on(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def hints_in(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        return await inlay_hints(session, params)
