"""From images to regions over time. Free of ROS."""
