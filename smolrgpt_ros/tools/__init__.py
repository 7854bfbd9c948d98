"""Programs about the node, not on the robot: demo, soak test, doctor, questions about files."""
