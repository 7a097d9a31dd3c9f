"""What happens inside a trained model: attention, arithmetic, embeddings, heads."""
