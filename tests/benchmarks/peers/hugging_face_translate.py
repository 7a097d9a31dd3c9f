"""Translation with MarianMTModel; run by the Python of the environment that has transformers.

python hugging_face_translate.py SETTINGS, which are JSON
"""

import json
import sys
from pathlib import Path

import torch
from transformers import MarianMTModel


def main() -> None:
    """Translate the file in batches of similar lengths, and write the words of each line in the old order."""
    settings = json.loads(sys.argv[1])
    torch.set_num_threads(settings["threads"])
    model = MarianMTModel.from_pretrained(settings["model"], dtype=getattr(torch, settings["precision"])).eval()
    end, pad, first = model.config.eos_token_id, model.config.pad_token_id, model.config.decoder_start_token_id
    lines = Path(settings["source"]).read_text("utf-8").splitlines()
    rows = [[*(int(word[1:]) for word in line.split()), end] for line in lines]
    order = sorted(range(len(rows)), key=lambda number: len(rows[number]), reverse=True)
    translated = [""] * len(rows)
    for start in range(0, len(order), settings["batch"]):
        chosen = order[start : start + settings["batch"]]
        longest = len(rows[chosen[0]])
        source = torch.tensor([rows[number] + [pad] * (longest - len(rows[number])) for number in chosen])
        with torch.inference_mode():
            output = model.generate(
                input_ids=source,
                attention_mask=(source != pad).long(),
                num_beams=settings["beam"],
                do_sample=False,
                min_new_tokens=settings["pieces"],
                max_new_tokens=settings["pieces"] + 1,
                forced_eos_token_id=end,
            )
        for number, row in zip(chosen, output.tolist(), strict=True):
            translated[number] = " ".join(f"w{word}" for word in row if word not in (end, pad, first))
    Path(settings["output"]).write_text("".join(f"{line}\n" for line in translated), "utf-8")


if __name__ == "__main__":
    main()
