"""SmolRGPT as a transformers model."""
