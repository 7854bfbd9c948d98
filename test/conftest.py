# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What tests of every room may need of their host."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def can_render() -> None:
    """Skips the tests that use it where the host makes no off-screen OpenGL context."""
    try:
        from smolrgpt_ros.simulation.sensing.renderer import WarehouseRenderer

        WarehouseRenderer(32, 24).close()
    except (RuntimeError, ImportError) as error:
        pytest.skip(f"this host cannot render: {error}")
