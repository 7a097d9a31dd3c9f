"""How fast a training could be if it were nothing but its matrix products, at the rate of this very machine.

python tests/benchmarks/gemm.py --threads 2 [--tokens 4096] [--source-ratio 1.0]

Counted are the products with weights, forward and the two of the backward pass (by the input and by the weight). The
small ones between queries and keys, and between attention weights and values, are left out, as is all that is no
matrix product; so no training reaches the bound. Queries, keys and values of one input are one product, which is the
fastest way to compute them.
"""

import argparse
import json
import time
from dataclasses import dataclass

PASSES = 3  # forward, gradient of the input, gradient of the weight


@dataclass(frozen=True)
class Product:
    """So many matrix products (tokens, inner) x (inner, outer), one for each layer, of source or of target tokens."""

    times: int
    inner: int
    outer: int
    side: str  # "source" or "target"

    def operations(self) -> int:
        """Multiplications and additions for one token of its side, all three passes."""
        return self.times * PASSES * 2 * self.inner * self.outer


def products(*, layers: int, dimension: int, feed_forward: int, vocabulary: int) -> list[Product]:
    """All matrix products with weights of an encoder-decoder Transformer of ``layers`` + ``layers``."""
    found = []
    for side in ("source", "target"):
        found += [
            Product(layers, dimension, 3 * dimension, side),  # queries, keys and values of self-attention
            Product(layers, dimension, dimension, side),  # its output
            Product(layers, dimension, feed_forward, side),
            Product(layers, feed_forward, dimension, side),
        ]
    return [
        *found,
        Product(layers, dimension, 2 * dimension, "source"),  # keys and values of cross-attention
        Product(2 * layers, dimension, dimension, "target"),  # its queries and its output
        Product(1, dimension, vocabulary, "target"),
    ]


def operations_a_target_token(found: list[Product], *, source_ratio: float) -> float:
    """Multiplications and additions for each target token, where ``source_ratio`` source tokens go with it."""
    return sum(product.operations() * (source_ratio if product.side == "source" else 1.0) for product in found)


def seconds_a_batch(found: list[Product], *, tokens: int, source_ratio: float, precision: str, rounds: int) -> float:
    """The time of all matrix products of one batch of ``tokens`` target tokens: the best of ``rounds`` of each."""
    import torch

    dtype = getattr(torch, precision)
    total = 0.0
    for product in found:
        rows = max(1, round(tokens * source_ratio)) if product.side == "source" else tokens
        left = torch.randn(rows, product.inner).to(dtype)
        weight = torch.randn(product.outer, product.inner).to(dtype)
        gradient = torch.randn(rows, product.outer).to(dtype)
        for first, second in ((left, weight.t()), (gradient, weight), (gradient.t(), left)):
            total += product.times * _best(first, second, rounds)
    return total


def _best(first: object, second: object, rounds: int) -> float:
    import torch

    assert isinstance(first, torch.Tensor)
    assert isinstance(second, torch.Tensor)
    output = first @ second
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        torch.mm(first, second, out=output)
        best = min(best, time.perf_counter() - begun)
    return best


def main() -> None:
    """Print one JSON object: for each precision, target tokens a second and operations a second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=4096, help="target tokens of a batch")
    parser.add_argument("--source-ratio", type=float, default=1.0, help="source tokens for each target token")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--feed-forward", type=int, default=1024)
    parser.add_argument("--vocabulary", type=int, default=8000)
    given = parser.parse_args()

    import torch

    torch.set_num_threads(given.threads)
    found = products(
        layers=given.layers,
        dimension=given.dimension,
        feed_forward=given.feed_forward,
        vocabulary=given.vocabulary,
    )
    operations = operations_a_target_token(found, source_ratio=given.source_ratio)
    bounds = {}
    for precision in ("float32", "bfloat16"):
        seconds = seconds_a_batch(
            found, tokens=given.tokens, source_ratio=given.source_ratio, precision=precision, rounds=given.rounds
        )
        rate = given.tokens / seconds
        bounds[precision] = {"tokens_per_second": rate, "gflops": rate * operations / 1e9}
    print(json.dumps({"operations_a_target_token": operations, "bounds": bounds}))


if __name__ == "__main__":
    main()
