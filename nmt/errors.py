"""The one error that is shown to the user as it is, and what other libraries say where memory is short."""

# Of PyTorch on each device and system, CUDA's libraries and C++; a thread that cannot start found none for its stack.
_OF_MEMORY = (
    "out of memory",
    "t allocate memory",
    "not enough memory",
    "ALLOC_FAILED",
    "bad_alloc",
    "t start new thread",
    "temporarily unavailable",
)

GO_ON = "the same command goes on from what is saved"  # the way out wherever a training is interrupted


class NMTError(Exception):
    """One sentence for the user that names the file, line or setting at fault and the way out."""


def out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that the memory of any device does not suffice; no library has to be imported for it."""
    return isinstance(error, MemoryError) or any(part in str(error) for part in _OF_MEMORY)
