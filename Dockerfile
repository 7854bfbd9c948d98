# A ROS 2 Kilted host with the package built in a workspace. Checked by hadolint; not run where it was written.
#
#   docker build -t smolrgpt_ros .
#   docker run --rm --network=host --ipc=host smolrgpt_ros        # --ipc=host: images go over shared memory
#   docker run --rm --network=host --ipc=host smolrgpt_ros ros2 launch smolrgpt_ros warehouse.launch.py camera:=realsense
FROM ros:kilted-ros-base

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENV PIP_BREAK_SYSTEM_PACKAGES=1 PIP_NO_CACHE_DIR=1

WORKDIR /workspace
# What changes seldom first: without a change there, the libraries are not installed again.
COPY package.xml requirements.txt constraints.txt src/smolrgpt_ros/
# rviz2 is for desktops; the node needs none. MuJoCo draws without a screen by EGL.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libegl1 libgl1 python3-pip \
    && rosdep update --rosdistro kilted \
    && rosdep install --from-paths src --ignore-src -y --skip-keys rviz2 \
    && python3 -m pip install -r src/smolrgpt_ros/requirements.txt "numpy<2" "opencv-python<4.12" \
    && rm -rf /var/lib/apt/lists/*

COPY . src/smolrgpt_ros/
RUN . /opt/ros/kilted/setup.bash && colcon build --packages-select smolrgpt_ros \
    && sed -i '$i source /workspace/install/setup.bash' /ros_entrypoint.sh

ENV MUJOCO_GL=egl
CMD ["ros2", "launch", "smolrgpt_ros", "warehouse.launch.py"]
