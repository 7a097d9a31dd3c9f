"""fairseq-interactive without its fused encoder, which current versions of PyTorch refuse for its mask.

Run by the Python of the environment that has fairseq.
"""

from fairseq.modules.transformer_layer import TransformerEncoderLayerBase
from fairseq_cli.interactive import cli_main

if __name__ == "__main__":
    TransformerEncoderLayerBase.can_use_fastpath = property(lambda layer: False, lambda layer, value: None)
    cli_main()
