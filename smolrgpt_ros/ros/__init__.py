"""Between ROS and the rest: messages and values, inputs, parameters, markers, diagnostics."""
