#!/bin/bash
# check-gpu.sh COMMAND...: runs the command if the driver and the GPU fit what this image holds; else one sentence and exit code 2.
holds="This image holds CUDA $IMAGE_CUDA and libtorch $IMAGE_LIBTORCH"

refuse() {
  echo "$1" >&2
  exit 2
}

command -v nvidia-smi >/dev/null 2>&1 ||
  refuse "$holds, but the container has no NVIDIA driver: start it with the NVIDIA container toolkit (--gpus all), or take the image without -gpu."
answer=$(nvidia-smi --query-gpu=driver_version,compute_cap --format=csv,noheader 2>&1) ||
  refuse "$holds, but nvidia-smi finds no GPU that works (${answer//$'\n'/ }): check the driver, and that the container is given a GPU."

while IFS=', ' read -r driver capability; do
  [[ ${driver%%.*} =~ ^[0-9]+$ && ${capability%%.*} =~ ^[0-9]+$ ]] ||
    refuse "$holds, but nvidia-smi's answer cannot be read (${answer//$'\n'/ }): check the driver."
  ((${driver%%.*} >= IMAGE_DRIVER)) ||
    refuse "$holds, which need driver $IMAGE_DRIVER or newer, but the driver is $driver: update it."
  ((${capability%%.*} <= IMAGE_CAPABILITY)) ||
    refuse "$holds, which know GPUs up to compute capability $IMAGE_CAPABILITY.x, but this one has $capability: bring a newer libtorch as docs/gpu.md says."
done <<<"$answer"

exec "$@"
