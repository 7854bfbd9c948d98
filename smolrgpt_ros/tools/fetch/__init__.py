# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Other weights than those that ship: fetched, checked and tried in one command."""
