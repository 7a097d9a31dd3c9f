"""Kill ten trainings after ten again and again, each time compare with one left in peace, and print the tally.

python tests/benchmarks/kill_campaign.py [TIMES]
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.end_to_end.test_kill import campaign

KILLS = 10  # each time


def main(times: int) -> int:
    """Run so many campaigns; the number of those in which anything differed."""
    struck: Counter[str] = Counter()
    runs = wrong = 0
    began = time.monotonic()
    for seed in range(times):
        with tempfile.TemporaryDirectory() as directory:
            tally = campaign(Path(directory), KILLS, seed=1000 + seed)
        struck.update(tally["kills"])  # type: ignore[arg-type]
        runs += tally["runs"]  # type: ignore[operator]
        if tally["differences"]:
            wrong += 1
            print(f"campaign {seed}: {tally['differences']}")
    print(f"{times} campaigns, {sum(struck.values())} kills, {runs} runs, {time.monotonic() - began:.0f} s")
    for doing, count in struck.most_common():
        print(f"{count:6}  {doing}")
    print(f"campaigns with any difference: {wrong}")
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)))
