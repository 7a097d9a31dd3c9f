"""Processes that train together: the same numbers as one alone, and an end for all when one dies."""

import copy
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nmt.corpus.pairs import Pair
from nmt.data.batching import Batch, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus, make_block, open_encoded_corpus, write_encoded_corpus
from nmt.data.prefetch import BatchPrefetcher
from nmt.decoding.config import SearchConfig
from nmt.errors import NMTError
from nmt.model_dir.config_json import load_info
from nmt.models.config import ModelConfig
from nmt.models.transformer import Transformer
from nmt.tokenization.config import TokenizerConfig
from nmt.tokenization.training import train_tokenizer
from nmt.training.config import TrainingConfig
from nmt.training.context import RunOptions
from nmt.training.distributed.follower import open_followers
from nmt.training.distributed.follower_calls import FollowerTask, ValidationTask
from nmt.training.distributed.group import Group
from nmt.training.distributed.leader import Leader
from nmt.training.distributed.placement import World, choose_world, is_follower
from nmt.training.preparation.data_config import DataConfig
from nmt.training.recipe import Recipe, merge_recipe
from nmt.training.reporting.reporter import Progress, Validation
from nmt.training.run import RunReport, train
from nmt.training.run_directory.checkpoints import CheckpointStore
from nmt.training.state import TrainState
from nmt.training.update.learner import Learner, Update

CPU = torch.device("cpu")
MODEL = ModelConfig(
    vocabulary_size=60, encoder_layers=1, decoder_layers=1, dimension=16, heads=2, feed_forward=32, dropout=0.0
)
CONFIG = TrainingConfig(precision="float32", batch_tokens=60, learning_rate=0.01)
RANK_1 = {"RANK": "1", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "MASTER_ADDR": "a", "MASTER_PORT": "1"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared corpus of 90 pairs and a tokenizer."""
    directory = tmp_path_factory.mktemp("prepared")
    generator = np.random.default_rng(7)
    pairs = []
    for _ in range(90):
        source = generator.integers(4, 60, generator.integers(2, 12)).tolist()
        pairs.append((source, source[::-1]))
    block = make_block(pairs, vocabulary_size=60)
    write_encoded_corpus(directory / "corpus", [block], max_length=12, key="test")
    train_tokenizer(["a b c", "b c d"], TokenizerConfig(model_type="char"), pairs=2).save(directory / "tokenizer.model")
    return directory


@pytest.fixture(scope="module")
def corpus(directory: Path) -> EncodedCorpus:
    corpus = open_encoded_corpus(directory / "corpus", key="test")
    assert corpus is not None
    return corpus


@pytest.fixture(scope="class")
def group() -> Iterator[Group]:
    """This process leads another one."""
    with Leader(World(device=CPU, size=2, local_size=2)) as leader:
        yield leader.group()


def begin(group: Group, directory: Path, model: ModelConfig, config: TrainingConfig) -> Learner:
    """A learner here, and the same in the other process."""
    task = FollowerTask(
        directory=directory,
        corpus_key="test",
        training=config,
        model=model,
        validation=ValidationTask(
            pairs=[Pair("a", "b")], encoded=[([5], [6])], search=SearchConfig(beam_size=1), max_source_length=10
        ),
        tags=(),
        control_symbols=(),
    )
    open_followers(group, task)
    torch.manual_seed(1)
    return Learner(Transformer(model), config, group)


def learn(learner: Learner, corpus: EncodedCorpus, *, batches: int, epochs: int = 2) -> list[Update]:
    """All updates of so many epochs, each from so many batches."""
    updates = []
    for epoch in range(epochs):
        plan = plan_batches(corpus, batch_tokens=60, seed=3, epoch=epoch)
        updates += [
            learner.update_from(BatchPrefetcher(corpus, seed=1), plan[first : first + batches], rate=0.01, epoch=0)
            for first in range(0, len(plan), batches)
        ]
    return updates


class TestTogether:
    """Two processes as long as this class is tested; a process can be in one such group at a time."""

    @pytest.mark.parametrize(
        "settings",
        [{}, {"accumulate": 2}, {"r_drop": 2.0}, {"precision": "bfloat16"}],
        ids=lambda given: "-".join(given),
    )
    def test_two_processes_learn_what_one_learns_from_as_many_batches(
        self,
        group: Group,
        directory: Path,
        corpus: EncodedCorpus,
        monkeypatch: pytest.MonkeyPatch,
        settings: dict[str, Any],
    ) -> None:
        """At every update, also at the last of an epoch, for which there are fewer batches than processes."""
        config = replace(CONFIG, **settings)
        batches = 2 * config.accumulate
        assert len(plan_batches(corpus, batch_tokens=60, seed=3, epoch=0)) % batches == 1
        torch.manual_seed(1)
        alone = Learner(Transformer(MODEL), config)
        expected = learn(alone, corpus, batches=batches)
        together = begin(group, directory, MODEL, config)
        ways: list[bool] = []
        gradient = together._gradient

        def observed(own: list[Batch], tokens: int, *, careful: bool) -> torch.Tensor:
            ways.append(careful)
            return gradient(own, tokens, careful=careful)

        monkeypatch.setattr(together, "_gradient", observed)
        found = learn(together, corpus, batches=batches)
        assert len(found) == len(expected) > 7
        assert set(ways) == {True, False}  # gradients were exchanged in both ways
        for one, two in zip(expected, found, strict=True):
            assert two.target_tokens == one.target_tokens
            assert two.applied
            torch.testing.assert_close(two.loss, one.loss, rtol=1e-4, atol=1e-3)
            assert two.gradient_norm == pytest.approx(one.gradient_norm, rel=1e-2)
        assert float(found[-1].loss) / found[-1].target_tokens < 0.9 * float(found[0].loss) / found[0].target_tokens

    def test_dropout_is_the_same_in_all_processes(self, group: Group, directory: Path, corpus: EncodedCorpus) -> None:
        """Without any, two processes give the gradient of one, whatever share their models began with."""
        rows = plan_batches(corpus, batch_tokens=60, seed=3, epoch=0)[:2]
        updates = []
        for model, dropout in ((MODEL, None), (replace(MODEL, dropout=0.9), 0.0)):
            learner = begin(group, directory, model, CONFIG)
            updates.append(
                learner.update_from(BatchPrefetcher(corpus, seed=1), rows, rate=0.01, dropout=dropout, epoch=0)
            )
        assert updates[1].gradient_norm == pytest.approx(updates[0].gradient_norm, rel=1e-4)
        torch.testing.assert_close(updates[1].loss, updates[0].loss)

    def test_lack_of_memory_in_one_process_halves_the_batches_of_all(
        self,
        group: Group,
        directory: Path,
        corpus: EncodedCorpus,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        rows = plan_batches(corpus, batch_tokens=120, seed=3, epoch=0)[:4]
        torch.manual_seed(1)
        whole = Learner(Transformer(MODEL), CONFIG)
        expected = whole.update_from(BatchPrefetcher(corpus, seed=1), rows, rate=0.01, epoch=0)
        cramped = begin(group, directory, MODEL, CONFIG)
        honest = cramped._add_gradient

        def small_memory(batch: Batch, tokens: int) -> torch.Tensor:
            loss = honest(batch, tokens)
            if len(batch.source) > 8:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return loss

        monkeypatch.setattr(cramped, "_add_gradient", small_memory)
        assert max(len(some) for some in rows[::2]) > 8
        update = cramped.update_from(BatchPrefetcher(corpus, seed=1), rows, rate=0.01, epoch=0)
        assert cramped.parts > 1
        assert "parts" in caplog.text
        torch.testing.assert_close(update.loss, expected.loss)
        assert update.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-4)
        cramped.update_from(
            BatchPrefetcher(corpus, seed=1), rows, rate=0.01, epoch=0
        )  # the other process is still there

        def no_memory(batch: Batch, tokens: int) -> torch.Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory")

        monkeypatch.setattr(cramped, "_add_gradient", no_memory)
        larger = plan_batches(corpus, batch_tokens=240, seed=3, epoch=0)[:2]
        with pytest.raises(NMTError, match="not even one sentence pair"):
            cramped.update_from(BatchPrefetcher(corpus, seed=1), larger, rate=0.01, epoch=0)
        monkeypatch.undo()
        cramped.update_from(BatchPrefetcher(corpus, seed=1), rows, rate=0.01, epoch=0)  # and waits for what comes next

    def test_processes_that_do_not_see_the_corpus_are_named(
        self, group: Group, directory: Path, tmp_path: Path
    ) -> None:
        with pytest.raises(NMTError, match="process 2 of 2 does not see"):
            begin(group, tmp_path / "elsewhere", MODEL, CONFIG)
        begin(group, directory, MODEL, CONFIG)

    def test_a_state_goes_to_all_processes_with_the_random_numbers_of_each(
        self, group: Group, directory: Path, corpus: EncodedCorpus
    ) -> None:
        noisy = replace(MODEL, dropout=0.3)
        learner = begin(group, directory, noisy, CONFIG)
        learn(learner, corpus, batches=2, epochs=1)
        state = copy.deepcopy(learner.state_dict())
        assert len(state["followers"]) == 1
        assert not torch.equal(state["followers"][0]["random"], state["random"])
        expected = [float(update.loss) for update in learn(learner, corpus, batches=2, epochs=1)]
        other = begin(group, directory, noisy, CONFIG)
        other.load_state_dict(state)
        assert [float(update.loss) for update in learn(other, corpus, batches=2, epochs=1)] == expected


@pytest.fixture
def text(tmp_path: Path) -> list[str]:
    sources = [f"Satz Nummer {number} von {number % 7}." for number in range(80)]
    for name, lines in (("text.de", sources), ("text.en", [line.lower() for line in sources])):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return [str(tmp_path / "text.de"), str(tmp_path / "text.en")]


class Losses:
    """A reporter that keeps validation losses."""

    def __init__(self) -> None:
        self.found: list[tuple[int, float, float]] = []

    def stage(self, text: str) -> None: ...
    def started(self, state: TrainState, planned: int | None) -> None: ...
    def progressed(self, progress: Progress) -> None: ...
    def validated(self, validation: Validation) -> None:
        self.found.append((validation.step, validation.loss, validation.bleu))

    def ended(self) -> None: ...


RECIPE = merge_recipe(
    Recipe(),
    {
        "model": {
            "encoder_layers": 1,
            "decoder_layers": 1,
            "dimension": 16,
            "heads": 2,
            "feed_forward": 16,
            "dropout": 0.2,
        },
        "training": {"batch_tokens": 200, "warmup": 5, "validate_every": 6, "checkpoint_every": 5, "max_steps": 12},
    },
    where="test",
)


def run(
    text: list[str],
    output: Path,
    *,
    devices: int,
    updates: int = 1000,
    recipe: Recipe = RECIPE,
) -> tuple[RunReport, Losses]:
    """A whole run, or one that is stopped after so many updates."""
    left = iter(range(updates))
    losses = Losses()
    report = train(
        DataConfig(source=text[:1], target=text[1:]),
        output,
        recipe,
        RunOptions(device="cpu", devices=devices, threads=1, stop_requested=lambda: next(left, None) is None),
        reporter=losses,
    )
    return report, losses


def weights(output: Path) -> dict[str, torch.Tensor]:
    """Those of the last checkpoint."""
    found = CheckpointStore(output / "training", keep=1).load_newest()
    assert found is not None
    return {**found[1]["model"], **{f"average {name}": tensor for name, tensor in found[1]["average"].items()}}


def test_a_run_of_two_processes_is_stopped_and_resumed(
    tmp_path: Path, text: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """By two again, bit for bit; by one soundly, and the user hears that an update sees less."""
    whole, losses = run(text, tmp_path / "whole", devices=2)
    assert whole.finished
    assert load_info(tmp_path / "whole").training["devices"] == 2
    first, _ = run(text, tmp_path / "parts", devices=2, updates=7)
    assert not first.finished
    assert first.state.step == 7
    shutil.copytree(tmp_path / "parts", tmp_path / "other")
    last, later = run(text, tmp_path / "parts", devices=2)
    assert last.finished
    assert losses.found[-1:] == later.found
    expected, found = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert expected
    assert all(torch.equal(tensor, found[name]) for name, tensor in expected.items())
    assert not caplog.text
    by_one, _ = run(text, tmp_path / "other", devices=1)
    assert by_one.finished
    assert by_one.state.step == 12
    assert "had 2 processes so far and continues with 1, so an update now has 0.5 times as many batches" in caplog.text


COMMAND = [sys.executable, "-m", "nmt_cli", "train", "--device", "cpu", "--threads", "1"]
LOCAL = {**os.environ, "GLOO_SOCKET_IFNAME": "lo"}
SMALL = ["--encoder-layers", "1", "--decoder-layers", "1", "--dimension", "16", "--heads", "2", "--feed-forward", "16"]
SHORT = [*SMALL, "--batch-tokens", "200", "--warmup", "5", "--validate-every", "50", "--dropout", "0"]


def children(process: int) -> list[int]:
    """The processes that ``process`` has started."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def alive(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up as Linux lists them")
@pytest.mark.parametrize(
    ("whom", "number", "status", "said"),
    [
        ("follower", signal.SIGKILL, 1, "process 2 of 2 was ended by SIGKILL"),
        ("leader", signal.SIGKILL, -signal.SIGKILL, "the leading process of this training has ended"),
        ("everybody", signal.SIGTERM, 143, "stopped and saved at step"),
    ],
)
def test_when_one_ends_all_end_with_a_sentence(
    tmp_path: Path, text: list[str], whom: str, number: signal.Signals, status: int, said: str
) -> None:
    arguments = ["-s", text[0], "-t", text[1], "-o", str(tmp_path / "model"), "--devices", "2", "--max-steps", "100000"]
    process = subprocess.Popen([*COMMAND, *SHORT, *arguments], stderr=subprocess.PIPE, text=True)
    log = tmp_path / "model" / "training" / "log.jsonl"
    deadline = time.monotonic() + 100
    while not (log.exists() and '"progress"' in log.read_text()) and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    followers = children(process.pid)
    assert len(followers) == 1
    for one in {"follower": followers, "leader": [process.pid], "everybody": [*followers, process.pid]}[whom]:
        os.kill(one, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert said in errors
    assert "Traceback" not in errors
    assert errors.count("nmt: error") == (number == signal.SIGKILL)
    deadline = time.monotonic() + 20
    while alive(followers[0]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(followers[0])


STUCK = """
import logging, time, torch
from nmt.training.distributed import leader
from nmt.training.distributed.placement import World
logging.basicConfig(format="%(message)s")
leader.TO_NOTICE = 0.1
followers = leader.FollowerProcesses(World(device=torch.device("cpu"), size=2, local_size=2), threads=1)
followers._processes[0].kill()
time.sleep(100)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_leader_that_waits_for_the_dead_is_ended() -> None:
    """As it would for a GPU: there the wait is not Python's, and no exception comes."""
    result = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, check=False, timeout=90)
    assert result.returncode == 1
    assert "process 2 of 2 was ended by SIGKILL, perhaps because memory ran out" in result.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def torchrun(*arguments: str) -> list[tuple[int, str]]:
    """Status and errors of torchrun, which starts two processes."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1"]
    command = [*launcher, "--nproc-per-node", "2", "-m", *COMMAND[2:], *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200, env=LOCAL)
    return [(result.returncode, result.stderr)]


def as_torchrun_does(*arguments: str) -> list[tuple[int, str]]:
    """Status and errors of two processes that are told their places as torchrun tells them, at less expense."""
    place = {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    processes = [
        subprocess.Popen(
            [*COMMAND, *arguments],
            stderr=subprocess.PIPE,
            text=True,
            env={**LOCAL, **place, "RANK": rank, "LOCAL_RANK": rank},
        )
        for rank in "01"
    ]
    errors = [process.communicate(timeout=200)[1] for process in processes]
    return [(process.returncode, said) for process, said in zip(processes, errors, strict=True)]


@pytest.mark.skipif(sys.platform != "linux", reason="lo is Linux's name of the loopback interface")
@pytest.mark.parametrize("launch", [as_torchrun_does, pytest.param(torchrun, marks=pytest.mark.slow)])
def test_processes_of_torchrun_find_the_losses_of_one(
    tmp_path: Path, text: list[str], launch: Callable[..., list[tuple[int, str]]]
) -> None:
    """As many batches an update in one process; validation is shared out and the same."""
    files = ["-s", text[0], "-t", text[1], "-o", str(tmp_path / "two")]
    results = launch(*files, *SHORT, "--precision", "float32", "--max-steps", "20")
    assert [status for status, _ in results] == [0] * len(results), results
    assert "finished: step 20" in results[0][1]
    assert [errors for _, errors in results[1:]] == [""] * len(results[1:])  # only one tells the user anything
    changes = {
        "model": {"dropout": 0.0},
        "training": {"accumulate": 2, "precision": "float32", "max_steps": 20, "validate_every": 50},
    }
    run(text, tmp_path / "one", devices=1, recipe=merge_recipe(RECIPE, changes, where="test"))
    losses = []
    for name in ("one", "two"):
        entries = [json.loads(line) for line in (tmp_path / name / "training" / "log.jsonl").read_text().splitlines()]
        losses.append([entry["loss"] for entry in entries if entry["event"] in ("progress", "validation")])
    assert len(losses[0]) == 3
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)


@pytest.mark.skipif(sys.platform != "linux", reason="lo is Linux's name of the loopback interface")
@pytest.mark.parametrize("launch", [as_torchrun_does, pytest.param(torchrun, marks=pytest.mark.slow)])
def test_a_mistake_is_reported_once(
    tmp_path: Path, text: list[str], launch: Callable[..., list[tuple[int, str]]]
) -> None:
    results = launch("-s", text[0], "-t", str(tmp_path / "none.en"), "-o", str(tmp_path / "model"))
    assert [status for status, _ in results] == [1] * len(results)
    assert results[0][1].count("nmt: ") == 1
    assert "none.en" in results[0][1]
    assert [errors for _, errors in results[1:]] == [""] * len(results[1:])


@pytest.mark.parametrize(
    ("device", "devices", "environment", "message"),
    [
        ("cuda", 3, {}, "3 CUDA devices are needed, but there are only 2"),
        ("cuda:1", 2, {}, "--device cuda:1 is one device"),
        ("mps", 2, {}, "only one mps device"),
        ("cpu", 2, RANK_1, "1 processes were started"),
        ("cpu", None, {**RANK_1, "RANK": "x"}, "must be numbers"),
        ("cuda", None, {**RANK_1, "LOCAL_RANK": "2"}, "there are only 2"),
    ],
)
def test_impossible_worlds_are_refused(
    monkeypatch: pytest.MonkeyPatch, device: str, devices: int | None, environment: dict[str, str], message: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(NMTError, match=message):
        choose_world(device, devices, environment)


def test_the_world_of_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_world("cpu", None, {}) == World(device=CPU)
    assert choose_world("cpu", 4, {}) == World(device=CPU, size=4, local_size=4)
    assert not is_follower({})
    assert is_follower(RANK_1)
    assert not is_follower({**RANK_1, "RANK": "0"})
    assert not is_follower({**RANK_1, "WORLD_SIZE": "1"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    found = choose_world("auto", None, {**RANK_1, "LOCAL_WORLD_SIZE": "2"})
    assert found == World(device=torch.device("cuda:1"), rank=1, size=4, local_size=2, launched=True)
    assert found.threads(8) == 4
    assert found.threads(1) == 1
