"""How probable a model finds given targets: forced decoding."""

import torch
from torch import Tensor

from nmt.decoding.search import EncoderDecoder, log_probabilities
from nmt.special_ids import BOS, PAD


def score_targets(model: EncoderDecoder, source: Tensor, target: Tensor) -> Tensor:
    """log P(y_t | y_<t, x) of each position of ``target`` (B, T), whose rows end with EOS, for ``source`` (B, S).

    The result is (B, T), 0 at PAD; a row's sum is the log-probability that beam search gives the same hypothesis.
    """
    begin = torch.full_like(target[:, :1], BOS)
    logits = model.decode(torch.cat((begin, target[:, :-1]), dim=1), model.encode(source))
    chosen = log_probabilities(logits).gather(2, target.unsqueeze(2)).squeeze(2)
    return chosen.masked_fill(target == PAD, 0.0)
