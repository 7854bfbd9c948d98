# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""SmolRGPT as a ROS 2 node: spatial questions about RGB-D frames, answered and measured."""
