"""What the camera saw: frames, regions, masks, pinhole geometry. Imports nothing else of ours."""
