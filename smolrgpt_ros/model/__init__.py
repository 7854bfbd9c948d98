"""SmolRGPT as a transformers model: configuration, layers, preprocessing, published checkpoints, engine."""
