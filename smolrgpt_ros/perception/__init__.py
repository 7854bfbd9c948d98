"""Pictures to regions over time. Free of ROS."""
