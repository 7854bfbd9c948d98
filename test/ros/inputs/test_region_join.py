"""Images and another node's regions: joined by stamp in either order, bounded, checked."""

from types import SimpleNamespace

import numpy as np
import pytest
from std_msgs.msg import Header

from smolrgpt_ros.msg import Region, RegionArray
from smolrgpt_ros.ros.convert.time import time_of
from smolrgpt_ros.ros.inputs.frame_builder import FrameMessages
from smolrgpt_ros.ros.inputs.region_join import RegionJoin, given_regions
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.masks import encode_rle
from smolrgpt_ros.scene.status import QueryError, Status


def images(stamp):
    return FrameMessages(SimpleNamespace(header=Header(stamp=time_of(stamp))), None, None)


def regions(stamp, *found):
    return RegionArray(header=Header(stamp=time_of(stamp)), regions=list(found))


def test_either_may_come_first_and_strangers_wait():
    joined = []
    join = RegionJoin(joined.append)
    join.images(images(1))
    join.images(images(2))
    join.regions(regions(3))
    assert not joined
    join.regions(regions(2))
    join.images(images(3))
    assert [m.rgb.header.stamp.nanosec for m in joined] == [2, 3]
    assert all(m.regions.header.stamp == m.rgb.header.stamp for m in joined)


def test_the_oldest_arrivals_go_first():
    joined = []
    join = RegionJoin(joined.append, size=2)
    for stamp in (5, 6, 7):
        join.images(images(stamp))
    for stamp in (5, 6, 7):
        join.regions(regions(stamp))
    assert [m.rgb.header.stamp.nanosec for m in joined] == [6, 7]


MASK = np.zeros((4, 6), bool)
MASK[1:3, 2:5] = True
FRAME = RgbdFrame(np.zeros((4, 6, 3), np.uint8), None, None)


def region(identity, size=(4, 6)):
    return Region(
        id=identity,
        label="pallet",
        score=0.75,
        mask_rle=str(encode_rle(MASK)["counts"]),
        mask_height=size[0],
        mask_width=size[1],
    )


def with_regions(*found):
    return FrameMessages(None, None, None, regions=regions(0, *found))


def test_regions_keep_id_label_score_and_mask():
    (found,) = given_regions(with_regions(region(7)), FRAME)
    assert (found.id, found.label, found.score) == (7, "pallet", 0.75)
    np.testing.assert_array_equal(found.mask, MASK)
    assert given_regions(with_regions(), FRAME) == (), "nothing was found there"
    assert given_regions(FrameMessages(None, None, None), FRAME) is None, "nobody looked"


@pytest.mark.parametrize(
    ("found", "match"),
    [
        ([region(1, (480, 640))], "640x480.*6x4"),
        ([region(1), region(1)], "same id"),
        ([region(i) for i in range(257)], "257 regions.*256"),
    ],
)
def test_regions_that_do_not_fit_are_refused(found, match):
    with pytest.raises(QueryError, match=match) as error:
        given_regions(with_regions(*found), FRAME)
    assert error.value.status is Status.UNKNOWN_REGION
