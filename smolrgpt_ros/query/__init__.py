"""A query from its arrival to its reply. Free of ROS."""
