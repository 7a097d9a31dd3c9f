"""Several processes, one for each device, that train one model together.

One leads: it runs the whole training as if it were alone, decides what depends on clocks and signals, and is the only
one that writes or shows anything. The others follow: they wait until the leader calls a method of theirs by name, which
the leader then goes through itself. What belongs to one call is done in the same order by all of them.

The leader is the process that the user started, which starts the others (``--devices``), or that of rank 0 among those
that torchrun started, on one machine or several.
"""

import io
import signal
import warnings
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import timedelta
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from nmt.errors import GO_ON, NMTError
from nmt.training.distributed.placement import World

TOGETHER = timedelta(minutes=30)  # the most that a process waits for the others within an update, and to meet them
PATIENCE = timedelta(days=365)  # for the leader's next word: it may read a large corpus first
PIECE = 1 << 26  # bytes of a state that are sent at a time

T = TypeVar("T")


class LostError(NMTError):
    """Another process of the training has gone."""


class AgreedError(NMTError):
    """Something that all processes have found together, and that the leader tells the user."""


class Group:
    """The processes that train together as one of them sees them: here one that is alone, to which it costs nothing."""

    rank = 0
    size = 1

    @property
    def main(self) -> bool:
        """Whether this process leads."""
        return self.rank == 0

    def calling(self, name: str, *arguments: Any) -> AbstractContextManager[None]:  # noqa: ARG002
        """Have the followers do what they call ``name``, while the leader does its own part inside the block."""
        return nullcontext()

    def gather(self, value: T) -> list[T]:
        """The values of all, by rank; only the leader may look at them."""
        return [value]

    def any(self, flag: bool) -> bool:
        """Whether ``flag`` holds anywhere."""
        return flag

    def largest(self, number: int) -> int:
        """The largest ``number`` of all."""
        return number

    def totals(self, *numbers: int) -> list[int]:
        """Each of ``numbers`` summed over all."""
        return list(numbers)

    def add_up(self, tensor: Tensor) -> None:
        """Put the sum over all in the place of ``tensor``."""

    def share(self, tensors: Iterable[Tensor]) -> None:
        """Put the leader's values in the place of ``tensors``."""

    def share_state(self, state: dict[str, Any]) -> dict[str, Any]:
        """The leader's ``state``, of tensors and plain values."""
        return state

    def replicate(self, module: nn.Module) -> nn.Module:
        """``module``, whose backward pass gives the mean of the gradients of all."""
        return module

    def without_sync(self, replica: nn.Module) -> AbstractContextManager[Any]:  # noqa: ARG002
        """A block in which gradients of ``replica`` add up in this process only."""
        return nullcontext()

    def explaining(self) -> AbstractContextManager[None]:
        """A block in which a broken connection is a LostError."""
        return nullcontext()


ALONE = Group()


class Processes(Group):
    """Processes connected by torch.distributed: gradients by NCCL between GPUs, all else by gloo."""

    def __init__(self, world: World, store: Any = None) -> None:
        """Meet the others, in a ``store`` or as torchrun's environment says; returns when all are there."""
        self.rank = world.rank
        self.size = world.size
        self.device = world.device
        self.busy = False  # with a call that others take part in
        on_gpu = self.device.type == "cuda"
        if on_gpu:
            torch.cuda.set_device(self.device)
        backend = "nccl" if on_gpu and dist.is_nccl_available() else "gloo"
        with self.explaining():
            dist.init_process_group(backend, store=store, rank=self.rank, world_size=self.size, timeout=TOGETHER)
            self._words = dist.new_group(backend="gloo", timeout=PATIENCE)

    def leave(self, *, failed: bool = False) -> None:
        """Give up all connections; after a failure NCCL would wait for who has gone, so it ends with the process."""
        if not (failed and dist.get_backend() == "nccl"):
            with suppress(RuntimeError):
                dist.destroy_process_group()

    @contextmanager
    def calling(self, name: str, *arguments: Any) -> Iterator[None]:
        """See Group.calling; a follower is already within the call."""
        if not self.main:
            yield
            return
        self.busy = True
        self._broadcast((name, arguments))
        try:
            yield
        except AgreedError:
            self.busy = False
            raise
        self.busy = False

    def hear(self) -> tuple[str, tuple[Any, ...]]:
        """What the leader calls next, and with which arguments."""
        called: tuple[str, tuple[Any, ...]] = self._broadcast(None)
        return called

    def say_end(self, status: int) -> None:
        """Let the followers end with ``status``, if they are listening."""
        if not self.busy:
            with suppress(LostError):
                self._broadcast(("end", (status,)))

    def gather(self, value: T) -> list[T]:
        values: list[Any] | None = [None] * self.size if self.main else None
        with self.explaining():
            dist.gather_object(value, values, dst=0, group=self._words)
        return values or []

    def any(self, flag: bool) -> bool:
        return self.largest(int(flag)) > 0

    def largest(self, number: int) -> int:
        largest = torch.tensor(number)
        with self.explaining():
            dist.all_reduce(largest, dist.ReduceOp.MAX, group=self._words)
        return int(largest)

    def totals(self, *numbers: int) -> list[int]:
        totals = torch.tensor(numbers)
        with self.explaining():
            dist.all_reduce(totals, group=self._words)
        found: list[int] = totals.tolist()
        return found

    def add_up(self, tensor: Tensor) -> None:
        with self.explaining():
            dist.all_reduce(tensor)

    def share(self, tensors: Iterable[Tensor]) -> None:
        with self.explaining():
            for tensor in tensors:
                dist.broadcast(tensor.detach(), src=0)

    def share_state(self, state: dict[str, Any]) -> dict[str, Any]:
        buffer = io.BytesIO()
        if self.main:
            torch.save(state, buffer)
        size = self._broadcast(buffer.tell())
        data = torch.frombuffer(buffer.getbuffer() if self.main else bytearray(size), dtype=torch.uint8)
        with self.explaining():
            for piece in data.split(PIECE):  # type: ignore[no-untyped-call]
                dist.broadcast(piece, src=0, group=self._words)
        if self.main:
            return state
        shared: dict[str, Any] = torch.load(io.BytesIO(data.numpy().data), map_location="cpu", weights_only=True)
        return shared

    def replicate(self, module: nn.Module) -> nn.Module:
        with self.explaining(), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # broadcast_buffers has a new name in the newest torch only
            return DistributedDataParallel(
                module,
                device_ids=[self.device] if self.device.type == "cuda" else None,
                broadcast_buffers=False,  # position encodings grow where a long sentence comes
                gradient_as_bucket_view=True,
            )

    def without_sync(self, replica: nn.Module) -> AbstractContextManager[Any]:
        if not isinstance(replica, DistributedDataParallel):
            raise AssertionError("only what replicate() gave has gradients to synchronise")
        return replica.no_sync()

    @contextmanager
    def explaining(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            if not (isinstance(error, dist.DistError) or "/gloo/" in str(error)):
                raise
            gone = "another process" if self.main else "the leading process"
            raise LostError(f"{gone} of this training has gone or cannot be reached; {GO_ON}") from error

    def _broadcast(self, message: Any) -> Any:
        """The leader's ``message``."""
        messages = [message]
        with self.explaining():
            dist.broadcast_object_list(messages, src=0, group=self._words)
        return messages[0]


def file_store(path: str, size: int) -> Any:
    """A file in which ``size`` processes of one machine meet; unlike a port it can be one user's only."""
    return dist.FileStore(path, size)  # type: ignore[attr-defined]


def leave_signals_to_the_leader() -> None:
    """Ctrl-C and the like may reach every process; the leader saves, and then ends the others."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
