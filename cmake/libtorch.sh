# shellcheck shell=bash
# libtorch, as the set-up brings it into .deps/python. setup.sh sources this.

: "${root:?libtorch.sh is sourced by setup.sh}"

torch_version=2.13.0
torch_home=$root/.deps/python
torch_megabytes='192 703' # to download and stored, of the CPU build: its wheel, and du -sm .deps/python

# The wheel's libraries do not depend on Python, so the Python that runs pip does not decide which wheel is taken.
pip_for_torch=("${pip_install[@]}" --ignore-installed --python-version 3.11)
with_cuda=(--require-hashes -r "$requirements/torch.txt" -r "$requirements/torch-cuda.txt")

# Asks pip what it would take for the requirements given and writes pip's report. Installs nothing.
ask_pip() {
  watched read_arrival "${pip_for_torch[@]}" --dry-run --target "$torch_incoming" --report "$torch_report" --quiet "$@"
}

has_nvidia_gpu() { [[ -d /proc/driver/nvidia/gpus ]] || nvidia-smi -L >/dev/null 2>&1; }

# Takes from pip's report what there is to download, and says so beside the words given.
note_download() {
  arriving_bytes=$(python3 "$root/cmake/torch_wheel.py" bytes "$torch_report")
  if ((arriving_bytes > 0)); then
    note "$1, $(megabytes $((arriving_bytes / 1000000))) to download"
  else
    note "$1"
  fi
}

install_torch_with_pip() {
  watched read_arrival "${pip_for_torch[@]}" --no-compile --progress-bar off --target "$torch_incoming" "$@"
}

# Whether the last stage failed since a file was not the one that it should be.
is_wrong_file() { grep -qiE 'hash(es)? (mismatch|.*do not match)|DO NOT MATCH THE HASHES' "$log"; }

# uv knows PyTorch's own index of CPU builds.
install_torch_with_uv() {
  logged "${pip_install[@]}" --quiet --no-deps --upgrade --target "$root/.deps/uv" \
    --require-hashes -r "$requirements/uv.txt" &&
    UV_CACHE_DIR=$TMPDIR/uv watched read_arrival "$root/.deps/uv/bin/uv" pip install --no-progress \
      --python "$(type -P python3)" --python-version 3.11 \
      --torch-backend cpu --target "$torch_incoming" --no-deps --require-hashes -r "$requirements/torch-cpu.txt"
}

# The CUDA build with the NVIDIA libraries that it needs, some gigabytes.
install_cuda_torch() {
  ask_pip "${with_cuda[@]}" || fail "pip cannot resolve what torch $torch_version needs."
  note_download 'CUDA build'
  install_torch_with_pip "${with_cuda[@]}" || fail "pip could not install torch $torch_version."
}

set_up_torch() {
  [[ -z ${FOLIO_TORCH:-} ]] || return 0
  ! torch_is_there || return 0
  torch_incoming=$root/.deps/incoming
  torch_report=$root/.deps/torch_report.json
  arriving_bytes=0 # to download, as soon as pip has told
  rm -rf "$torch_incoming" "$root/.deps/tmp"
  mkdir -p "$root/.deps/tmp"
  # pip unpacks in TMPDIR, and /tmp may be a small one in memory.
  local -x TMPDIR=$root/.deps/tmp
  begin_stage "libtorch $torch_version"
  logged python3 -m pip --version || fail 'python3 has no pip.'
  ask_pip --no-deps "torch==$torch_version" ||
    fail "pip (22.2 or newer is needed) finds no torch $torch_version. FOLIO_TORCH=DIR uses an existing libtorch."
  local build
  build=$(python3 "$root/cmake/torch_wheel.py" build "$torch_report") || fail "pip's report cannot be read."
  if [[ $build == cpu ]]; then
    note_download 'CPU build'
    local list=torch.txt
    ! grep -q '+cpu"' "$torch_report" || list=torch-cpu.txt
    install_torch_with_pip --no-deps --require-hashes -r "$requirements/$list" || fail "pip could not install torch $torch_version."
  elif has_nvidia_gpu; then
    install_cuda_torch
  else
    note "CPU build from PyTorch's own index"
    if ! install_torch_with_uv; then
      ! is_wrong_file || fail "PyTorch's index has another file than the one expected (cmake/requirements)."
      note 'which does not answer'
      install_cuda_torch
    fi
  fi
  echo "$torch_version" >"$torch_incoming/.complete"
  rm -rf "$torch_home"
  mv "$torch_incoming" "$torch_home"
  rm -rf "$root/.deps/tmp"
  end_stage
}

# The stamp is written last and the folder renamed after it, so a set-up that was killed leaves nothing that looks whole.
torch_is_there() { [[ -f $torch_home/.complete && $(<"$torch_home/.complete") == "$torch_version" ]]; }
