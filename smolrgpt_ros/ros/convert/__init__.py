# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Messages to values and back."""
