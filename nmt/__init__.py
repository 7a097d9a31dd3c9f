"""nmt: train encoder-decoder Transformers on parallel text and translate with them."""

from nmt.errors import NMTError

__version__ = "0.1.0"
__all__ = ["NMTError", "__version__"]
