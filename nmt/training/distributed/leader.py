"""The leader of a training: it starts the other processes, notices when one dies, and ends them."""

import logging
import os
import platform
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch

from nmt.errors import HOW_TO_RESUME, NMTError
from nmt.runtime.workers import fresh_interpreter
from nmt.training.distributed.group import ALONE, Group, LostError, Processes, file_store
from nmt.training.distributed.placement import World

logger = logging.getLogger(__name__)
READY = "ready"  # in the store: the number of followers that are ready to connect
TO_END = 15.0  # seconds that followers get to end by themselves
TO_NOTICE = 30.0  # seconds in which the leader should notice by itself that a follower has died


class Leader:
    """A block in which this process leads; the processes that it starts end with the block."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._group: Group = ALONE
        self._followers: FollowerProcesses | None = None

    def __enter__(self) -> Self:
        if self.world.launched:  # the others wait, and have to be told if preparation fails
            self._group = Processes(self.world)
        return self

    def group(self) -> Group:
        """All processes; they are started now unless they are running."""
        if self.world.size > 1 and self._group is ALONE:
            self._followers = FollowerProcesses(self.world, threads=torch.get_num_threads())
            self._group = Processes(self.world, self._followers.wait_until_ready())
        return self._group

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        followers = self._followers
        death = followers.first_death() if followers is not None and isinstance(error, LostError) else ""
        if followers is not None and error is not None:
            followers.kill()  # before connections break, which they would report as an error
        elif isinstance(self._group, Processes):
            self._group.end_followers(0 if error is None else 1)
        if isinstance(self._group, Processes):
            self._group.leave(failed=error is not None)
        if followers is not None:
            followers.close()
        if death:
            raise LostError(f"{death}; {HOW_TO_RESUME}") from error


class FollowerProcesses:
    """The processes that this one has started; they end when it ends, for whatever reason."""

    def __init__(self, world: World, *, threads: int) -> None:
        self._size = world.size
        self._device = world.device.type
        self._threads = threads
        self._directory = Path(tempfile.mkdtemp(prefix="nmt-"))
        self._store = self._directory / "store"
        self._deaths: list[str] = []
        self._closing = False
        self._processes: list[subprocess.Popen[bytes]] = []
        # These processes exchange nothing over the network.
        loopback = "lo" if platform.system() == "Linux" else "lo0"
        for variable in ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME"):
            os.environ.setdefault(variable, loopback)
        try:
            for rank in range(1, self._size):
                self._processes.append(self._start(rank))
        except OSError as error:
            self.kill()
            self.close()
            raise NMTError(f"no further process can be started: {error.strerror}") from error
        for rank, process in enumerate(self._processes, 1):
            threading.Thread(target=self._watch, args=(rank, process), daemon=True).start()

    def wait_until_ready(self) -> Any:
        """The store through which all connect, once every follower is ready."""
        store = file_store(str(self._store), self._size)
        while store.add(READY, 0) < self._size - 1:
            if self._deaths:
                raise NMTError(f"{self._deaths[0]} before training started")
            time.sleep(0.02)
        return store

    def first_death(self) -> str:
        """Which process ended first, and how; empty if all are running."""
        deadline = time.monotonic() + 2  # the connection breaks a little before a process can be seen to have ended
        while not self._deaths and time.monotonic() < deadline:
            time.sleep(0.02)
        return self._deaths[0] if self._deaths else ""

    def kill(self) -> None:
        """End all at once."""
        self._closing = True
        for process in self._processes:
            process.kill()

    def close(self) -> None:
        """Wait for all of them to end, and kill those that do not."""
        self._closing = True
        deadline = time.monotonic() + TO_END
        for process in self._processes:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _start(self, rank: int) -> subprocess.Popen[bytes]:
        """A process that does not receive the terminal's Ctrl-C and ends when this one does."""
        arguments = (rank, self._size, self._device, self._threads, self._store)
        code = "from nmt.training.distributed.follower import main; main()"
        return fresh_interpreter(code, *arguments, stdout=subprocess.DEVNULL)

    def _watch(self, rank: int, process: subprocess.Popen[bytes]) -> None:
        """Record the end of a process; if it is premature, end the leader too, which may wait for a GPU forever."""
        status = process.wait()
        if self._closing:
            return
        how = f"with status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
        hint = ", perhaps because memory ran out" if status == -getattr(signal, "SIGKILL", 0) else ""
        self._deaths.append(f"process {rank + 1} of {self._size} was ended {how}{hint}")
        time.sleep(TO_NOTICE)
        if not self._closing:
            logger.error("%s; %s", self._deaths[0], HOW_TO_RESUME)
            os._exit(1)
