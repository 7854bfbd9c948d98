# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Asking a running node: from Python, from the command line."""
