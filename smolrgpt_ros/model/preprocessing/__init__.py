"""Questions, images and masks to model inputs."""
