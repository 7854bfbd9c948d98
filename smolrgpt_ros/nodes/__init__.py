"""The programs on the robot: nodes that translate between topics and the rooms that know things."""
