"""Are translations the same whatever the batch size and the number of threads, and how fast is each?

python tests/benchmarks/same_in_every_batch.py MODEL FILE [--lines 1000] [--engine torch]
"""

import argparse
import itertools
import time

from nmt import Translator
from nmt.files.lines import read_lines


def main() -> None:
    """Print one line for each batch size and number of threads; fail if any translation differs from the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("file")
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--engine", default="auto")
    arguments = parser.parse_args()
    lines = list(itertools.islice(read_lines(arguments.file), arguments.lines))
    first: list[str] = []
    different = 0
    for threads, size in itertools.product((1, 2), (100, 7, 1)):
        translator = Translator(
            arguments.model, device="cpu", engine=arguments.engine, threads=threads, batch_sentences=size
        )
        begun = time.perf_counter()
        translations = translator.translate(lines)
        rate = len(lines) / (time.perf_counter() - begun)
        first = first or translations
        here = sum(one != other for one, other in zip(first, translations, strict=True))
        different += here
        print(f"threads {threads}  batch {size:3}  {rate:6.1f} lines/s  {here} of {len(lines)} lines differ")
    if different:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
