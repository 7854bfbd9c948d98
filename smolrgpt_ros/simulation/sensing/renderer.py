# Copyright the smolrgpt_ros contributors. SPDX-License-Identifier: Apache-2.0
"""RGB, depth and object ids of a scene, from one MuJoCo model that every scene reuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smolrgpt_ros.scene.camera import CameraIntrinsics

from ..world.assets import FLOORS, LAID_OUT, MATERIALS, PAINTED, POOL, model_source
from ..world.parts import Part
from ..world.spec import CameraPose, SceneSpec
from .occlusion import occluded
from .offscreen import GL_HELP, choose_backend, open_context

_HIDDEN, _SHOWN, _VEIL = 5, 1, 2


@dataclass(frozen=True)
class Rendering:
    """The picture of an ideal camera.

    Args:
        rgb: ``(H, W, 3)`` uint8.
        depth: ``(H, W)`` float32, planar z in metres, NaN where nothing is hit.
        owner: ``(H, W)`` int32, object id per pixel, -1 for scenery and clutter.
        intrinsics: pinhole, pixel centres on whole numbers.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    owner: NDArray[np.int32]
    intrinsics: CameraIntrinsics


def intrinsics_for(camera: CameraPose, width: int, height: int) -> CameraIntrinsics:
    """The pinhole camera with square pixels and its principal point in the middle."""
    focal = width / 2 / float(np.tan(np.radians(camera.hfov_deg) / 2))
    return CameraIntrinsics(width, height, focal, focal, (width - 1) / 2, (height - 1) / 2)


class WarehouseRenderer:
    """Renders scenes at one resolution. Not for sharing between threads (OpenGL context).

    Args:
        width, height: of the pictures, pixels.

    Raises:
        RuntimeError: if no off-screen OpenGL context can be made; the message names the package.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._mujoco = mujoco = _import_mujoco()
        source, files = model_source(width, height)
        self._model = mujoco.MjModel.from_xml_string(source, files)
        self._data = mujoco.MjData(self._model)
        # Geoms get any pose at run time, so none may share the frame of its body.
        self._model.geom_sameframe[:] = 0
        try:
            self._gl = open_context(width, height)
            self._context = mujoco.MjrContext(self._model, mujoco.mjtFontScale.mjFONTSCALE_100)
        except Exception as error:
            raise RuntimeError(GL_HELP.format(error=error)) from error
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._context)
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
        self._scene = mujoco.MjvScene(self._model, maxgeom=self._model.ngeom + 100)
        self._rect = mujoco.MjrRect(0, 0, width, height)
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._camera.fixedcamid = 0
        self._option = mujoco.MjvOption()
        self._option.geomgroup[:] = 0
        self._option.geomgroup[_SHOWN] = 1
        geom, material = mujoco.mjtObj.mjOBJ_GEOM, mujoco.mjtObj.mjOBJ_MATERIAL
        self._first = {shape: mujoco.mj_name2id(self._model, geom, f"{shape}0") for shape in POOL}
        self._floor = mujoco.mj_name2id(self._model, geom, "floor")
        self._material = {
            name: mujoco.mj_name2id(self._model, material, name)
            for name in (*MATERIALS, *FLOORS, *PAINTED)
        }
        self._material[""] = -1
        self._current: SceneSpec | None = None
        self._closed = False
        self._owner_of_geom = np.full(self._model.ngeom, -1, np.int32)
        mujoco.mj_forward(self._model, self._data)

    def labels(self, scene: SceneSpec) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Owner and depth of ``Rendering`` alone, which costs less than the colour picture."""
        self._set_scene(scene)
        return self._labels_and_depth()

    def finish(
        self, scene: SceneSpec, owner: NDArray[np.int32], depth: NDArray[np.float32]
    ) -> Rendering:
        """The rendering of the scene that was last passed to ``labels``, colour included."""
        if scene is not self._current:
            raise ValueError("finish() belongs to the scene of the last labels() call")
        rgb = self._colour()
        if scene.light.occlusion:
            rgb = occluded(rgb, depth, scene.light.occlusion)
        return Rendering(rgb, depth, owner, intrinsics_for(scene.camera, self.width, self.height))

    def close(self) -> None:
        """Releases the OpenGL context; a closed renderer renders no more."""
        self._closed = True
        # Buffer names are per context: freed in another renderer's context, its buffers would go.
        self._gl.make_current()
        self._context.free()
        self._gl.free()

    def _draw(self, veils: bool, segments: bool) -> None:
        mujoco = self._mujoco
        if self._closed:  # MuJoCo would leave whatever the memory held
            raise RuntimeError("the renderer was closed: make another one")
        self._gl.make_current()
        self._option.geomgroup[_VEIL] = int(veils)
        mujoco.mjv_updateScene(
            self._model,
            self._data,
            self._option,
            None,
            self._camera,
            mujoco.mjtCatBit.mjCAT_ALL,
            self._scene,
        )
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SEGMENT] = segments
        self._scene.flags[mujoco.mjtRndFlag.mjRND_IDCOLOR] = segments
        mujoco.mjr_render(self._rect, self._scene, self._context)

    def _labels_and_depth(self) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Both from one pass: segment colours and the depth buffer belong to the same pixels."""
        colours = np.empty((self.height, self.width, 3), np.uint8)
        inverse = np.empty((self.height, self.width), np.float32)
        self._draw(veils=False, segments=True)
        self._mujoco.mjr_readPixels(colours, inverse, self._rect, self._context)
        # Segment number k + 1 is the k-th rendered geom; 0 is the sky.
        rendered = np.flatnonzero(self._model.geom_group == _SHOWN)
        owner_of_segment = np.concatenate([[-1], self._owner_of_geom[rendered]]).astype(np.int32)
        wide = colours.astype(np.int32)
        owner = owner_of_segment[wide[..., 0] + (wide[..., 1] << 8) + (wide[..., 2] << 16)]
        near = self._model.vis.map.znear * self._model.stat.extent
        far = self._model.vis.map.zfar * self._model.stat.extent
        # Reversed depth buffer: 1 at the near plane, 0 at the far plane, linear in 1 / z.
        depth = near * far / (near + inverse.astype(np.float64) * (far - near))
        depth = depth.astype(np.float32)
        depth[inverse <= 0] = np.nan
        return np.ascontiguousarray(owner[::-1]), np.ascontiguousarray(depth[::-1])

    def _colour(self) -> NDArray[np.uint8]:
        rgb = np.empty((self.height, self.width, 3), np.uint8)
        self._draw(veils=True, segments=False)
        self._mujoco.mjr_readPixels(rgb, None, self._rect, self._context)
        return np.ascontiguousarray(rgb[::-1])

    def _set_scene(self, scene: SceneSpec) -> None:
        model = self._model
        model.geom_group[:] = _HIDDEN
        model.geom_group[self._floor] = _SHOWN
        model.geom_matid[self._floor] = self._material[scene.floor]
        model.geom_rgba[self._floor, :3] = scene.floor_colour
        self._owner_of_geom[:] = -1
        by_shape: dict[str, list[Part]] = {shape: [] for shape in POOL}
        for part in scene.parts:
            by_shape[part.shape].append(part)
        for shape, parts in by_shape.items():
            if len(parts) > POOL[shape]:
                raise ValueError(
                    f"the scene needs {len(parts)} {shape} geoms, the pool has {POOL[shape]}; "
                    "raise assets.POOL"
                )
            if not parts:
                continue
            geoms = slice(self._first[shape], self._first[shape] + len(parts))
            half = np.array([p.half for p in parts])
            # MuJoCo: cylinders and capsules have (radius, half length).
            size = half[:, [0, 2, 1]] if shape in ("cylinder", "capsule") else half
            alpha = np.array([p.alpha for p in parts])
            model.geom_pos[geoms] = [p.centre for p in parts]
            model.geom_quat[geoms] = [p.turn for p in parts]
            model.geom_size[geoms] = size
            model.geom_rbound[geoms] = 2 * half.max(axis=1)
            model.geom_rgba[geoms, :3] = [p.colour for p in parts]
            model.geom_rgba[geoms, 3] = alpha
            model.geom_matid[geoms] = [self._material[p.material] for p in parts]
            model.geom_group[geoms] = np.where(alpha >= 1.0, _SHOWN, _VEIL)
            self._owner_of_geom[geoms] = [p.owner for p in parts]
        self._current = scene
        for name, picture in scene.pictures.items():
            self._paint(name, picture)
        self._set_light_and_camera(scene)
        self._mujoco.mj_kinematics(model, self._data)
        self._mujoco.mj_camlight(model, self._data)

    def _paint(self, name: str, picture: NDArray[np.uint8]) -> None:
        """Puts a scene's picture in the place of a painted material's."""
        texture = self._mujoco.mj_name2id(self._model, self._mujoco.mjtObj.mjOBJ_TEXTURE, name)
        start = int(self._model.tex_adr[texture])
        # A cube has six faces, one below the other.
        values = np.tile(picture.ravel(), 1 if name in LAID_OUT else 6)
        self._model.tex_data[start : start + values.size] = values
        self._gl.make_current()
        self._mujoco.mjr_uploadTexture(self._model, self._context, texture)

    def _set_light_and_camera(self, scene: SceneSpec) -> None:
        model, light, camera = self._model, scene.light, scene.camera
        direction = np.array(light.direction)
        model.light_dir[0] = direction / np.linalg.norm(direction)
        model.light_diffuse[0] = np.array(light.tint) * light.strength
        model.light_diffuse[1:] = np.array(light.sides)[:, None]
        model.light_castshadow[0] = light.shadow
        model.light_pos[0] = -8.0 * model.light_dir[0]
        model.vis.headlight.ambient[:] = np.array(light.tint) * light.ambient
        rotation = camera.rotation()
        model.cam_pos[0] = camera.position
        # MuJoCo cameras look along -z with y up; the optical frame looks along z with y down.
        matrix = np.stack([rotation[0], -rotation[1], -rotation[2]], axis=1)
        quaternion = np.zeros(4)
        self._mujoco.mju_mat2Quat(quaternion, matrix.flatten())
        model.cam_quat[0] = quaternion
        focal = intrinsics_for(camera, self.width, self.height).fy
        model.cam_fovy[0] = np.degrees(2 * np.arctan(self.height / 2 / focal))


def _import_mujoco() -> Any:
    """MuJoCo, imported here because everything but rendering works without it."""
    choose_backend()
    import mujoco

    return mujoco
