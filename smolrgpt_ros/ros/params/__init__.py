# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Parameters: declared, checked, read as typed values."""
