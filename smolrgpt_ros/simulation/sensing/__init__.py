# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""A camera in the warehouse: rendering, sensor noise, and the truth about a frame."""
