"""What the camera saw: frames, regions, masks and pinhole geometry. Imports nothing else of this package."""
