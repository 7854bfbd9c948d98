"""SmolRGPT as a ROS 2 perception node: spatial questions about RGB-D frames, answered and measured."""
