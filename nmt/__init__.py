"""nmt: train encoder-decoder Transformers on parallel text and translate with them."""

from typing import TYPE_CHECKING, Any

from nmt.errors import NMTError

if TYPE_CHECKING:
    from nmt.translation.translator import Translator

__version__ = "0.1.0"
__all__ = ["NMTError", "Translator", "__version__"]


def __getattr__(name: str) -> Any:
    """``nmt.Translator``, imported when it is asked for, so that importing nmt costs nothing."""
    if name == "Translator":
        from nmt.translation.translator import Translator

        return Translator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
