"""SmolRGPT as a ROS 2 node: spatial questions about RGB-D frames, answered and measured."""
