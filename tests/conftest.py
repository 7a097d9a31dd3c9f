"""One torch thread and a fixed seed, so that tests repeat and do not fight over cores; a small trained model."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import logging
import pickle
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from nmt.decoding.config import SearchConfig
from nmt.model_dir.config_json import ModelInfo
from nmt.model_dir.save import save_model
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.runtime.processors import available_processors
from nmt.special_ids import BOS, EOS, PAD
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.tags import tag_symbols
from nmt.tokenization.training import train_tokenizer
from nmt.training.context import RunOptions
from nmt.training.preparation.data_config import DataConfig
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.reporting.reporter import Progress, Validation
from nmt.training.run import RunReport, train
from nmt.training.state import TrainState

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

Value = TypeVar("Value")

torch.set_num_threads(1)
hypothesis.settings.register_profile("busy", deadline=None)  # other work on the machine is no failure
hypothesis.settings.load_profile("busy")
# Behind a shell's & Ctrl-C is ignored, behind nohup the end of the terminal, by all that the tests start, too;
# some of them are told to stop by these signals.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each processor; none, so that the tests begin at once, for a single file or test."""
    return 0 if len(config.args) == 1 and ".py" in config.args[0] else available_processors()


def once_for_all_workers(factory: pytest.TempPathFactory, name: str, create: Callable[[Path], Value]) -> Value:
    """What ``create`` makes in a new directory: called by the first worker that wants it, read by the others."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    result = shared / f"{name}.pickle"
    with (shared / f"{name}.lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            (shared / name).mkdir()
            result.write_bytes(pickle.dumps(create(shared / name)))
    value: Value = pickle.loads(result.read_bytes())
    return value


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(1)


@pytest.fixture
def plain_logger() -> Iterator[None]:
    """After a test that runs commands in this process: the logger is again as it was before them."""
    yield
    logging.getLogger("nmt").setLevel(logging.NOTSET)
    logging.getLogger("nmt").handlers.clear()


class RecordingReporter:
    """A trainer's reporter that keeps what it hears."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.validations: list[Validation] = []

    def stage(self, text: str) -> None:
        self.stages.append(text)

    def started(self, state: TrainState, planned: int | None) -> None: ...
    def progressed(self, progress: Progress) -> None: ...
    def validated(self, validation: Validation) -> None:
        self.validations.append(validation)

    def ended(self) -> None: ...


@dataclass(frozen=True)
class Reversal:
    """A model that has learned to spell backwards, "a c b" to "b c a", and spellings it has not seen."""

    model_dir: Path
    files: DataConfig
    recipe: Recipe
    report: RunReport
    unseen: list[str]


def talk() -> list[str]:
    """Sentences of a few words."""
    return [
        f"the {size} {animal} sees {number} birds" for number in range(9) for animal in ("cat", "dog") for size in "ab"
    ]


def talkative_model(directory: Path, tags: tuple[str, ...] = ()) -> Path:
    """A model that says something to everything: enough for lines, files and statuses."""
    torch.manual_seed(3)
    tokenizer = train_tokenizer(talk(), TokenizerConfig(vocabulary_size=330), control_symbols=tag_symbols(tags))
    shape = {"encoder_layers": 1, "decoder_layers": 1, "dimension": 16, "heads": 2, "feed_forward": 16}
    config = ModelConfig(vocabulary_size=tokenizer.vocabulary_size, **shape)  # type: ignore[arg-type]
    search = SearchConfig(beam_size=2, max_length_ratio=1.0, max_length_offset=1)
    info = ModelInfo(model=config, search=search, max_source_length=12, tags=tags)
    save_model(directory, info=info, tokenizer=tokenizer, weights=Transformer(config).state_dict())
    return directory


def spellings(count: int, seed: int) -> list[str]:
    """Distinct random sequences of 3 to 7 letters, blanks between them."""
    generator = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < count:
        words[" ".join(generator.choices("abcdefgh", k=generator.randint(3, 7)))] = None
    return list(words)


@pytest.fixture(scope="session")
def reversal(tmp_path_factory: pytest.TempPathFactory) -> Reversal:
    """Trained once for all tests that need a model that knows something; nothing in it may be changed."""
    return once_for_all_workers(tmp_path_factory, "reversal", _train_reversal)


def _train_reversal(directory: Path) -> Reversal:
    torch.manual_seed(1)
    words = spellings(4400, seed=1)
    seen, unseen = words[:4000], words[4000:]
    for name, lines in (("words.fw", seen), ("words.bw", [word[::-1] for word in seen])):
        (directory / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    files = DataConfig(source=(str(directory / "words.fw"),), target=(str(directory / "words.bw"),))
    recipe = merge_recipe(
        Recipe(),
        {
            "preset": "tiny",
            "model": {
                "encoder_layers": 2,
                "decoder_layers": 2,
                "dimension": 64,
                "heads": 4,
                "feed_forward": 128,
                "dropout": 0.0,
            },
            "tokenizer": {"model_type": "word"},
            "training": {"batch_tokens": 1024, "learning_rate": 0.003, "warmup": 100, "max_steps": 700},
        },
        where="test",
    )
    model_dir = directory / "model"
    report = train(files, model_dir, recipe, RunOptions(device="cpu", threads=1), reporter=RecordingReporter())
    return Reversal(model_dir, files, recipe, report, unseen)


WORDS = 300
Pairs = list[tuple[str, str]]


def translations(count: int, seed: int = 1) -> Pairs:
    """Distinct pairs in two invented languages, word by word, of 3 to 12 words; one in five is a question."""
    letters = random.Random(0)
    made = [
        ["".join(letters.choices(alphabet, k=letters.randint(3, 9))) for _ in range(WORDS)]
        for alphabet in ("abdegilmnorstu", "aefhiklnoprstvwz")
    ]
    generator = random.Random(seed)
    pairs: dict[str, str] = {}
    while len(pairs) < count:
        chosen = [min(generator.randrange(WORDS), generator.randrange(WORDS)) for _ in range(generator.randint(3, 12))]
        end = "?" if generator.random() < 0.2 else "."
        source, target = (" ".join(words[number] for number in chosen).capitalize() + end for words in made)
        pairs[source] = target
    return list(pairs.items())


Writer = Callable[..., tuple[str, str]]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Writes pairs, or lines of both sides, as two files, and gives their paths."""

    def write_files(pairs: Sequence[tuple[str, str]], name: str = "text") -> tuple[str, str]:
        paths = tmp_path / f"{name}.aa", tmp_path / f"{name}.bb"
        for side, path in enumerate(paths):
            path.write_bytes(b"".join(f"{pair[side]}\n".encode() for pair in pairs))
        return str(paths[0]), str(paths[1])

    return write_files


LENGTHS = range(1, 12)


def ambiguous_copy(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """32 sentences of one length and their copies, in which one subword in four is left out or replaced.

    Nothing in the source says which, so a model trained on it is unsure and a search has something to decide.
    """
    length = int(torch.randint(LENGTHS.start, LENGTHS.stop, (1,), generator=generator))
    source = torch.randint(4, 32, (32, length), generator=generator)
    otherwise = torch.rand(source.shape, generator=generator)
    copies = torch.where(otherwise < 0.4, source + 28, source).masked_fill(otherwise > 0.75, PAD)
    order = (copies == PAD).sort(dim=1, stable=True).indices
    target = F.pad(copies.gather(1, order), (0, 1))
    target.scatter_(1, (copies != PAD).sum(1, keepdim=True), EOS)
    return F.pad(source, (0, 1), value=EOS), target


@pytest.fixture(scope="session")
def transformer(tmp_path_factory: pytest.TempPathFactory) -> Transformer:
    """A small Transformer that has learned the ambiguous copy well enough to end most of its hypotheses."""
    return once_for_all_workers(tmp_path_factory, "transformer", lambda _: _train_ambiguous_copy())


def _train_ambiguous_copy() -> Transformer:
    torch.manual_seed(7)
    generator = torch.Generator().manual_seed(7)
    shape = {"vocabulary_size": 60, "dimension": 32, "heads": 4, "feed_forward": 64, "dropout": 0.0}
    model = Transformer(ModelConfig(encoder_layers=2, decoder_layers=2, **shape))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(300):
        source, target = ambiguous_copy(generator)
        logits = model(source, F.pad(target[:, :-1], (1, 0), value=BOS))
        loss = F.cross_entropy(logits.flatten(0, 1), target.flatten(), ignore_index=PAD)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    model.requires_grad_(False)
    return model
