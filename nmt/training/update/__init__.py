"""One update of the weights: loss, gradients and optimizers."""
