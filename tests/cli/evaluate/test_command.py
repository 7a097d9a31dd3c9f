"""``nmt evaluate`` with several systems and test sets: comparisons, messages and written files."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from nmt_cli.main import nmt
from tests.conftest import Reversal, spellings

HOSTILE = "</script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\"> & 'q' \"d\""


def run(*arguments: object, text: str = "") -> Result:
    return CliRunner().invoke(nmt, ["evaluate", *map(str, arguments)], input=text)


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in: 40 words to spell backwards, two systems' spellings, and a second test set of 10."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NMT_MODEL", raising=False)
    sources = spellings(40, seed=9)
    right = [line[::-1] for line in sources]
    files = {
        "src": sources,
        "ref": right,
        "good": [*right[:35], *sources[35:]],
        "bad": [*right[:20], *sources[20:]],
        "src2": sources[:10],
        "ref2": right[:10],
        "good2": right[:10],
        "bad2": sources[:10],
        "empty": [],
    }
    for name, lines in files.items():
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return tmp_path


def test_systems_are_in_one_table_with_their_tests(texts: Path) -> None:
    result = run("-i", "good", "-i", "bad", "-r", "ref", "--paired-ar", "--paired-bs", "--resamples", 100)
    assert result.exit_code == 0, result.output
    rows = {line[:32].strip(): line for line in result.stdout.splitlines()}
    assert rows["good"].count("±") == rows["bad"].count("±") == 3
    assert rows["p, paired bootstrap"].count("*") == 3
    assert rows["p, approximate randomisation"].count("*") == 3
    for part in ("bs:100|seed:12345|", "ar:100|seed:12345|", "p: how probable"):
        assert part in result.stdout
    assert result.stdout.index("good") < result.stdout.index("bad")


def test_the_p_values_are_those_of_the_sacrebleu_command(texts: Path) -> None:
    options = [
        "-m",
        "bleu",
        "chrf",
        "ter",
        "--chrf-word-order",
        "2",
        "-f",
        "json",
        "--paired-ar",
        "--paired-ar-n",
        "99",
    ]
    command = [sys.executable, "-m", "sacrebleu", "ref", "-i", "good", "bad", *options]
    expected = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=texts).stdout)
    values = json.loads(
        run("-i", "good", "-i", "bad", "-r", "ref", "--paired-ar", "--resamples", 99, "--format", "json").stdout
    )
    [found] = values["test_sets"]
    for system, wanted in zip(found["systems"], expected, strict=True):
        for score in system["scores"]:
            assert score["score"] == pytest.approx(wanted[score["name"]]["score"])
            p_value = wanted[score["name"]]["p_value"]
            assert score.get("paired_ar", {}).get("p_value") == (None if p_value is None else pytest.approx(p_value))


@pytest.mark.parametrize("file_first", [True, False])
def test_models_and_files_are_compared_with_what_was_named_first(
    texts: Path, reversal: Reversal, file_first: bool
) -> None:
    model = ["-m", str(reversal.model_dir)]
    given = ["-i", "bad", *model] if file_first else [*model, "-i", "bad"]
    result = run(*given, "-s", "src", "-r", "ref", "--format", "json", "--device", "cpu")
    assert result.exit_code == 0, result.output
    systems = json.loads(result.stdout)["test_sets"][0]["systems"]
    assert [system["model"] is None for system in systems] == [file_first, not file_first]
    assert [bool(system["scores"][0].get("paired_bs")) for system in systems] == [False, True]
    [translating] = [system for system in systems if system["model"]]
    assert translating["sentences_per_second"] > 0
    assert translating["parameters"] > 1000
    assert translating["bytes"] > 4 * translating["parameters"]


def test_several_test_sets_have_a_file_each(texts: Path) -> None:
    sets = ["-s", "src", "-r", "ref", "-s", "src2", "-r", "ref2"]
    result = run(*sets, "-i", "good", "-i", "good2", "-i", "bad", "-i", "bad2")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line for line in lines if ", 40 lines" in line or ", 10 lines" in line] == [
        "src, 40 lines",
        "src2, 10 lines",
    ]
    values = json.loads(run(*sets, "-i", "good", "-i", "good2", "--format", "json").stdout)
    assert [each["sentences"] for each in values["test_sets"]] == [40, 10]
    assert [each["systems"][0]["name"] for each in values["test_sets"]] == ["good", "good2"]
    assert values["test_sets"][1]["systems"][0]["scores"][0]["score"] == pytest.approx(100)
    assert "scores" not in values  # they would belong to one test set only


def test_a_model_translates_every_test_set(texts: Path, reversal: Reversal) -> None:
    sets = ["-s", "src", "-r", "ref", "-s", "src2", "-r", "ref2"]
    values = json.loads(run("-m", reversal.model_dir, *sets, "--format", "json", "--device", "cpu").stdout)
    assert [len(each["segments"]) for each in values["test_sets"]] == [40, 10]
    counted = values["test_sets"][0]["by_frequency"]
    assert counted["counts_of"] == str(reversal.model_dir)
    words = (texts / "ref").read_text().split()
    assert sum(each["systems"][0]["reference"] for each in counted["bins"]) == len(words)


def test_details_show_where_systems_are_weak(texts: Path) -> None:
    result = run("-i", "good", "-i", "bad", "-s", "src", "-r", "ref", "--details")
    for part in (
        "chrF2++ by length of the source",
        "lines with signs of errors",
        "worst lines of good",
        "lines in which bad differs most from good",
        "copy: ",
    ):
        assert part in result.stdout
    assert "    < " + (texts / "src").read_text().splitlines()[39] in result.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["-i", "good", "-i", "ref2", "-r", "ref"], 1, ["ref2 has 10", "ref has 40"]),
        (["-i", "good", "-r", "ref2"], 1, ["good has 40", "ref2 has 10"]),
        (["-i", "good", "-s", "src2", "-r", "ref"], 1, ["src2 has 10", "ref has 40"]),
        (["-i", "empty", "-r", "ref"], 1, ["empty has 0", "ref has 40"]),
        (["-i", "empty", "-r", "empty"], 1, ["nothing to score", "empty"]),
        (["-i", "good", "-i", "good", "-r", "ref"], 1, ["good is given twice"]),
        (["-s", "src", "-s", "src2", "-r", "ref"], 2, ["2 -s", "1 -r"]),
        (["-s", "src", "-r", "ref", "-s", "src2", "-r", "ref2", "-i", "good"], 2, ["2 test sets", "1 -i"]),
        (["-i", "good", "-r", "ref", "--paired-bs"], 2, ["more than one"]),
        (["-i", "good", "-i", "bad", "-r", "ref", "-o", "out"], 2, ["-o writes the translations of one model"]),
        (["-i", "good", "-r", "ref", "--report", "-"], 2, ["name files"]),
        (["-i", "good", "-r", "ref", "--report", "ref"], 1, ["ref is an input"]),
        (["-i", "good", "-r", "ref", "--report", "no/report.html"], 1, ["no/report.html"]),
        (["-i", "good", "-r", "ref", "--quality-gate", "blue=3"], 1, ["blue", "did you mean bleu?"]),
        (["-i", "good", "-r", "ref", "--quality-gate", "bleu"], 1, ["a metric and a number", "bleu=35"]),
        (["-i", "good", "-r", "ref", "--quality-gate", "bleu=nan"], 1, ["a metric and a number"]),
        (["-i", "good", "-r", "ref", "--quality-gate", "comet=0.8"], 2, ["needs --comet"]),
        (["-i", "good", "-r", "ref", "--comet", "x"], 2, ["COMET also needs the source"]),
        (["-i", "good", "--test-set", "wmt14"], 2, ["-l"]),
        (["-i", "good", "-r", "ref", "-l", "en-de"], 2, ["--test-set"]),
        (["-i", "good", "-r", "ref", "--test-set", "wmt14", "-l", "en-de"], 2, ["leave out -s and -r"]),
        (["-i", "good", "--test-set", "wnt14", "-l", "en-de"], 1, ["'wnt14'", "did you mean wmt14?"]),
        (["-i", "good", "--test-set", "wmt14", "-l", "de-ne"], 1, ["'de-ne'", "did you mean de-en?"]),
        (["-i", "good", "--test-set", "wmt14", "-l", "xx-yy"], 1, ["'xx-yy'", "it has cs-en"]),
    ],
)
def test_bad_input_is_a_clear_error(texts: Path, arguments: list[str], status: int, words: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == status, result.output
    assert result.stdout == ""
    assert all(word in result.stderr for word in words), result.stderr
    assert status == 2 or result.stderr.count("\n") == 1


def test_a_test_set_that_cannot_be_downloaded_is_a_clear_error(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sacrebleu.dataset.base.SACREBLEU_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr("sacrebleu.utils.SACREBLEU_DIR", str(tmp_path / "cache"))
    from sacrebleu.dataset import DATASETS

    monkeypatch.setattr(DATASETS["wmt14"], "_outdir", str(tmp_path / "cache" / "wmt14"))
    monkeypatch.setattr(DATASETS["wmt14"], "_rawdir", str(tmp_path / "cache" / "wmt14" / "raw"))

    def offline(*arguments: object, **settings: object) -> None:
        from urllib.error import URLError

        raise URLError("Name or service not known")

    monkeypatch.setattr("urllib.request.urlopen", offline)
    result = run("-i", "good", "--test-set", "wmt14", "-l", "en-de")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    for part in ("wmt14", "cannot be downloaded now", "Name or service not known", "-s and -r"):
        assert part in result.stderr


def test_a_cached_test_set_needs_no_network(texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sacrebleu.dataset import DATASETS

    cache = tmp_path / "cache" / "wmt14"
    cache.mkdir(parents=True)
    monkeypatch.setattr(DATASETS["wmt14"], "_outdir", str(cache))
    for name in DATASETS["wmt14"].fieldnames("en-de"):
        (cache / f"wmt14.en-de.{name}").write_text("a b c d\ne f g h\n")
    (cache / "wmt14.en-de.ref").write_text("d c b a \nh g f e\n")
    (tmp_path / "mine").write_text("d c b a\nh g f e\n")
    values = json.loads(run("-i", "mine", "--test-set", "wmt14", "-l", "en-de", "--format", "json").stdout)
    assert values["scores"][0]["score"] == pytest.approx(100)
    assert values["test_sets"][0]["name"] == "wmt14 en-de"
    assert (values["source"], values["references"]) == ("wmt14/en-de src", ["wmt14/en-de ref"])


@pytest.mark.parametrize(
    ("gates", "status", "words"),
    [
        (["bleu=10", "chrf=10", "ter=90"], 0, []),
        (["bleu=99.9"], 1, ["quality gate failed: BLEU ", "of bad on src is below 99.9"]),
        (["ter=1", "bleu=1"], 1, ["quality gate failed: TER ", "of bad on src is above 1"]),
    ],
)
def test_a_quality_gate_decides_the_status_after_the_scores(
    texts: Path, gates: list[str], status: int, words: list[str]
) -> None:
    options = [part for gate in gates for part in ("--quality-gate", gate)]
    result = run("-i", "bad", "-s", "src", "-r", "ref", *options)
    assert result.exit_code == status
    assert result.stdout.startswith("BLEU")
    assert all(word in result.stderr for word in words)
    assert result.stderr.count("\n") == bool(status)


def test_tokenised_text_is_named_in_a_warning(texts: Path) -> None:
    (texts / "tokens").write_text("a b c .\n" * 120)
    (texts / "plain").write_text("a b c.\n" * 120)
    result = run("-i", "plain", "-i", "tokens", "-r", "plain")
    assert "tokens: many hypotheses end in a space and a full stop" in result.stderr
    assert "plain: many" not in result.stderr


# --- COMET, replaced by a stub


@pytest.fixture
def comet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A stub of unbabel-comet, which is far too large for tests."""
    module = ModuleType("comet")
    module.__spec__ = SimpleNamespace(name="comet")  # type: ignore[assignment]

    class Network:
        def predict(self, samples: list[dict[str, str]], **settings: object) -> SimpleNamespace:
            scores = [float(sample["mt"] == sample["ref"]) for sample in samples]
            assert all(set(sample) == {"src", "mt", "ref"} for sample in samples)
            return SimpleNamespace(scores=scores, system_score=sum(scores) / len(scores))

    def download_model(name: str) -> str:
        raise KeyError(f"Model {name!r} not supported by COMET.")

    module.load_from_checkpoint = lambda path: Network()  # type: ignore[attr-defined]
    module.download_model = download_model  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "comet", module)
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "model.ckpt").touch()
    (tmp_path / "hparams.yaml").touch()
    return module


def test_comet_is_shown_with_the_other_scores(texts: Path, comet: ModuleType) -> None:
    common = ("-s", "src", "-r", "ref", "--comet", "checkpoints/model.ckpt")
    result = run("-i", "good", "-i", "bad", *common, "--quality-gate", "comet=0.6")
    assert "0.8750" in result.stdout
    assert "nrefs:1|model:model.ckpt|version:" in result.stdout
    assert result.exit_code == 1
    assert "quality gate failed: COMET 0.5 of bad on src is below 0.6" in result.stderr
    one = run("-i", "good", *common)
    assert one.stdout.splitlines()[3].split()[:2] == ["COMET", "0.8750"]


def test_a_comet_model_that_is_not_available_is_a_clear_error(texts: Path, comet: ModuleType) -> None:
    common = ("-i", "good", "-s", "src", "-r", "ref", "--comet")
    cases = {"Unbabel/none": "cannot be downloaded", "ref": "hparams.yaml is missing", ".": "is not a file"}
    for name, words in cases.items():
        result = run(*common, name)
        assert (result.exit_code, result.stdout) == (1, ""), name
        assert words in result.stderr
        assert result.stderr.count("\n") == 1


def test_without_the_package_comet_says_how_to_install_it(texts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "comet", None)
    result = run("-i", "good", "-s", "src", "-r", "ref", "--comet", "x")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pip install 'nmt[comet]'" in result.stderr


# --- files that are written


def test_the_report_holds_everything_and_makes_no_network_requests(texts: Path, reversal: Reversal) -> None:
    given = (
        "-m",
        reversal.model_dir,
        "-i",
        "bad",
        "-s",
        "src",
        "-r",
        "ref",
        "--report",
        "report.html",
        "--device",
        "cpu",
    )
    result = run(*given)
    assert result.exit_code == 0, result.output
    page = (texts / "report.html").read_text(encoding="utf-8")
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    [found] = data["sets"]
    assert len(found["segments"]) == 40
    assert [system["aligned"] for system in found["systems"]] == [True, False]
    assert data["curves"][0]["curves"]["validation BLEU"]
    assert "paired bootstrap" in page
    for outside in ("http://", "https://", "@import", "url("):
        assert outside not in page.replace("http://www.w3.org/2000/svg", "")


def test_alignments_point_at_the_letters_that_were_reversed(texts: Path, reversal: Reversal) -> None:
    run("-m", reversal.model_dir, "-s", "src", "-r", "ref", "--report", "report.html", "--device", "cpu")
    page = (texts / "report.html").read_text(encoding="utf-8")
    data = json.loads(page.partition('id="data">')[2].partition("</script>")[0])
    right = wrong = 0
    for _, source, _, [[text, _, _, links]] in data["sets"][0]["segments"]:
        for index in range(0, len(links), 4):
            start, end, first, last = links[index : index + 4]
            right += source[start:end] == text[first:last]
            wrong += source[start:end] != text[first:last]
    assert right > 10 * max(1, wrong)


def test_plots_are_written_as_png_and_svg(texts: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra plots is not installed")
    result = run("-i", "good", "-i", "bad", "-s", "src", "-r", "ref", "--plots", "plots")
    assert result.exit_code == 0, result.output
    names = {path.name for path in (texts / "plots").iterdir()}
    assert {"scores.png", "scores.svg", "by-length.svg", "segment-scores.png"} <= names
    assert ">good<" in (texts / "plots" / "by-length.svg").read_text(encoding="utf-8")


def test_plots_without_matplotlib_are_refused_before_anything_is_read(
    texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("-i", "good", "-r", "ref", "--plots", "plots")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pip install 'nmt[plots]'" in result.stderr
    assert not (texts / "plots").exists()


# --- the report in a browser


def test_the_report_works_in_a_browser_and_runs_no_code_from_texts(texts: Path, reversal: Reversal) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("there is no Chromium")
    name = "<b onclick=alert(1)>hyp&.en"
    sources, references = (Path(path).read_text().splitlines() for path in ("src", "ref"))
    sources[0], references[0] = HOSTILE, f"{HOSTILE} ref"
    (texts / "src").write_text("".join(f"{line}\n" for line in sources))
    (texts / "ref").write_text("".join(f"{line}\n" for line in references))
    (texts / name).write_text("".join(f"{line}\n" for line in [f"hyp {HOSTILE}", *references[1:]]))
    given = ("-m", reversal.model_dir, "-i", name, "-s", "src", "-r", "ref", "--report", "r.html", "--device", "cpu")
    assert run(*given).exit_code == 0
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 390, "height": 800})
        problems: list[str] = []
        requests: list[str] = []
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto((texts / "r.html").as_uri())
        assert page.title() != "run"
        assert page.locator(".segment").count() == 20
        assert page.locator(".chart svg").count() >= 7
        assert page.locator(".segment img, .segment script, h1 b, .segment b[onclick]").count() == 0
        assert HOSTILE in page.locator(".segment").first.inner_text()
        page.fill("#search", "onerror")
        assert page.locator(".segment").count() == 1
        page.fill("#search", "")
        page.select_option("#choose-sort", "worst")
        page.click("#more")
        assert page.locator(".segment").count() == 40
        page.select_option("#choose-flag", "any")
        assert "of 40 lines" in page.inner_text("#matches")
        page.select_option("#choose-flag", "")
        page.click("#differences")
        assert page.locator(".segment ins").count() == 0
        page.locator(".segment dd.translation.aligned .word").nth(30).hover()
        assert page.locator(".segment dd.source .lit").count() >= 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
    assert problems == []
    assert requests == [(texts / "r.html").as_uri()]


def shown(*arguments: object) -> list[str]:
    """The names of the printed scores."""
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return [line.split()[0] for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ([], ["BLEU", "chrF2++", "TER"]),
        (["--metrics", "bleu,chrf"], ["BLEU", "chrF2"]),
        (["--metrics", "bleu", "--metrics", "ter"], ["BLEU", "TER"]),
        (["--metrics", "bleu", "chrf", "chrf++", "ter"], ["BLEU", "chrF2", "chrF2++", "TER"]),
        (["--metrics=TER", "BLEU"], ["TER", "BLEU"]),
        (["--metrics", "ter,ter", "--metrics", "chrf++"], ["TER", "chrF2++"]),
        (["--metrics", "ter", "-q"], ["TER"]),
    ],
)
def test_only_the_named_metrics_are_computed(texts: Path, given: list[str], names: list[str]) -> None:
    assert shown("-i", "good", "-r", "ref", *given) == names
    assert shown(*given, "-i", "good", "-r", "ref") == names


def test_plain_chrf2_is_that_of_the_sacrebleu_command(texts: Path) -> None:
    command = [sys.executable, "-m", "sacrebleu", "ref", "-i", "good", "-m", "chrf", "-f", "json", "-w", "10"]
    expected = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=texts).stdout)
    [score] = json.loads(run("-i", "good", "-r", "ref", "--metrics", "chrf", "--format", "json").stdout)["scores"]
    assert (score["name"], round(score["score"], 10), score["signature"]) == (
        expected["name"],
        expected["score"],
        expected["signature"],
    )
    assert score["metric"] == "chrf2"


def test_chosen_metrics_are_used_in_tables_pages_and_gates(texts: Path) -> None:
    options = ["-i", "good", "-i", "bad", "-r", "ref", "--resamples", 20]
    table = run(*options, "--metrics", "chrf,ter", "--report", "page.html", "--details").stdout
    assert "BLEU" not in table.splitlines()[0]
    assert "TER" in table.splitlines()[0]
    assert (texts / "page.html").exists()
    assert run("-i", "good", "-r", "ref", "--quality-gate", "chrf2=1").exit_code == 0
    assert run("-i", "good", "-r", "ref", "--metrics", "chrf++", "--quality-gate", "chrf++=1").exit_code == 0
    assert run("-i", "good", "-r", "ref", "--metrics", "chrf", "--quality-gate", "chrf=1").exit_code == 0
    assert run("-i", "good", "-r", "ref", "--metrics", "ter", "--quality-gate", "ter=0.001").exit_code == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--metrics", "blue"], "there is no metric 'blue', only bleu, chrf, chrf++, ter, comet; did you mean bleu?"),
        (["--metrics", "comet"], "--metrics comet needs a checkpoint: name it with --comet."),
        (["--metrics", "bleu", "--quality-gate", "ter=3"], "--quality-gate ter=X needs ter among --metrics."),
    ],
)
def test_impossible_metrics_are_usage_errors(texts: Path, given: list[str], message: str) -> None:
    result = run("-i", "good", "-r", "ref", *given)
    assert result.exit_code == 2
    assert message in result.stderr


def test_ter_of_very_long_lines_is_left_out_with_a_message_unless_requested(texts: Path) -> None:
    words = " ".join(f"w{number}" for number in range(500))
    (texts / "long").write_text(f"{words}\n", encoding="utf-8")
    result = run("-i", "long", "-r", "long")
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["BLEU", "chrF2++"]
    assert "TER is left out" in result.stderr
    assert shown("-i", "long", "-r", "long", "--metrics", "ter") == ["TER"]
    assert "ter" in run("-i", "long", "-r", "long", "--quality-gate", "ter=3", "--format", "json").stdout


@pytest.mark.parametrize("suffixes", [("src", "tgt"), ("en", "cn"), ("txt", "ref"), ("en", "de"), ("", "")])
def test_files_of_any_name_get_the_tokenizer_of_their_script(texts: Path, suffixes: tuple[str, str]) -> None:
    names = [f"file.{suffix}" if suffix else f"file{number}" for number, suffix in enumerate(suffixes)]
    for name, lines in zip(
        names, ("我喜欢茶。\n2019年他搬到北京。\n", "我喜欢喝茶。\n他在2019年搬到了北京。\n"), strict=True
    ):
        (texts / name).write_text(lines, encoding="utf-8")
    bleu, _, ter = json.loads(run("-i", names[0], "-r", names[1], "--format", "json").stdout)["scores"]
    assert "tok:zh" in bleu["signature"]
    assert bleu["score"] > 20
    assert "asian:yes" in ter["signature"]


def test_without_a_home_nothing_is_written_into_a_directory_called_tilde(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SACREBLEU", raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as for a user whom the system does not know
    monkeypatch.chdir(tmp_path)
    result = run("-i", "good", "--test-set", "wmt14", "-l", "en-de")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "set the variable HOME or SACREBLEU" in result.stderr
    assert not (tmp_path / "~").exists()
