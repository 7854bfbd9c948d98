"""SmolRGPT as a transformers model: config, layers, preprocessing, checkpoints, engine."""
