"""The objects of a frame and the camera as ends of relations, with probabilities."""

from __future__ import annotations

import math

import numpy as np

from smolrgpt_ros.geometry.footprint import Footprint
from smolrgpt_ros.geometry.frame_geometry import FrameGeometry
from smolrgpt_ros.geometry.object_estimate import ObjectEstimate
from smolrgpt_ros.geometry.relations import FloorObject, difference, hour_of, length_of
from smolrgpt_ros.geometry.size_priors import is_flat
from smolrgpt_ros.language.meaning import Kind
from smolrgpt_ros.language.question import Dimension, Mode, Side

from ..measured_objects import CannotMeasure, MeasuredObjects
from .numbers import Dependence, Number, chance_positive

#: An end of a relation: a region id, or the camera.
End = int | None
CAMERA: End = None

#: Objects with less room between them are next to each other, metres.
NEXT_TO = 1.0
#: What is farther than this beside the line of two objects is not between them, metres, in addition
#: to half the longest side of the larger one.
BETWEEN_TOLERANCE = 0.25

_COLUMN_STD = 1.0  # pixels by which a mask's centroid may be off
_CENTRED = 0.6  # metres from the middle of a vehicle to that of its load, as payload.py has it
_OFF_FLOOR = 0.1  # metres: the lowest visible part of what rests on something is higher
_REACHES_ABOVE = 0.15  # metres: the lowest visible part is at most so far above what it rests on
_FLAT_HEIGHT = 0.01  # metres: height of a floor region where its size is ranked among objects
_LENGTH_KINDS = {
    Mode.HORIZONTAL: Kind.HORIZONTAL_DISTANCE,
    Mode.VERTICAL: Kind.VERTICAL_DISTANCE,
    Mode.CLEARANCE: Kind.CLEARANCE,
}


class SceneObjects:
    """Numbers and probabilities of the objects of one frame, for one question.

    Every method raises ``CannotMeasure`` where depth cannot decide.

    Args:
        geometry: of the frame with all its regions.
    """

    def __init__(self, geometry: FrameGeometry) -> None:
        self.geometry = geometry
        self._measured = MeasuredObjects(geometry)
        self._on_floor: dict[int, FloorObject] = {}
        self._undersides: dict[int, float] = {}
        self._camera: FloorObject | None = None

    @property
    def valid_ratio(self) -> float | None:
        """Least share of pixels with depth among the regions used."""
        return self._measured.valid_ratio

    def require_scale(self) -> None:
        """Refuses lengths in metres where the depth picture has no scale."""
        if not self.geometry.frame.metric:
            raise CannotMeasure("the depth picture has no scale, so lengths cannot be told")

    def label(self, region_id: int) -> str:
        """Class of a region."""
        return self.geometry.region(region_id).label

    def name(self, end: End) -> str:
        """As in "pallet 9"."""
        if end is None:
            return "the camera"
        return f"{self.label(end) or 'region'} {end}"

    def is_floor_region(self, region_id: int) -> bool:
        """Whether a region is an area of the floor."""
        return is_flat(self.label(region_id))

    def on_floor(self, end: End) -> FloorObject:
        """An object above the floor; the camera as an object without extent."""
        if end is None:
            return self._camera_on_floor()
        if end not in self._on_floor:
            self._on_floor[end] = self._measured.on_floor(end)
        return self._on_floor[end]

    def _camera_on_floor(self) -> FloorObject:
        plane = self.geometry.plane
        if plane is None:
            raise CannotMeasure("no floor is in view, what is level and upright cannot be told")
        if self._camera is None:
            nowhere = np.zeros((2, 2))
            footprint = Footprint(np.zeros(2), np.eye(2), (0.0, 0.0), nowhere, (0.0, 0.0))
            self._camera = FloorObject(
                ObjectEstimate(
                    label="camera",
                    centre=np.zeros(3),
                    covariance=np.zeros((3, 3)),
                    size=(0.0, 0.0, 0.0),
                    footprint=footprint,
                    bottom=plane.offset,
                    top=plane.offset,
                    points=np.zeros((0, 3)),
                    valid_ratio=1.0,
                ),
                plane,
            )
        return self._camera

    # -- numbers ----------------------------------------------------------------------------

    def column(self, region_id: int) -> Number:
        """Image column of the mask's centroid, pixels."""
        return Number(self._measured.column(region_id), _COLUMN_STD**2)

    def center_distance(self, a: End, b: End) -> Number:
        """Distance between two centres, metres; the camera's is its optical centre."""
        if a == b:
            return Number(0.0)
        if a is None or b is None:
            end = a if a is not None else b
            assert end is not None
            found = self._measured.object(end)
            distance = self._measured.range(end)
            outwards = found.centre / max(distance.value, 1e-9)
            return Number(distance.value, 0.0, {end: Dependence(outwards, found.covariance)})
        one, two = self._measured.object(a), self._measured.object(b)
        distance = self._measured.distance(a, b)
        along = (two.centre - one.centre) / max(distance.value, 1e-9)
        shared = float(along @ (one.covariance + two.covariance) @ along)
        centres = {a: Dependence(-along, one.covariance), b: Dependence(along, two.covariance)}
        return Number(distance.value, distance.std**2 - shared, centres)

    def distance(self, a: End, b: End, mode: Mode = Mode.CENTER) -> Number:
        """Distance of two ends, metres; from centre to centre it is 0 inside a floor region."""
        if mode is not Mode.CENTER:
            if a == b:
                return Number(0.0)
            return Number.of(length_of(_LENGTH_KINDS[mode], self.on_floor(a), self.on_floor(b)))
        if a is not None and b is not None and max(self.inside(a, b), self.inside(b, a)) >= 0.5:
            return Number(0.0, tie_break=self.center_distance(a, b).value)
        return self.center_distance(a, b)

    def size(self, region_id: int, dimension: Dimension) -> Number:
        """A size of an object, metres; ``SIZE`` in cubic metres, of a floor region in square ones.

        The width is the side that faces the viewer, the length the longer side of the footprint.
        """
        item = self.on_floor(region_id)
        match dimension:
            case Dimension.HEIGHT:
                return Number.of(item.height)
            case Dimension.WIDTH:
                return Number.of(item.side)
            case Dimension.LENGTH:
                return self._side(item, max(item.footprint.size))
            case Dimension.SIZE if self.is_floor_region(region_id):
                (length, width), stds = item.footprint.size, item.footprint.size_sigma
                return Number(length * width, (width * stds[0]) ** 2 + (length * stds[1]) ** 2)
            case Dimension.SIZE:
                return Number.of(item.volume)
            case Dimension.ELEVATION:
                bottom = item.found.bottom
                if not item.found.rides and self.carried(region_id) >= 0.5:
                    bottom = self.underside(region_id)
                return Number(bottom, item.up_sigma**2)

    def shorter_side(self, region_id: int) -> Number:
        """Width of the footprint, whatever its turn, metres."""
        item = self.on_floor(region_id)
        return self._side(item, min(item.footprint.size))

    @staticmethod
    def _side(item: FloorObject, side: float) -> Number:
        index = item.footprint.size.index(side)
        return Number(side, item.footprint.size_sigma[index] ** 2)

    def compared_size(self, region_id: int, dimension: Dimension) -> Number:
        """A size as two objects are compared by it: the extent across the view for the width."""
        if dimension is Dimension.WIDTH:
            return Number.of(self.on_floor(region_id).extent)
        size = self.size(region_id, dimension)
        if dimension is Dimension.SIZE and self.is_floor_region(region_id):
            return Number(size.value * _FLAT_HEIGHT, size.variance * _FLAT_HEIGHT**2)
        return size

    def hour(self, subject: End, viewer: End) -> tuple[int, float]:
        """Clock hour at which the subject is for the viewer, and its deviation in hours."""
        return hour_of(self.on_floor(subject), self.on_floor(viewer))

    def underside(self, region_id: int) -> float:
        """Height of the lowest visible part above the floor, metres."""
        if region_id not in self._undersides:
            item = self.on_floor(region_id)
            heights = item.plane.to_floor(item.found.points)[:, 2]
            self._undersides[region_id] = float(np.quantile(heights, 0.02))
        return self._undersides[region_id]

    # -- probabilities ----------------------------------------------------------------------

    def beside(self, side: Side, a: End, b: End) -> float:
        """Probability that ``a`` is on a side of ``b``.

        Left and right go by the columns of the masks' centroids; of the camera, by the bearing.
        In front of an object is what is less far ahead, in front of the camera what is ahead.
        """
        match side:
            case Side.LEFT:
                return self._left(a, b)
            case Side.RIGHT:
                return 1.0 - self._left(a, b)
            case Side.FRONT | Side.BEHIND:
                gap = difference(Kind.FRONT_BEHIND, self.on_floor(a), self.on_floor(b))
                front = chance_positive(gap.value if b is not None else -gap.value, gap.std)
                return front if side is Side.FRONT else 1.0 - front
            case Side.ABOVE | Side.BELOW:
                gap = difference(Kind.ABOVE_BELOW, self.on_floor(a), self.on_floor(b))
                above = chance_positive(gap.value, gap.std)
                return above if side is Side.ABOVE else 1.0 - above

    def _left(self, a: End, b: End) -> float:
        if a is not None and b is not None:
            one, two = self.column(a), self.column(b)
            return chance_positive(two.value - one.value, math.hypot(one.std, two.std))
        one_spot, two_spot = self.on_floor(a).footprint, self.on_floor(b).footprint
        across = float(two_spot.centre[0] - one_spot.centre[0])
        variance = float(one_spot.covariance[0, 0] + two_spot.covariance[0, 0])
        return chance_positive(across, math.sqrt(variance))

    def inside(self, thing: int, place: int) -> float:
        """Probability that an object stands on the floor inside a floor region.

        At least 0.5 exactly where the rule that counts says so; the rest is the uncertainty of the
        footprint's centre against the nearest edge.
        """
        if thing == place or not self.is_floor_region(place) or self.is_floor_region(thing):
            return 0.0
        inside = self._measured.is_inside(thing, place)
        item, area = self.on_floor(thing), self.on_floor(place).footprint
        depth = area.depth_of(item.footprint.centre)
        if not inside and (depth > 0 or item.found.rides):
            return 0.0
        return chance_positive(depth, self._edge_std(item.footprint, area))

    @staticmethod
    def _edge_std(item: Footprint, area: Footprint) -> float:
        """Standard deviation of how far a centre is from the nearest edge of a rectangle."""
        local = np.abs(area.axes @ (item.centre - area.centre))
        edge = int(np.argmin(np.array(area.size) / 2 - local))
        axis = area.axes[edge]
        variance = float(axis @ (item.covariance + area.covariance) @ axis)
        return math.sqrt(variance + (area.size_sigma[edge] / 2) ** 2)

    def rests_on(self, thing: int, carrier: int) -> float:
        """Probability that one object carries another; on a floor region means inside it.

        A vehicle carries a pallet that is off the floor and centred above it. Anything else rests
        on an object if its lowest visible part is off the floor and not above the other's top, and
        its centre lies within the other's footprint.
        """
        if self.is_floor_region(carrier):
            return self.inside(thing, carrier)
        if thing == carrier or self.is_floor_region(thing):
            return 0.0
        item, base = self.on_floor(thing), self.on_floor(carrier)
        if self.label(carrier) == "transporter" and self.label(thing) == "pallet":
            if not item.found.rides or thing not in self.geometry.possible_loads(carrier):
                return 0.0
            apart = length_of(Kind.HORIZONTAL_DISTANCE, item, base)
            return chance_positive(_CENTRED - apart.value, apart.std)
        depth = base.footprint.depth_of(item.footprint.centre)
        lowest = self.underside(thing) if depth > -_CENTRED else 0.0
        if not _OFF_FLOOR < lowest < base.found.top + _REACHES_ABOVE:
            return 0.0
        return chance_positive(depth, self._edge_std(item.footprint, base.footprint))

    def holds(self, holder: int, thing: int) -> float:
        """Probability that an object is inside a floor region, or on any other object."""
        return self.rests_on(thing, holder)

    def carried(self, region_id: int) -> float:
        """Probability that an object stands on something instead of the floor."""
        if self.is_floor_region(region_id):
            return 0.0
        if self.on_floor(region_id).found.rides:
            return 1.0
        if self.underside(region_id) <= _OFF_FLOOR:
            return 0.0
        return max((self.rests_on(region_id, i) for i in self.standing(region_id)), default=0.0)

    def loaded(self, region_id: int) -> float:
        """Probability that an object carries or contains something.

        Vehicles and pallets by what stands on them, also where it is no region of its own; floor
        regions by what stands in them. Of other objects only a load that is a region is known.
        """
        label = self.label(region_id)
        if label in ("transporter", "pallet"):
            return self._measured.load(region_id)
        found = max((self.holds(region_id, i) for i in self.standing(region_id)), default=0.0)
        if self.is_floor_region(region_id) or (found >= 0.5 and label != "shelf"):
            return found
        raise CannotMeasure(f"whether {self.name(region_id)} is empty or loaded cannot be told")

    def next_to(self, a: End, b: End) -> float:
        """Probability that there is less than :data:`NEXT_TO` between two objects.

        Not said of what stands in or on the other.
        """
        room = self.distance(a, b, Mode.CLEARANCE)
        near = chance_positive(NEXT_TO - room.value, room.std)
        if a is None or b is None or near < 0.01:
            return near
        return near * (1.0 - max(self.holds(a, b), self.holds(b, a)))

    def between(self, thing: End, a: End, b: End) -> float:
        """Probability that an object lies between two others, seen from above.

        Its centre projects onto the line between the two centres, and lies beside that line by no
        more than half the longest side of the larger of the two plus :data:`BETWEEN_TOLERANCE`.
        """
        item, one, two = (self.on_floor(end).footprint for end in (thing, a, b))
        gap = two.centre - one.centre
        length = float(np.linalg.norm(gap))
        if length < 1e-6:
            return 0.0
        along = gap / length
        across = np.array([-along[1], along[0]])
        offset = item.centre - one.centre
        position, beside = float(along @ offset), abs(float(across @ offset))
        width = max(*one.size, *two.size) / 2 + BETWEEN_TOLERANCE
        covariance = item.covariance + (one.covariance + two.covariance) / 2
        along_std, across_std = (math.sqrt(float(v @ covariance @ v)) for v in (along, across))
        return (
            chance_positive(position, along_std)
            * chance_positive(length - position, along_std)
            * chance_positive(width - beside, across_std)
        )

    def standing(self, *but: int) -> tuple[int, ...]:
        """Ids of all regions that are no floor regions, except some."""
        return tuple(
            region.id
            for region in self.geometry.regions
            if region.id not in but and not is_flat(region.label)
        )
