"""A MuJoCo warehouse: scenes, RGB-D frames, masks, and questions with true answers."""
