# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""What answers questions while a node is active: those asked, and those watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from smolrgpt_ros.language.readers.two_readers import TwoReaders
from smolrgpt_ros.query.request import QueryRequest, QueryResult
from smolrgpt_ros.query.service import QueryService
from smolrgpt_ros.query.watch.service import WatchService
from smolrgpt_ros.reasoning.reasoner import SpatialReasoner
from smolrgpt_ros.ros.params.settings import Settings
from smolrgpt_ros.ros.tf import Transforms
from smolrgpt_ros.scene.frame import RgbdFrame
from smolrgpt_ros.scene.pose import Pose

from .camera_pipeline import CameraPipeline
from .timed_engine import TimedEngine


class QuestionServices:
    """The services of an active node; from activation to deactivation.

    Args:
        engine: the model; ``None`` to measure only.
        reader: of questions.
        cameras: by name.
        transforms: for positions in a request's target frame.
        settings: called for the parameters, which may change.
        clock_ns: the node's clock.
    """

    def __init__(
        self,
        engine: TimedEngine | None,
        reader: TwoReaders | None,
        cameras: Mapping[str, CameraPipeline],
        transforms: Transforms,
        settings: Callable[[], Settings],
        clock_ns: Callable[[], int],
    ) -> None:
        self._transforms, self._settings = transforms, settings
        self._reasoner = SpatialReasoner(engine, reader)
        self._measuring = SpatialReasoner(None, reader, policy="measured")
        self.apply(settings())

        def service(reasoner: SpatialReasoner, model: TimedEngine | None) -> QueryService:
            return QueryService(
                reasoner,
                {name: camera.view for name, camera in cameras.items()},
                clock_ns=clock_ns,
                limits=lambda: settings().limits,
                camera_pose=self._camera_pose,
                model_busy_s=lambda: 0.0 if model is None else model.busy_s,
            )

        self.queries = service(self._reasoner, engine)
        self._measured = service(self._measuring, None)
        self.watches = WatchService(
            self.queries.check, self._evaluate, lambda: settings().watch_limits
        )
        self.watches.start()

    def apply(self, settings: Settings) -> None:
        """Use changed parameters."""
        self._reasoner.policy = settings.answer_policy
        self._reasoner.sure_score = self._measuring.sure_score = settings.answer_sure_score

    def close(self, reason: str) -> bool:
        """End what is being answered and watched, with NOT_READY and a reason; False where the
        model does not return."""
        ended = not self.queries.hangs
        self.watches.close(reason)
        self.queries.close(reason)
        self._measured.close(reason)
        return ended

    def _evaluate(self, query: QueryRequest, ask_model: bool) -> QueryResult:
        return (self.queries if ask_model else self._measured).ask(query)

    def _camera_pose(self, frame: RgbdFrame, target: str, left_s: float) -> Pose | None:
        if not target:
            return None
        timeout_s = min(self._settings().tf_timeout, left_s)
        return self._transforms.look_up(
            target, frame.frame_id, frame.stamp_ns, timeout_s, "leave target_frame empty"
        )
