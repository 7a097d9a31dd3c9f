"""The error whose message is shown to the user, and how to recognise that memory has run out."""

# Messages of PyTorch, the CUDA libraries, C++ and Python; a thread that cannot start has no memory for its stack.
_OUT_OF_MEMORY = (
    "out of memory",
    "t allocate memory",
    "not enough memory",
    "ALLOC_FAILED",
    "bad_alloc",
    "t start new thread",
    "temporarily unavailable",
)

HOW_TO_RESUME = "the same command resumes from what is saved"  # in all messages about an interrupted training


class NMTError(Exception):
    """An error with a message for the user that names the file, line or setting, the cause and the remedy."""


def out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` means that a device or the system is out of memory; imports no library."""
    return isinstance(error, MemoryError) or any(text in str(error) for text in _OUT_OF_MEMORY)
