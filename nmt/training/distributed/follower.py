"""A follower process: it carries out the calls of the leader until the leader ends it."""

import logging
import os
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from typing import Any

import torch

from nmt.data.batching import Rows
from nmt.data.encoded_corpus import open_encoded_corpus
from nmt.data.prefetch import BatchPrefetcher
from nmt.data.resampling import CorpusResampler
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.models.architectures import create_empty_model
from nmt.models.base import TrainableModel
from nmt.runtime.memory import keep_freed_memory
from nmt.runtime.threads import set_threads
from nmt.tokenization.tokenizer import Tokenizer
from nmt.training.distributed.follower_calls import FollowerCalls, FollowerTask
from nmt.training.distributed.group import AgreedError, Group, Processes, file_store, leave_signals_to_the_leader
from nmt.training.distributed.leader import READY, TO_NOTICE
from nmt.training.distributed.placement import World, choose_world
from nmt.training.distributed.random_state import seed_follower
from nmt.training.update.learner import Learner
from nmt.training.validation import TranslationValidator

logger = logging.getLogger(__name__)


def open_followers(group: Group, task: FollowerTask) -> None:
    """Have the followers open what they need; an NMTError if one of them cannot."""
    with group.call(FollowerCalls.open, task):
        for complaint in group.gather(""):
            if complaint:
                raise AgreedError(complaint)


class Follower(FollowerCalls):
    """The follower's side of each call."""

    def __init__(self, group: Processes) -> None:
        self.group = group
        self.task: FollowerTask
        self.prefetcher: BatchPrefetcher
        self.learner: Learner
        self.validated: TrainableModel  # holds the weights that are validated
        self.validator: TranslationValidator
        self._status: int | None = None  # None: more calls follow

    def follow(self) -> int:
        """Carry out the leader's calls; the status with which to end."""
        while self._status is None:
            name, arguments, named = self.group.receive_call()
            try:
                getattr(self, name)(*arguments, **named)
            except AgreedError:
                logger.debug("the leader reports this to the user", exc_info=True)
        return self._status

    def open(self, task: FollowerTask) -> None:
        self.task = task
        corpus = open_encoded_corpus(task.directory / "corpus", key=task.corpus_key)
        if corpus is None:
            process = f"process {self.group.rank + 1} of {self.group.size}"
            self.group.gather(f"{process} does not see {task.directory}, which all machines must share")
            return
        tokenizer = Tokenizer.load(task.directory / "tokenizer.model", control_symbols=task.control_symbols)
        strength = task.training.subword_sampling
        resampler = CorpusResampler(tokenizer, strength, tags=task.tags) if strength else None
        self.prefetcher = BatchPrefetcher(corpus, seed=task.training.seed, resampler=resampler)
        self.validator = TranslationValidator(
            task.validation, tokenizer, publish=_leave_to_the_leader, group=self.group
        )
        self.group.gather("")

    def create_learner(self) -> None:
        seed_follower(b"%d" % self.task.training.seed, self.group.rank)
        model = create_empty_model(self.task.model).to(self.group.device)
        self.validated = create_empty_model(self.task.model).to(self.group.device).eval().requires_grad_(False)
        keep_freed_memory()
        self.learner = Learner(model, self.task.training, self.group)

    def update(
        self, rows: Sequence[Rows], rate: float, dropout: float | None, following: Sequence[Rows], epoch: int
    ) -> None:
        self.learner.update_from(self.prefetcher, rows, rate=rate, dropout=dropout, following=following, epoch=epoch)

    def save_state(self) -> None:
        self.learner.state_dict()

    def load_state(self) -> None:
        self.learner.load_state_dict({})

    def translate(self, search: SearchConfig, seconds: float | None) -> None:
        deadline = None if seconds is None else time.monotonic() + seconds
        self.validator.translations(self.validated, search, deadline)

    def measure_loss(self) -> None:
        self.validator.loss(self.validated)

    def end(self, status: int) -> None:
        self._status = status


def _leave_to_the_leader(*_: object) -> None:
    raise AssertionError("only the leader publishes")


def follow_torchrun(device: str, threads: int | None) -> int:
    """Follow the leader in a process that torchrun started; the status with which to end."""
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
    """Follow the leader in a process that it started on its machine, with these arguments."""
    leave_signals_to_the_leader()
    warnings.filterwarnings("ignore")  # as the command line does
    rank, size, device, threads, store_path = sys.argv[1:]
    logging.basicConfig(format="nmt: error: %(message)s", level=logging.ERROR)
    threading.Thread(target=_end_with_the_leader, daemon=True).start()
    set_threads(int(threads))
    store = file_store(store_path, int(size))
    store.add(READY, 1)
    local_device = torch.device(device, int(rank)) if device == "cuda" else torch.device(device)
    world = World(device=local_device, rank=int(rank), size=int(size), local_size=int(size))
    try:
        sys.exit(_follow(world, store))
    except NMTError as error:
        logger.error("%s", error)
        sys.exit(1)


def _end_with_the_leader() -> None:
    """Standard input ends when the leader does; a process that waits for a GPU forever would not notice otherwise."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    time.sleep(TO_NOTICE)
    os._exit(1)
