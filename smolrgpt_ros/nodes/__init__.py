"""The nodes: parameters, topics, services and lifecycle around the rooms that are free of ROS."""
