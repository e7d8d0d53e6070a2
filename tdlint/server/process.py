"""The worker process as the server sees it: one job after the other, each with an answer or a reason for none."""

from __future__ import annotations

import asyncio
import pickle
from asyncio.subprocess import PIPE, Process
from contextlib import suppress

from tdlint.linting.pipes import LENGTH, command, frame
from tdlint.server.jobs import Answer, Job

TIME_LIMIT = 20.0
"""Seconds that one job may take."""

START_LIMIT = 60.0
"""Seconds that the process may take to load the rules."""

PATIENCE = 1.0
"""Seconds after which a job is given up whose answer nobody waits for any more."""


class Lost(Exception):
    """The worker died of a job, or took too long for it; the text is a predicate: ``ended with exit code 1``."""


class Worker:
    """Hands jobs to a process that is started when it is needed, and again after it was lost."""

    def __init__(self, time_limit: float) -> None:
        self.time_limit = time_limit
        self._process: Process | None = None
        self._jobs: asyncio.Queue[tuple[Job, asyncio.Future[Answer]]] = asyncio.Queue()
        self._serving: asyncio.Task[None] | None = None

    async def do(self, job: Job) -> Answer:
        """The answer to a job; the job is given up if the caller is cancelled.

        Raises:
            Lost: there is none.
        """
        self.start()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._jobs.put_nowait((job, answer))
        return await answer

    def start(self) -> None:
        """Start the process, so that it is ready when the first job comes."""
        if self._serving is None:
            self._serving = asyncio.ensure_future(self._serve())

    async def end(self) -> None:
        """End the process, whatever it does."""
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait({self._serving})

    async def _serve(self) -> None:
        try:
            with suppress(Lost, OSError):  # then the first job tries again, and tells
                await self._started()
            await self._do_all()
        finally:
            await self._kill()

    async def _do_all(self) -> None:
        while True:
            job, answer = await self._jobs.get()
            if answer.done():
                continue
            try:
                found = await self._ask(job, answer)
            except (Lost, OSError) as error:
                await self._kill()
                if not answer.done():
                    answer.set_exception(error if isinstance(error, Lost) else Lost(f"could not be started: {error}"))
            else:
                if not answer.done():
                    answer.set_result(found)

    async def _started(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *command("tdlint.server.worker"), stdin=PIPE, stdout=PIPE, stderr=None
            )
            try:
                await asyncio.wait_for(_read(self._process), START_LIMIT)
            except asyncio.TimeoutError:
                await self._kill()
                raise Lost(f"took longer than {START_LIMIT:g} seconds to start") from None
        return self._process

    async def _ask(self, job: Job, answer: asyncio.Future[Answer]) -> Answer:
        process = await self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(frame(job))
            await process.stdin.drain()
        except OSError:
            raise Lost(await _end_of(process)) from None
        reading = asyncio.ensure_future(_read(process))
        try:
            await asyncio.wait({reading, answer}, timeout=self.time_limit, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done() and answer.done():
                await asyncio.wait({reading}, timeout=PATIENCE)
            if not reading.done():
                raise Lost(f"took longer than {self.time_limit:g} seconds")
            return reading.result()
        finally:
            reading.cancel()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        # the pipes must be closed before the loop is
        with suppress(OSError):
            await process.communicate()


async def _read(process: Process) -> Answer:
    """The next message of the process; the first is empty, and says that it is ready."""
    assert process.stdout is not None
    try:
        head = await process.stdout.readexactly(LENGTH.size)
        found: Answer = pickle.loads(await process.stdout.readexactly(LENGTH.unpack(head)[0]))
        return found
    except asyncio.IncompleteReadError:
        raise Lost(await _end_of(process)) from None


async def _end_of(process: Process) -> str:
    code = await process.wait()
    return f"ended with exit code {code}" if code >= 0 else f"was ended by the signal {-code}"
