# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""The page in the browser: what it shows as values, who is let in, and its elements."""
