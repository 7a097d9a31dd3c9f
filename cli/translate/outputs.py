"""Decides which inputs are translated into which output."""

from collections.abc import Sequence
from pathlib import Path

from nmt import NMTError

from ..console.output import check_output


def choose_outputs(inputs: Sequence[str], output: str | None, other_inputs: Sequence[str] = ()) -> dict[str, list[str]]:
    """The inputs of each output; "-" is standard output.

    No output may be named twice, or be one of the inputs or of ``other_inputs``, which are read but not translated.
    """
    if output is None or output == "-":
        return {"-": list(inputs)}
    if len(inputs) == 1 and not Path(output).is_dir() and not output.endswith("/"):
        outputs = {output: list(inputs)}
    else:
        outputs = _outputs_in_directory(inputs, Path(output))
    for goal in outputs:
        check_output(goal, (*inputs, *other_inputs))
    return outputs


def _outputs_in_directory(inputs: Sequence[str], directory: Path) -> dict[str, list[str]]:
    """One file of the same name for each input, in ``directory``, which is created if necessary."""
    outputs: dict[str, list[str]] = {}
    for path in inputs:
        if path == "-":
            raise NMTError(f"standard input has no name for a file in {directory}; name files, or one output file")
        goal = str(directory / Path(path).name)
        if goal in outputs:
            raise NMTError(f"{outputs[goal][0]} and {path} would both be written to {goal}; translate them separately")
        outputs[goal] = [path]
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NMTError(
            f"the directory {directory} cannot be created: {(error.strerror or str(error)).lower()}"
        ) from error
    return outputs
