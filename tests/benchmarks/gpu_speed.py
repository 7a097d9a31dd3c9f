"""Training speed on a GPU: target tokens a second, and the share of the matrix-product peak measured in the same run.

python tests/benchmarks/gpu_speed.py --preset base --batch-tokens 8192,32768 [--profile]

The text is random ids whose lengths are spread as those of sentences are, so that only speed can be read from it. The
whole of an update is timed: batches made and copied to the device, loss, gradient, clipping, optimizer and the moving
average. The share counts the products with weights, as gemm.py does, and nothing else.
"""

import argparse
import time
from dataclasses import replace

import numpy as np
import torch
from gemm import operations_a_target_token, products

from nmt.data.batching import padding_share, plan_batches
from nmt.data.encoded_corpus import EncodedCorpus, encoded_in_memory
from nmt.data.prefetch import BatchPrefetcher
from nmt.models.config import preset
from nmt.models.transformer import Transformer
from nmt.training.config import TrainingConfig
from nmt.training.update.learner import Learner
from nmt.training.update.optimizer import update_average

SIDE = 8192  # of the square matrices whose product shows the peak


def peak(device: torch.device) -> float:
    """Operations a second of a large bfloat16 matrix product of random numbers: the mean of twenty, warmed up."""
    left, right = (torch.randn(SIDE, SIDE, device=device, dtype=torch.bfloat16) for _ in range(2))
    for _ in range(5):
        left @ right
    torch.cuda.synchronize()
    began = time.perf_counter()
    for _ in range(20):
        left @ right
    torch.cuda.synchronize()
    return 20 * 2 * SIDE**3 / (time.perf_counter() - began)


def random_corpus(pairs: int, vocabulary: int) -> EncodedCorpus:
    """Pairs of 2 to 100 subwords, 25 on average, the sides of like length."""
    generator = np.random.default_rng(1)
    source = np.clip(generator.gamma(3.0, 25 / 3, pairs), 2, 100).astype(int)
    target = np.clip(source * generator.normal(1.0, 0.15, pairs), 2, 100).astype(int)
    return encoded_in_memory(
        [
            (
                generator.integers(4, vocabulary, size=first).tolist(),
                generator.integers(4, vocabulary, size=second).tolist(),
            )
            for first, second in zip(source, target, strict=True)
        ]
    )


def measure(given: argparse.Namespace, corpus: EncodedCorpus, batch_tokens: int, device: torch.device) -> None:
    """Time updates and print a line."""
    torch.manual_seed(1)
    shape = replace(preset(given.preset), vocabulary_size=given.vocabulary)
    model = Transformer(shape).to(device)
    training = TrainingConfig(batch_tokens=batch_tokens, r_drop=given.r_drop)
    learner = Learner(model, training)
    average = [parameter.detach().clone() for parameter in model.parameters()]
    current = [parameter.data for parameter in model.parameters()]
    prefetcher = BatchPrefetcher(corpus, seed=1)
    plan = plan_batches(corpus, batch_tokens=batch_tokens, seed=1, epoch=0)

    def update(number: int) -> int:
        done = learner.update_from(
            prefetcher, [plan[number % len(plan)]], rate=1e-4, following=[plan[(number + 1) % len(plan)]], epoch=0
        )
        update_average(average, current, number + 1)
        return done.target_tokens

    for number in range(given.skip):
        update(number)
    torch.cuda.synchronize()
    torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    tokens = sum(update(given.skip + number) for number in range(given.updates))
    torch.cuda.synchronize()
    seconds = time.perf_counter() - began
    ratio = (int(corpus.source.lengths.sum()) + len(corpus)) / (int(corpus.target.lengths.sum()) + len(corpus))
    each = operations_a_target_token(
        products(
            layers=shape.encoder_layers,
            dimension=shape.dimension,
            feed_forward=shape.feed_forward,
            vocabulary=shape.vocabulary_size,
        ),
        source_ratio=ratio,
    )
    rate = tokens / seconds
    print(
        f"{given.preset}, {batch_tokens:,} tokens: {rate:,.0f} target tokens/s, "
        f"{1000 * seconds / given.updates:.1f} ms an update, "
        f"padding {padding_share(corpus, plan):.1%}, {rate * each / 1e12:.1f} TFLOP/s, "
        f"{rate * each / given.peak:.1%} of the peak, {torch.cuda.max_memory_allocated() / 1e9:.1f} GB",
        flush=True,
    )
    if given.profile:
        with torch.profiler.profile() as profile:
            for number in range(5):
                update(number)
            torch.cuda.synchronize()
        print(profile.key_averages().table(sort_by="self_cuda_time_total", row_limit=25, max_name_column_width=70))
        print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=12, max_name_column_width=70))


def main() -> None:
    """Measure each size of batch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="base")
    parser.add_argument("--batch-tokens", default="8192,32768", metavar="N,…")
    parser.add_argument("--vocabulary", type=int, default=32_000)
    parser.add_argument("--pairs", type=int, default=60_000)
    parser.add_argument("--updates", type=int, default=30)
    parser.add_argument("--skip", type=int, default=10)
    parser.add_argument("--r-drop", type=float, default=0.0)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    device = torch.device("cuda")
    given.peak = peak(device)
    print(f"{torch.cuda.get_device_name()}: {given.peak / 1e12:.0f} TFLOP/s of bfloat16 products", flush=True)
    corpus = random_corpus(given.pairs, given.vocabulary)
    for batch_tokens in map(int, given.batch_tokens.split(",")):
        measure(given, corpus, batch_tokens, device)


if __name__ == "__main__":
    main()
