# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Subscriptions, pairing by stamp, frames."""
