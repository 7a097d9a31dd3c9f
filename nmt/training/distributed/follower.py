"""What a process does that follows: all that the leader calls, until it says that this is the end."""

import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from nmt.corpus.line_profile import LineProfile
from nmt.corpus.pairs import Pair
from nmt.data.batching import Rows
from nmt.data.encoded_corpus import EncodedPair, encoded_in_memory, open_encoded_corpus
from nmt.data.prefetch import BatchPrefetcher
from nmt.data.resampling import CorpusResampler
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.models.blank import blank_transformer
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.runtime.device import set_threads
from nmt.runtime.memory import keep_freed_memory
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.config import TrainingConfig
from nmt.training.distributed.group import AgreedError, Group, Processes, file_store, leave_signals_to_the_leader
from nmt.training.distributed.leader import READY, TO_NOTICE
from nmt.training.distributed.placement import World, choose_world
from nmt.training.distributed.random_state import seed_follower
from nmt.training.update.learner import Learner
from nmt.training.validation import TranslationValidator

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class FollowerTask:
    """What the leader tells the others before the first update."""

    directory: Path  # of the prepared corpus, on a disk that all machines share
    corpus_key: str
    training: TrainingConfig  # with the precision that the leader has chosen
    model: ModelConfig
    validation: list[Pair]
    encoded_validation: list[EncodedPair]
    max_source_length: int
    source_language: str | None
    target_language: str | None
    profile: LineProfile
    source_prefix: list[tuple[int, ...]]  # of each validation pair
    tags: tuple[int, ...]  # ids that sources may begin with
    control_symbols: tuple[str, ...]  # of the tokenizer


def begin_together(group: Group, task: FollowerTask) -> None:
    """Have the followers open what they need; an NMTError if one of them cannot."""
    with group.calling("open", task):
        for complaint in group.gather(""):
            if complaint:
                raise AgreedError(complaint)


class Follower:
    """The follower's side of each call; Group.calling in the leader names its methods."""

    def __init__(self, group: Processes) -> None:
        self.group = group
        self.task: FollowerTask
        self.prefetcher: BatchPrefetcher
        self.learner: Learner
        self.judged: Transformer  # whose translations are asked for
        self.validator: TranslationValidator

    def follow(self) -> int:
        """Do what is called; the status with which to end."""
        while True:
            name, arguments = self.group.hear()
            if name == "end":
                return int(arguments[0])
            try:
                getattr(self, name)(*arguments)
            except AgreedError:
                logger.debug("the leader tells the user", exc_info=True)

    def open(self, task: FollowerTask) -> None:
        """Before anything else: the corpus and the validation text."""
        self.task = task
        corpus = open_encoded_corpus(task.directory / "corpus", key=task.corpus_key)
        if corpus is None:
            here = f"process {self.group.rank + 1} of {self.group.size}"
            self.group.gather(f"{here} does not see {task.directory}, which all machines must share")
            return
        tokenizer = Tokenizer.load(task.directory / "tokenizer.model", control_symbols=task.control_symbols)
        strength = task.training.subword_sampling
        resampler = CorpusResampler(tokenizer, strength, tags=task.tags) if strength else None
        self.prefetcher = BatchPrefetcher(corpus, seed=task.training.seed, resampler=resampler)
        self.validator = TranslationValidator(
            pairs=task.validation,
            encoded=encoded_in_memory(task.encoded_validation),
            tokenizer=tokenizer,
            search=SearchConfig(beam_size=1),  # another is given with each call
            max_source_length=task.max_source_length,
            source_language=task.source_language,
            target_language=task.target_language,
            profile=task.profile,
            source_prefix=task.source_prefix,
            publish=_leave_to_the_leader,
            group=self.group,
        )
        self.group.gather("")

    def learn(self) -> None:
        """A Learner is made."""
        seed_follower(b"%d" % self.task.training.seed, self.group.rank)
        model = blank_transformer(self.task.model).to(self.group.device)
        self.judged = blank_transformer(self.task.model).to(self.group.device).eval().requires_grad_(False)
        keep_freed_memory()
        self.learner = Learner(model, self.task.training, self.group)

    def update(
        self, rows: Sequence[Rows], rate: float, dropout: float | None, following: Sequence[Rows], epoch: int
    ) -> None:
        """Learner.update_from."""
        self.learner.update_from(self.prefetcher, rows, rate=rate, dropout=dropout, following=following, epoch=epoch)

    def state_dict(self) -> None:
        """Learner.state_dict."""
        self.learner.state_dict()

    def load_state_dict(self) -> None:
        """Learner.load_state_dict."""
        self.learner.load_state_dict({})

    def translate(self, search: SearchConfig, seconds: float | None) -> None:
        """TranslationValidator.translations."""
        deadline = None if seconds is None else time.monotonic() + seconds
        self.validator.translations(self.judged, search, deadline)

    def measure_loss(self) -> None:
        """TranslationValidator.loss."""
        self.validator.loss(self.judged)


def _leave_to_the_leader(*_: object) -> None:
    raise AssertionError("only the leader publishes")


def follow_torchrun(device: str, threads: int | None) -> int:
    """All that a process does that torchrun started and that does not lead; the status with which to end."""
    leave_signals_to_the_leader()
    world = choose_world(device, None)
    set_threads(world.threads(threads))
    return _follow(world)


def _follow(world: World, store: Any = None) -> int:
    group = Processes(world, store)
    try:
        return Follower(group).follow()
    finally:
        group.leave()


def main() -> None:
    """All that a process does that the leader started on its machine, with its arguments."""
    leave_signals_to_the_leader()
    warnings.filterwarnings("ignore")  # as in the command that the user gave
    rank, size, device, threads, place = sys.argv[1:]
    logging.basicConfig(format="nmt: error: %(message)s", level=logging.ERROR)
    threading.Thread(target=_end_with_the_leader, daemon=True).start()
    set_threads(int(threads))
    store = file_store(place, int(size))
    store.add(READY, 1)
    here = torch.device(device, int(rank)) if device == "cuda" else torch.device(device)
    try:
        sys.exit(_follow(World(device=here, rank=int(rank), size=int(size), here=int(size)), store))
    except NMTError as error:
        logger.error("%s", error)
        sys.exit(1)


def _end_with_the_leader() -> None:
    """Standard input ends when the leader does; a process that waits for a GPU for ever would not notice otherwise."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    time.sleep(TO_NOTICE)
    os._exit(1)
