# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""Loops over pixels of a depth image about the masks of regions, compiled.

Pixels are rows and columns with the index of the region that they are of, their owner. A pixel
outside the image is the nearest one inside it, where nothing else is said.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.compiled import compiled, part_of_compiled

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Depth = NDArray[np.float32]
Masks = tuple[NDArray[np.uint8], Whole]  # a ``RegionMasks.table``
Slopes = tuple[Depth, Depth]  # a ``camera.ray_grid``
Floor = tuple[float, float, float, float]  # its normal, and the height of the camera above it

# Depth differences of neighbours, metres and shares of the depth: a jump, and the same surface.
_JUMP, _JUMP_SHARE = 0.08, 0.05
_SAME_SURFACE = 0.03
_INWARD = 2  # pixels from the rim to where the object's own depth is read, at most
_FLOOR_BAND = 0.06  # metres of height within which a pixel is floor
# How much nearer what shows outside must be to hide the object, likewise; below a load it hides the
# object unless it is so much farther.
_HIDES, _HIDES_SHARE = 0.08, 0.02
_BELOW_LOAD = 0.03
_SUPPORTS, _SUPPORTS_SHARE = 0.05, 0.01  # the same of what shows below and may carry the object
_STEEPER = 3.0  # times what depth changes by before and behind it: a jump, no slope and no crease
_BEHIND = 2  # pixels: depth at a jump may be a mean of near and far
_AROUND = 3  # pixels to each side over which a mask is a mean, to find the normals of its edge


@part_of_compiled
def _holds(masks: Masks, region: int, row: int, column: int) -> bool:
    """Whether a pixel, inside the image or not, is a region's."""
    pixels, places = masks
    x0, y0, x1, y1 = places[region, 0], places[region, 1], places[region, 2], places[region, 3]
    if column < x0 or column >= x1 or row < y0 or row >= y1:
        return False
    first = places[region, 4]  # unpacking a row takes ten times as long
    return bool(pixels[first + (row - y0) * (x1 - x0) + column - x0])


@part_of_compiled
def _within(depth: Depth, row: int, column: int) -> tuple[int, int]:
    """The pixel of the image that is nearest to a row and a column."""
    height, width = depth.shape
    return min(max(row, 0), height - 1), min(max(column, 0), width - 1)


@part_of_compiled
def _height(depth: Depth, slopes: Slopes, floor: Floor, row: int, column: int) -> float:
    """Of a pixel above the floor, metres."""
    right, down = slopes
    x = right[min(row, len(right) - 1), column]
    y = down[row, min(column, down.shape[1] - 1)]
    up_x, up_y, up_z, offset = floor
    height: float = np.float64(depth[row, column]) * (up_x * x + up_y * y + up_z) + offset
    return height


# -- depth ----------------------------------------------------------------------------------------


@compiled
def smooth(
    depth: Depth,
    masks: Masks,
    pixels: tuple[Whole, Whole, Whole],
    steps: Whole,
    noise: tuple[float, float, float],
    found: tuple[Floats, Floats, Flags],
) -> None:
    """Writes the depth of pixels, its standard deviation, and whether a neighbour is much nearer or
    farther.

    In a noisy image the depth is the mean over those neighbours of the same region that differ by
    no more than noise. NaN stays NaN.

    Args:
        depth: shape ``(H, W)``, metres.
        masks: of the regions.
        pixels: rows, columns and owners, shape ``(N,)`` each.
        steps: rows and columns from a pixel to its neighbours, shape ``(K, 2)``.
        noise: of a pixel and between neighbours, 1/metres, see ``DepthNoise``; how many
            independent values the neighbours are worth at most.
        found: what is written, shape ``(N,)`` each.
    """
    rows, columns, owners = pixels
    strength, between, worth = noise
    means, sigmas, at_jump = found
    for k in range(len(rows)):
        own = depth[rows[k], columns[k]]
        z = np.float64(own)
        differs = 4 * between * z * z
        jump = np.float32(max(_JUMP, _JUMP_SHARE * z) + differs)
        same = np.float32(_SAME_SURFACE + differs)
        total, count, at_jump[k] = z, 1, False
        for i in range(len(steps)):
            row, column = _within(depth, rows[k] + steps[i, 0], columns[k] + steps[i, 1])
            difference = abs(depth[row, column] - own)
            if difference > jump:
                at_jump[k] = True
            if strength > 0 and difference < same and _holds(masks, owners[k], row, column):
                total += depth[row, column]
                count += 1
        means[k] = total / count
        sigmas[k] = strength * z * z / math.sqrt(min(float(count), worth))


# -- rims -----------------------------------------------------------------------------------------


@compiled
def ends_beside(
    masks: Masks, pixels: tuple[Whole, Whole, Whole], steps: Whole, ends: Flags
) -> None:
    """Writes whether regions end beside pixels.

    Args:
        masks: of the regions.
        pixels: rows, columns and owners, shape ``(N,)`` each.
        steps: columns and rows to the pixels beside one, shape ``(2, K)``.
        ends: what is written, shape ``(N, K)``.
    """
    rows, columns, owners = pixels
    for k in range(len(rows)):
        for i in range(steps.shape[1]):
            row, column = rows[k] + steps[1, i], columns[k] + steps[0, i]
            ends[k, i] = not _holds(masks, owners[k], row, column)


@compiled
def inner_pixels(
    depth: Depth,
    masks: Masks,
    rim: tuple[Whole, Whole, Whole, Whole, Whole],
    found: tuple[Whole, Whole],
) -> None:
    """Writes rows and columns where an object's own depth is read: at the rim, or, where there is
    none, up to two pixels inside it.

    Args:
        depth: shape ``(H, W)``, metres.
        masks: of the regions.
        rim: a ``RimPixels``, N places.
        found: what is written, shape ``(N,)`` each.
    """
    columns, rows, dx, dy, owners = rim
    inner_rows, inner_columns = found
    for k in range(len(rows)):
        inner_rows[k], inner_columns[k] = rows[k], columns[k]
        for inward in range(_INWARD + 1):
            row, column = _within(depth, rows[k] - inward * dy[k], columns[k] - inward * dx[k])
            if _holds(masks, owners[k], row, column) and math.isfinite(depth[row, column]):
                inner_rows[k], inner_columns[k] = row, column
                break


@compiled
def surroundings(
    depth: Depth,
    slopes: Slopes,
    masks: Masks,
    rim: tuple[Whole, Whole, Whole, Whole, Whole],
    z: Floats,
    floor: Floor,
    floor_band: float,
    noise: tuple[float, float, float],
    probes: tuple[int, int],
    below: tuple[int, int],
    below_load: Flags,
    standing: Flags,
    overlap: int,
    found: tuple[Flags, Floats, Floats, Flags],
) -> None:
    """Writes whether something in front hides an object's end; depth and height of what shows
    beyond it, the most and the least of the probes, NaN where the end is hidden or nothing is known
    to show; and whether what shows below is known and not nearer than the object.

    Args:
        depth, slopes: shape ``(H, W)``, metres; of the rays.
        masks: of the regions.
        rim: a ``RimPixels``, N places.
        z: depth of the object there, shape ``(N,)``, metres.
        floor: hides nothing.
        floor_band: metres by which the height of floor differs, besides noise.
        noise: of a pixel; between the rim and what surrounds it; and what is below; 1/metres.
        probes: pixels from the rim to what surrounds it.
        below: columns and rows to what is below.
        below_load: whether what stands on it may hide a region's object, shape ``(R,)``.
        standing: where objects show, shape ``(H, W)``: where depth does not tell which of two is
            nearer, either may hide the other.
        overlap: pixels by which a mask may reach over what hides its object: so near to the rim the
            depth falls to something nearer.
        found: what is written, shape ``(N,)`` each.
    """
    columns, rows, dx, dy, owners = rim
    strength, between, between_below = noise
    hidden, beyond, heights, hangs = found
    for k in range(len(rows)):
        owner, differs = owners[k], between * z[k] * z[k]
        margin = max(max(_HIDES, _HIDES_SHARE * z[k]), 4 * differs)
        # A load starts right where the deck of its vehicle ends.
        hides = z[k] + _BELOW_LOAD if below_load[owner] else z[k] - margin
        hidden[k], beyond[k], heights[k] = False, math.nan, math.nan
        for inward in range(1, overlap + 1):
            row, column = _within(depth, rows[k] - inward * dy[k], columns[k] - inward * dx[k])
            if _holds(masks, owner, row, column) and depth[row, column] > z[k] + margin:
                hidden[k] = True
        for reach in probes:
            row, column = _within(depth, rows[k] + reach * dy[k], columns[k] + reach * dx[k])
            outside = np.float64(depth[row, column])
            if _holds(masks, owner, row, column) or not math.isfinite(outside):
                continue
            height = _height(depth, slopes, floor, row, column)
            band = _FLOOR_BAND + floor_band + 3 * strength * outside * floor[3]
            object_shows = standing[row, column]
            nearest = hides + 8 * differs if object_shows else hides
            if (object_shows or abs(height) > band) and outside < nearest:
                hidden[k] = True
                continue
            if not outside <= beyond[k]:
                beyond[k] = outside
            if not height >= heights[k]:
                heights[k] = height
        if hidden[k]:
            beyond[k] = heights[k] = math.nan
        row, column = _within(depth, rows[k] + below[1], columns[k] + below[0])
        known = math.isfinite(depth[row, column]) and not _holds(masks, owner, row, column)
        margin = max(max(_SUPPORTS, _SUPPORTS_SHARE * z[k]), 3 * between_below * z[k] * z[k])
        hangs[k] = known and not depth[row, column] < z[k] - margin


# -- edges of depth -------------------------------------------------------------------------------


@compiled
def depth_edges(
    depth: Depth,
    slopes: Slopes,
    masks: Masks,
    pixels: tuple[Whole, Whole, Whole],
    floor: Floor,
    floor_limit: tuple[float, float],
    step_limit: tuple[float, float, float],
    between: tuple[int, int],
    found: tuple[Floats, Floats],
) -> None:
    """Writes outward normals of masks' edges, and pixels from those edges to where depth jumps.

    Normals are zero where a mask is so thin that it has none; pixels are NaN there, where depth
    does not jump, and where the object ends on the floor.

    Args:
        depth, slopes: shape ``(H, W)``, metres; of the rays.
        masks: of the regions.
        pixels: rows, columns and owners of the last pixels inside, shape ``(N,)`` each.
        floor: on which objects end.
        floor_limit: height up to which a pixel is floor: metres, and metres per metre of depth.
        step_limit: see :func:`first_jump`.
        between: pixels inside and outside of the edge between which the jump is looked for.
        found: what is written: normals, right and down, ``(N, 2)``, and pixels ``(N,)``.
    """
    rows, columns, owners = pixels
    normals, edges = found
    inside, outside = between
    line = np.empty(inside + 1 + outside + _BEHIND)
    rises = np.empty(len(line), np.bool_)
    for k in range(len(rows)):
        right, down = _outward(masks, owners[k], rows[k], columns[k])
        normals[k, 0], normals[k, 1], edges[k] = right, down, math.nan
        if right == 0 and down == 0:
            continue
        for i in range(len(line)):
            row = rows[k] + int(np.rint((i - inside) * down))
            column = columns[k] + int(np.rint((i - inside) * right))
            line[i], rises[i] = math.nan, False
            if (row, column) == _within(depth, row, column):
                z = np.float64(depth[row, column])
                low = max(floor_limit[0], floor_limit[1] * z)
                line[i], rises[i] = z, _height(depth, slopes, floor, row, column) > low
            if i == 0:
                rises[0] &= _holds(masks, owners[k], row, column)
        edges[k] = first_jump(line, rises, step_limit) - inside


@part_of_compiled
def _outward(masks: Masks, region: int, row: int, column: int) -> tuple[float, float]:
    """Unit normal of a mask's edge, right and down: how its mean over a square falls from one side
    of a pixel to the other. Zero where it does not."""
    right, down = 0, 0
    for near in (_AROUND, _AROUND + 1):
        for i in range(-_AROUND, _AROUND + 1):
            right += _holds(masks, region, row + i, column - near)
            right -= _holds(masks, region, row + i, column + near)
            down += _holds(masks, region, row - near, column + i)
            down -= _holds(masks, region, row + near, column + i)
    length = math.hypot(right, down)
    return (right / length, down / length) if length > 0 else (0.0, 0.0)


@part_of_compiled
def first_jump(line: Floats, rises: Flags, step_limit: tuple[float, float, float]) -> float:
    """Where depth first jumps along a line, before it comes down to the floor; NaN: nowhere.

    At a jump depth changes by more than on one surface, and several times as much as before it and
    behind it: no slope and no crease.

    Args:
        line: depths, shape ``(N,)``, metres, NaN where they are not known. Of the last two, only
            what follows a jump is looked at.
        rises: whether they are those of pixels above the floor.
        step_limit: by which depth changes on one surface: metres, share of the depth, 1/metres of
            its square.

    Returns:
        In pixels of the line, half of one where the jump is from one to the next.
    """
    least, share, noise = step_limit
    if not rises[0]:
        return math.nan
    last, slope = 0, math.inf
    for i in range(1, len(line) - _BEHIND):
        if not math.isfinite(line[i]):
            continue
        difference = abs(line[i] - line[last])
        change, behind = difference / (i - last), abs(line[i + 2] - line[i + 1])
        steep = change > _STEEPER * slope and not change <= _STEEPER * behind
        if steep and difference >= max(least, share * line[i]) + noise * line[i] * line[i]:
            return (last + i - 1) / 2
        if not rises[i]:
            return math.nan
        last, slope = i, change
    return math.nan
