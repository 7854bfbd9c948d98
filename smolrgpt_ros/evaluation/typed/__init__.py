# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Random questions of the whole query language about simulated frames, against the exact truth."""
