"""Scenes of the warehouse: objects, surroundings, camera and light, as geometric primitives."""
