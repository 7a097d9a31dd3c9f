"""What the leader of a training can ask of the followers: the calls, and the data that they are given."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nmt.corpus.line_profile import LineProfile
from nmt.corpus.pairs import Pair
from nmt.data.batching import Rows
from nmt.data.encoded_corpus import EncodedPair
from nmt.decoding.config import SearchConfig
from nmt.models.config import ModelConfig
from nmt.training.config import TrainingConfig


@dataclass(frozen=True, kw_only=True)
class ValidationTask:
    """The validation text, and how it is translated and scored."""

    pairs: Sequence[Pair]
    encoded: Sequence[EncodedPair]  # the same as ids
    search: SearchConfig
    max_source_length: int  # subwords; a longer line is split
    source_language: str | None = None
    target_language: str | None = None
    profile: LineProfile = field(default_factory=LineProfile)  # of the training sources
    source_prefix: Sequence[tuple[int, ...]] = ()  # before the source of each pair, such as a tag; empty: none has one
    metric: str = "bleu"  # one of RANKINGS: what ranks validations


@dataclass(frozen=True, kw_only=True)
class FollowerTask:
    """What a follower needs to know before the first update."""

    directory: Path  # of the prepared corpus, on a disk that all machines share
    corpus_key: str
    training: TrainingConfig  # with the precision that the leader has chosen
    model: ModelConfig
    validation: ValidationTask
    tags: tuple[int, ...]  # ids that a source may begin with
    control_symbols: tuple[str, ...]  # of the tokenizer


class FollowerCalls(ABC):
    """The methods of a follower that Group.call may name; the leader goes through the same work itself meanwhile."""

    @abstractmethod
    def open(self, task: FollowerTask) -> None:
        """Before anything else: open the corpus and the validation text."""

    @abstractmethod
    def create_learner(self) -> None:
        """Create a Learner."""

    @abstractmethod
    def update(
        self, rows: Sequence[Rows], rate: float, dropout: float | None, following: Sequence[Rows], epoch: int
    ) -> None:
        """Learner.update_from."""

    @abstractmethod
    def save_state(self) -> None:
        """Learner.state_dict."""

    @abstractmethod
    def load_state(self) -> None:
        """Learner.load_state_dict."""

    @abstractmethod
    def translate(self, search: SearchConfig, seconds: float | None) -> None:
        """TranslationValidator.translations."""

    @abstractmethod
    def measure_loss(self) -> None:
        """TranslationValidator.loss."""

    @abstractmethod
    def end(self, status: int) -> None:
        """End the process with ``status``."""
