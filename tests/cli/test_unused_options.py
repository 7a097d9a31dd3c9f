"""No option is silently ignored: it has an effect, or it is rejected with one sentence and status 2."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import talk, talkative_model


def run(*arguments: object, text: str = "") -> Result:
    return CliRunner().invoke(nmt, [str(argument) for argument in arguments], input=text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in: a model, text, and settings files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMT_MODEL", raising=False)
    talkative_model(tmp_path / "model")
    for name in ("a.de", "a.en", "hyp"):
        Path(name).write_text("".join(f"{line}\n" for line in talk()), encoding="utf-8")
    return tmp_path


TRAIN = "train -s a.de -t a.en -o new "
REJECTED = [
    # sampling and beam search
    *(
        (f"translate --{name} {value} a.de", f"--{name} is for sampling: add --sample")
        for name, value in {"seed": 1, "temperature": 1, "top-k": 0, "top-p": 0.5, "epsilon": 0}.items()
    ),
    ("translate --sample -b 4 a.de", "-b/--beam-size is for beam search"),
    ("translate --format json --scores a.de", "--scores is for --format text"),
    ("translate --format tsv --scores a.de", "--scores is for --format text"),
    # evaluation
    ("evaluate -i hyp -r a.en --resamples 10", "--resamples is for intervals and tests: add --confidence"),
    ("evaluate -i hyp -r a.en --details --format json", "--details is for --format text"),
    ("evaluate -i hyp -r a.en --paired-ar", "a paired test compares systems"),
    ("evaluate -i hyp -r a.en --threads 1", "--threads is for models"),
    ("evaluate -i hyp -r a.en -l de-en", "--test-set and -l go together"),
    ("evaluate -i hyp -r a.en --quality-gate comet=0.5", "needs --comet"),
    # explanations
    ("explain cat --lang zh", "--lang is the language of a page"),
    ("explain cat --lang en --format json", "--lang is the language of a page"),
    ("explain cat --target dog -b 2", "-b/--beam-size is for the search"),
    ("explain cat --layer 1", "--layer is for pictures"),
    ("explain cat --count 3", "--count is for --neighbours"),
    # corpora
    ("check -s a.de -t a.en --report - --format json", "--format cannot be used with --report -"),
    ("clean -s a.de -t a.en -o out --source-language de", "--source-language needs --filter language"),
    (
        "clean -s a.de -t a.en -o out --filter script --without script",
        "script is both added and removed (--without script)",
    ),
    # others
    ("doctor --paths --no-speed", "--paths is for --format json"),
    ("info model -m model", "name the model only once"),
    ("info -q -v", "give only one of them"),
    ("export -m model -s a.de", "-s and -r go together"),
    # training
    (f"{TRAIN} --mix-old 0.3", "--mix-old has no effect here, so leave it out: it is about the text"),
    (f"{TRAIN} --from model --preset tiny", "--preset has no effect here"),
    (f"{TRAIN} --from model --model-type unigram", "--model-type has no effect here"),
    (f"{TRAIN} --from model --tokenizer model/tokenizer.model", "--tokenizer has no effect here"),
    (f"{TRAIN} --tokenizer model/tokenizer.model --vocabulary-size 900", "--vocabulary-size has no effect here"),
    (f"{TRAIN} --tokenizer model/tokenizer.model --model-type unigram", "--model-type has no effect here"),
    (f"{TRAIN} --budget 1h --validate-every 500", "--validate-every has no effect here"),
    (f"{TRAIN} --budget 1h --patience 5", "--patience has no effect here"),
    (f"{TRAIN} --curriculum 0.3", "--curriculum has no effect here"),
    (f"{TRAIN} --dropout 0 --dropout-passes 3", "--dropout-passes has no effect here"),
    (f"{TRAIN} --dropout 0 --r-drop 5", "--r-drop has no effect here"),
    (f"{TRAIN} --valid-tag x", "--valid-tag has no effect here"),
]


@pytest.mark.parametrize(("command", "sentence"), REJECTED, ids=[command for command, _ in REJECTED])
def test_options_without_effect_are_rejected(folder: Path, command: str, sentence: str) -> None:
    result = run(*command.split())
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert sentence in " ".join(result.stderr.split())
    assert not (folder / "new").exists()
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("settings", "options", "sentence"),
    [
        ("[training]\nmix_old = 0.3", "", "training.mix_old has no effect here"),
        ("[training]\npatience = 9", "--budget 1h", "training.patience has no effect here"),
        ("[training]\ndecay = 0.5", "--budget 1h", "training.decay has no effect here"),
        ("[training]\ncurriculum = 0.5", "", "training.curriculum has no effect here"),
        ("[search]\nseed = 7", "", "search.seed has no effect here, so leave it out: it is for sampling"),
        ("[search]\nsample = true\nbeam_size = 3", "", "search.beam_size has no effect here"),
        ('preset = "tiny"', "--from model", "preset has no effect here"),
        ("[tokenizer]\ncharacter_coverage = 0.9", "--from model", "tokenizer.character_coverage has no effect here"),
        ('[data]\nvalid_tag = "x"', "", "data.valid_tag has no effect here"),
    ],
)
def test_settings_without_effect_are_rejected(folder: Path, settings: str, options: str, sentence: str) -> None:
    Path("settings.toml").write_text(settings, encoding="utf-8")
    result = run(*TRAIN.split(), "-c", "settings.toml", *options.split())
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert f"settings.toml: {sentence}" in " ".join(result.stderr.split())


def test_a_file_of_all_settings_at_their_defaults_is_accepted(folder: Path) -> None:
    Path("all.toml").write_text(run("train", "--show-config").stdout, encoding="utf-8")
    for options in (["--budget", "1h"], ["--from", "model"], ["--tokenizer", "model/tokenizer.model"]):
        result = run("train", "-s", "none.de", "-t", "none.en", "-o", "new", "-c", "all.toml", *options)
        assert (result.exit_code, result.stdout) == (1, ""), result.output  # the only error: there is no such text
        assert "none.de" in result.stderr


# --- what is accepted has an effect


@pytest.mark.parametrize(
    ("options", "other"),
    [
        ("--sample --seed 1", "--sample --seed 2"),
        ("--sample --top-k 1", "--sample --top-k 0"),
        ("--sample --top-p 0.01", "--sample"),
        ("--sample --epsilon 0.9", "--sample"),
        ("--sample --temperature 0.01", "--sample"),
        ("--sample --scores --length-penalty 0.2", "--sample --scores"),
        ("-b 1 --scores --length-penalty 0.2", "-b 1 --scores"),
        ("--format tsv --n-best 2", "--format tsv"),
        ("--format json --input-format text --n-best 2", "--format json --input-format text"),
        ("--alternatives 2", ""),
        ("--max-length-ratio 0.2", ""),
        ("--min-length 20", ""),
        ("--scores", ""),
    ],
)
def test_what_is_accepted_has_an_effect(folder: Path, options: str, other: str) -> None:
    lines = "".join(f"{line}\n" for line in talk()[:8])
    common = ["translate", "-m", "model", "--device", "cpu", "--engine", "torch"]
    one, two = (run(*common, *given.split(), text=lines) for given in (options, other))
    assert one.exit_code == two.exit_code == 0, one.output + two.output
    assert one.stdout != two.stdout


def test_aligned_words_go_to_their_file_beside_json(folder: Path) -> None:
    result = run("translate", "-m", "model", "--device", "cpu", "--format", "json", "--input-format", "text",
                 "--align", "pairs", "a.de")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert len(Path("pairs").read_text(encoding="utf-8").splitlines()) == len(talk())
