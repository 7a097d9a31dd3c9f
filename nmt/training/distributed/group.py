"""Several processes, one for each device, that train one model together.

One leads: it runs the whole training as if it were alone, decides what depends on clocks and signals, and is the only
one that writes or shows anything. The others follow: they wait until the leader calls one of their methods, and the
leader does its own share of the same work. Within a call, all processes do the same steps in the same order.

The leader is the process that the user started, which starts the others (``--devices``), or the one with rank 0 among
the processes that torchrun started, on one machine or several.
"""

import io
import signal
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from nmt.errors import HOW_TO_RESUME, NMTError
from nmt.training.distributed.follower_calls import FollowerCalls
from nmt.training.distributed.placement import World

TOGETHER = timedelta(minutes=30)  # that a process waits at most for the others, within an update and to connect
PATIENCE = timedelta(days=365)  # for the leader's next call: it may read a large corpus first
PIECE = 1 << 26  # bytes of a state that are sent at a time

T = TypeVar("T")
Arguments = ParamSpec("Arguments")


class LostError(NMTError):
    """Another process of the training has ended or cannot be reached."""


class AgreedError(NMTError):
    """An error that all processes have noticed together, and that the leader reports to the user."""


class Group:
    """The processes that train together, as one of them sees them; in this base class it is alone."""

    rank = 0
    size = 1

    @property
    def main(self) -> bool:
        """Whether this process leads."""
        return self.rank == 0

    def call(
        self,
        method: Callable[Concatenate[FollowerCalls, Arguments], None],  # noqa: ARG002
        *arguments: Arguments.args,  # noqa: ARG002
        **named: Arguments.kwargs,  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        """A block in which the followers carry out ``method`` with these arguments, and the leader does its own share.

        A follower that reaches such a block is already within the call.
        """
        return nullcontext()

    def gather(self, value: T) -> list[T]:
        """The values of all, by rank; only the leader may use them."""
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
        """Replace ``tensor`` by its sum over all processes."""

    def share(self, tensors: Iterable[Tensor]) -> None:
        """Replace ``tensors`` by those of the leader."""

    def share_state(self, state: dict[str, Any]) -> dict[str, Any]:
        """The leader's ``state``, of tensors and plain values."""
        return state

    def replicate(self, module: nn.Module) -> nn.Module:
        """``module``, whose backward pass gives the mean of the gradients of all."""
        return module

    def without_sync(self, replica: nn.Module) -> AbstractContextManager[Any]:  # noqa: ARG002
        """A block in which gradients of ``replica`` add up in this process only."""
        return nullcontext()

    def connection_errors(self) -> AbstractContextManager[None]:
        """A block in which a broken connection raises a LostError."""
        return nullcontext()


ALONE = Group()


class Processes(Group):
    """Processes connected by torch.distributed: gradients by NCCL between GPUs, all else by gloo."""

    def __init__(self, world: World, store: Any = None) -> None:
        """Connect to the others, in a ``store`` or as torchrun's environment says; returns once all are connected."""
        self.rank = world.rank
        self.size = world.size
        self.device = world.device
        self.busy = False  # with a call
        on_gpu = self.device.type == "cuda"
        if on_gpu:
            torch.cuda.set_device(self.device)
        backend = "nccl" if on_gpu and dist.is_nccl_available() else "gloo"
        with self.connection_errors():
            dist.init_process_group(backend, store=store, rank=self.rank, world_size=self.size, timeout=TOGETHER)
            self._control = dist.new_group(backend="gloo", timeout=PATIENCE)

    def leave(self, *, failed: bool = False) -> None:
        """Close all connections; after a failure NCCL would wait for lost processes, so it ends with this process."""
        if not (failed and dist.get_backend() == "nccl"):
            with suppress(RuntimeError):
                dist.destroy_process_group()

    @contextmanager
    def call(
        self,
        method: Callable[Concatenate[FollowerCalls, Arguments], None],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Iterator[None]:
        if not self.main:
            yield
            return
        self.busy = True
        self._broadcast((method.__name__, arguments, named))
        try:
            yield
        except AgreedError:
            self.busy = False
            raise
        self.busy = False

    def receive_call(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """The leader's next call: the name of a method of FollowerCalls, and its arguments."""
        received: tuple[str, tuple[Any, ...], dict[str, Any]] = self._broadcast(None)
        return received

    def end_followers(self, status: int) -> None:
        """Let the followers end with ``status``, if they are waiting for a call."""
        if not self.busy:
            with suppress(LostError), self.call(FollowerCalls.end, status):
                pass

    def gather(self, value: T) -> list[T]:
        values: list[Any] | None = [None] * self.size if self.main else None
        with self.connection_errors():
            dist.gather_object(value, values, dst=0, group=self._control)
        return values or []

    def any(self, flag: bool) -> bool:
        return self.largest(int(flag)) > 0

    def largest(self, number: int) -> int:
        largest = torch.tensor(number)
        with self.connection_errors():
            dist.all_reduce(largest, dist.ReduceOp.MAX, group=self._control)
        return int(largest)

    def totals(self, *numbers: int) -> list[int]:
        totals = torch.tensor(numbers)
        with self.connection_errors():
            dist.all_reduce(totals, group=self._control)
        sums: list[int] = totals.tolist()
        return sums

    def add_up(self, tensor: Tensor) -> None:
        with self.connection_errors():
            dist.all_reduce(tensor)

    def share(self, tensors: Iterable[Tensor]) -> None:
        with self.connection_errors():
            for tensor in tensors:
                dist.broadcast(tensor.detach(), src=0)

    def share_state(self, state: dict[str, Any]) -> dict[str, Any]:
        buffer = io.BytesIO()
        if self.main:
            torch.save(state, buffer)
        size = self._broadcast(buffer.tell())
        data = torch.frombuffer(buffer.getbuffer() if self.main else bytearray(size), dtype=torch.uint8)
        with self.connection_errors():
            for piece in data.split(PIECE):  # type: ignore[no-untyped-call]
                dist.broadcast(piece, src=0, group=self._control)
        if self.main:
            return state
        shared: dict[str, Any] = torch.load(io.BytesIO(data.numpy().data), map_location="cpu", weights_only=True)
        return shared

    def replicate(self, module: nn.Module) -> nn.Module:
        with self.connection_errors(), warnings.catch_warnings():
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
    def connection_errors(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            if not (isinstance(error, dist.DistError) or "/gloo/" in str(error)):
                raise
            lost = "another process" if self.main else "the leading process"
            raise LostError(f"{lost} of this training has ended or cannot be reached; {HOW_TO_RESUME}") from error

    def _broadcast(self, message: Any) -> Any:
        """The leader's ``message``."""
        messages = [message]
        with self.connection_errors():
            dist.broadcast_object_list(messages, src=0, group=self._control)
        return messages[0]


def file_store(path: str, size: int) -> Any:
    """A file through which ``size`` processes of one machine connect; unlike a port, only one user can access it."""
    return dist.FileStore(path, size)  # type: ignore[attr-defined]


def leave_signals_to_the_leader() -> None:
    """Ignore Ctrl-C and similar signals, which may reach every process; the leader saves, and then ends the others."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
