"""COMET (Rei et al. 2020), a neural metric; needs the extra ``comet`` and a checkpoint."""

import importlib.util
import logging
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol, cast

from nmt.errors import NMTError
from nmt.evaluation.datasets import EvaluationSet
from nmt.evaluation.significance import Score

logger = logging.getLogger(__name__)
_BATCH = 16  # sentences


class _Network(Protocol):
    def predict(self, samples: list[dict[str, str]], **settings: Any) -> Any: ...


class Comet:
    """A loaded COMET checkpoint."""

    def __init__(self, checkpoint: str) -> None:
        """``checkpoint`` is a file, or a name such as Unbabel/wmt22-comet-da, which is downloaded once.

        A checkpoint is unpickled, which can run any program: give only one that you trust. Raises NMTError if the
        package or the checkpoint is not available.
        """
        check_installed()
        import comet

        self.name = checkpoint if not Path(checkpoint).exists() else Path(checkpoint).name
        try:
            path = checkpoint if Path(checkpoint).exists() else comet.download_model(checkpoint)
        except (KeyError, OSError, ValueError, RuntimeError) as error:
            raise NMTError(
                f"the COMET model {checkpoint!r} is not a file and cannot be downloaded; check its name and the network"
            ) from error
        if not Path(path).is_file():
            raise NMTError(f"{path} is not a file; a COMET checkpoint is one, such as checkpoints/model.ckpt")
        if not (hparams := Path(path).resolve().parents[1] / "hparams.yaml").is_file():
            raise NMTError(f"{path} is not a complete COMET checkpoint: {hparams} is missing")
        try:
            self._network = cast(_Network, comet.load_from_checkpoint(str(path)))
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise NMTError(f"the COMET checkpoint {path} cannot be loaded: {reason}") from error

    def score(self, test_set: EvaluationSet, hypotheses: Sequence[str]) -> Score:
        """The score of a system against the first reference; NMTError if the source is not known."""
        import torch

        if test_set.sources is None:
            raise NMTError("COMET also needs the source; name it with -s")
        samples = [
            {"src": source, "mt": hypothesis, "ref": reference}
            for source, hypothesis, reference in zip(test_set.sources, hypotheses, test_set.references[0], strict=True)
        ]
        prediction = self._network.predict(
            samples, batch_size=_BATCH, gpus=min(1, torch.cuda.device_count()), progress_bar=False
        )
        return Score(
            name="COMET",
            score=float(prediction.system_score),
            signature=f"nrefs:1|model:{self.name}|version:{_version()}",
            segments=[float(score) for score in prediction.scores],
        )


def check_installed() -> None:
    """NMTError unless the package is installed."""
    if importlib.util.find_spec("comet") is None:
        raise NMTError("COMET is not installed; install it with: pip install 'nmt[comet]'")


def _version() -> str:
    try:
        return version("unbabel-comet")
    except PackageNotFoundError:
        return "unknown"
