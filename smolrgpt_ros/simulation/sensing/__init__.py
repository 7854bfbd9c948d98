"""A camera in the warehouse: rendering, sensor noise, and the truth about a frame."""
