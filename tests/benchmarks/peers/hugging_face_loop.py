"""The plain training loop of MarianMTModel; run by the Python of the environment that has transformers.

python hugging_face_loop.py SETTINGS.json
"""

import json
import random
import sys
from pathlib import Path

import torch
from transformers import MarianConfig, MarianMTModel

PAD, BOS, EOS = 0, 2, 3
Pair = tuple[list[int], list[int]]


def read(path: str) -> list[list[int]]:
    """The ids of each line, EOS at the end."""
    lines = Path(path).read_text("utf-8").splitlines()
    return [[*(int(word[1:]) for word in line.split()), EOS] for line in lines]


def width(pair: Pair) -> int:
    """The longer side."""
    return max(map(len, pair))


def batches(pairs: list[Pair], tokens: int) -> list[list[Pair]]:
    """Pairs of similar lengths, at most so many padded tokens on the wider side, in random order."""
    random.shuffle(pairs)
    made: list[list[Pair]] = [[]]
    for pair in sorted(pairs, key=lambda pair: (width(pair), len(pair[0]))):
        if made[-1] and (len(made[-1]) + 1) * width(pair) > tokens:
            made.append([])
        made[-1].append(pair)
    random.shuffle(made)
    return made


def padded(rows: list[list[int]]) -> torch.Tensor:
    """Rows of equal length."""
    longest = max(map(len, rows))
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


def main() -> None:
    """Train, and print a line for each update."""
    settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    torch.set_num_threads(settings["threads"])
    torch.manual_seed(1)
    random.seed(1)
    special = {"pad_token_id": PAD, "eos_token_id": EOS, "decoder_start_token_id": BOS, "bos_token_id": BOS}
    rest = {"activation_function": "relu", "attention_dropout": 0.0, "activation_dropout": 0.0, "scale_embedding": True}
    config = MarianConfig(**settings["model"], **special, **rest, max_position_embeddings=512, use_cache=False)
    model = MarianMTModel(config).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.0005, betas=(0.9, 0.98))
    pairs = list(zip(read(settings["source"]), read(settings["target"]), strict=True))
    waiting: list[list[Pair]] = []
    for update in range(1, settings["updates"] + 1):
        waiting = waiting or batches(pairs, settings["batch_tokens"])
        rows = waiting.pop()
        source, labels = padded([pair[0] for pair in rows]), padded([pair[1] for pair in rows])
        first = torch.full((len(rows), 1), BOS)
        output = model(
            input_ids=source,
            attention_mask=(source != PAD).long(),
            decoder_input_ids=torch.cat([first, labels[:, :-1]], dim=1),
        )
        loss = torch.nn.functional.cross_entropy(
            output.logits.flatten(0, 1),
            labels.flatten(),
            ignore_index=PAD,
            label_smoothing=settings["label_smoothing"],
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        tokens = int((labels != PAD).sum())
        filled = tokens + int((source != PAD).sum())
        share = 1 - filled / (source.numel() + labels.numel())
        print(json.dumps({"update": update, "target_tokens": tokens, "padded_share": share}), flush=True)
    if "save" in settings:
        model.config.use_cache = True
        model.save_pretrained(settings["save"])


if __name__ == "__main__":
    main()
