"""Take from a Marian model the end mark, which one that is hardly trained writes at once or never.

python marian_endless.py MODEL.npz
"""

import sys

import numpy

END = 0
NEVER = -10_000


def main() -> None:
    """Make its bias in the output layer so low that the search never takes it."""
    with numpy.load(sys.argv[1]) as file:
        arrays = dict(file)
    arrays["decoder_ff_logit_out_b"][..., END] = NEVER
    numpy.savez(sys.argv[1], **arrays)


if __name__ == "__main__":
    main()
