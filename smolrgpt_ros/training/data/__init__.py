# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Training data in the published layouts, read sample by sample."""
