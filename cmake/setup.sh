# shellcheck shell=bash
# The set-up that ./runner and tests/run share: system packages, libtorch, Node.js, configure, build. Source it from a script
# that has `set -euo pipefail` and `root`, the repository's folder, then call one of
#
#   set_up_products   what ./runner needs; returns at once when nothing changed since the last time
#   set_up_tests      that, every test, the same under the sanitizers
#
# The first call says on standard error what it will do and what that takes. Each stage that has something to do is then
# one line with a bar on a terminal, elsewhere a line at its beginning, every 30 s and at its end; the rest goes to
# build/setup.log. A stage that fails ends the script with status 1. One set-up at a time works in a tree, others wait
# for it.

: "${root:?setup.sh is sourced by a script that sets root}"

log=$root/build/setup.log
# Whatever an index offers, only files whose SHA-256 is in cmake/requirements are installed (--require-hashes).
requirements=$root/cmake/requirements
pip_install=(python3 -m pip install --no-input --disable-pip-version-check --root-user-action ignore
  --only-binary=:all:)
# shellcheck source=cmake/progress.sh
source "$root/cmake/progress.sh"
# shellcheck source=cmake/libtorch.sh
source "$root/cmake/libtorch.sh"
# shellcheck source=cmake/node.sh
source "$root/cmake/node.sh"
if [[ -d ${FOLIO_TORCH:-} ]]; then
  FOLIO_TORCH=$(realpath "$FOLIO_TORCH")
fi
# What a build depends on besides its sources: a change of either configures anew.
configuration="root=$root torch=${FOLIO_TORCH:-}"

# Debian 12's package, and how to see elsewhere that what it holds is there.
packages='
  g++                   command g++
  cmake                 command cmake
  ninja-build           command ninja
  ccache                command ccache
  mold                  command mold
  git                   command git
  python3               command python3
  python3-pip           module pip
  libboost1.81-dev      header boost/dll/shared_library.hpp
  libyaml-cpp-dev       header yaml-cpp/yaml.h
  libfmt-dev            header fmt/format.h
  libcli11-dev          header CLI/CLI.hpp
  nlohmann-json3-dev    header nlohmann/json.hpp
  libsoci-dev           header soci/soci.h
  libsqlite3-dev        header sqlite3.h
  catch2                header catch2/catch.hpp
  libicu-dev            header unicode/uchar.h
  libpcre2-dev          command pcre2-config
  libcurl4-openssl-dev  header curl/curl.h
  libssl-dev            header openssl/evp.h
  zlib1g-dev            header zlib.h
  libzstd-dev           header zstd.h
  libsimdjson-dev       header simdjson.h
  librsvg2-bin          command rsvg-convert
  ca-certificates       file /etc/ssl/certs
'
# What the tests need besides: PostgreSQL, of which Debian's package makes and starts a server of its own, which they
# leave alone, for the sanitized build clang with libFuzzer and the program that finds lines for its reports, and a
# browser for the page of runner serve.
test_packages='
  postgresql            command initdb
  clang-16              command clang++-16
  libclang-rt-16-dev    command clang++-16
  llvm-16               command llvm-symbolizer-16
  chromium              command chromium
'

# What a first call takes, as measured: seconds of one processor of an AMD EPYC, and megabytes.
product_seconds=370      # bench/build
product_megabytes=800    # du -sm build, after ./runner --version
test_seconds=850         # what ./tests/run says of its two builds, by two processors, less product_seconds
test_megabytes=1400      # du -sm build, after ./tests/run, less product_megabytes
test_minutes=11          # what tests/run takes on two cores once all is built
# Where apt has no lists to ask, all packages on a Debian 12 that has only what it must have, as apt-get says:
package_megabytes='170 810'
test_package_megabytes='469 2080'

# ---- System packages

is_debian_12() {
  [[ -r /etc/os-release ]] && grep -qx 'ID=debian' /etc/os-release && grep -qx 'VERSION_ID="12"' /etc/os-release
}

# Whether what a package holds is on this machine, whatever brought it there.
is_there() {
  case $1 in
    command) type -P "$2" >/dev/null || compgen -G "/usr/lib/*/*/bin/$2" >/dev/null ;;
    module) python3 -c "import $2" 2>/dev/null ;;
    header) g++ -E -x c++ -include "$2" /dev/null >/dev/null 2>&1 ;;
    file) [[ -e $2 ]] ;;
  esac
}

# Names the packages that are not installed, one a line.
missing_packages() {
  local package kind name installed=''
  if is_debian_12; then
    # shellcheck disable=SC2046  # one word a package
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $(awk '{ print $1 }' <<<"$packages") 2>/dev/null || true)
    while read -r package kind name; do
      [[ -z $package ]] || grep -qx -F "$package installed" <<<"$installed" || echo "$package"
    done <<<"$packages"
  else
    while read -r package kind name; do
      [[ -z $package ]] || is_there "$kind" "$name" || echo "$package"
    done <<<"$packages"
  fi
}

# Sets `missing`; on another system than Debian 12 ends the script where it names any.
find_missing_packages() {
  mapfile -t missing < <(missing_packages)
  if ((${#missing[@]} > 0)) && ! is_debian_12; then
    say "The set-up installs packages only on Debian 12, and this is another system. Please install the equivalents of"
    say "these Debian packages (Boost 1.81 or newer), then run this again:"
    say "  ${missing[*]}"
    exit 1
  fi
}

# Prints the megabytes to download and to store of what is missing.
size_of_packages() {
  local sizes
  sizes=$(LC_ALL=C apt-get -o Debug::NoLocking=1 --assume-no --no-install-recommends install "${missing[@]}" \
    2>/dev/null | awk 'function size(number, unit) { return number * (unit ~ /^GB/ ? 1000 : unit ~ /^MB/ ? 1 : 0.001) }
      /^Need to get/ { get = size($4, $5) }
      /^After this operation/ { printf "%d %d\n", get + 0.999, ($0 ~ /freed/ ? 0 : size($4, $5)) + 0.999 }') || true
  echo "${sizes:-$package_megabytes}"
}

read_apt() {
  if [[ $1 =~ ^(dl|pm)status:[^:]*:([0-9]+) ]]; then
    whole=200 # percent of the download, then of the installation
    part=${BASH_REMATCH[2]}
    if [[ ${BASH_REMATCH[1]} == pm ]]; then part=$((part + 100)); fi
  fi
}

set_up_packages() {
  local as_root=()
  ((${#missing[@]} > 0)) || return 0
  if ((EUID != 0)); then
    if ! type -P sudo >/dev/null || ! { sudo -n true 2>/dev/null || { [[ -t 2 ]] && sudo -v; }; }; then
      say 'Folio needs some packages that this user may not install. Have them installed, then run this again:'
      say "  apt-get install --no-install-recommends ${missing[*]}"
      exit 1
    fi
    as_root=(sudo -n)
  fi
  begin_stage "system packages (${#missing[@]})"
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300)
  watched read_nothing "${apt[@]}" update || fail 'apt-get update failed: are the package sources reachable?'
  watched read_apt "${apt[@]}" -o APT::Status-Fd=1 install --no-install-recommends "${missing[@]}" ||
    fail 'apt-get could not install the packages.'
  end_stage
}

# ---- What pip brings

# What pip and uv bring goes through TMPDIR: first the wheels, then what is in them.
read_arrival() {
  local bytes
  bytes=$(du -sb "$TMPDIR" 2>/dev/null) || true # files vanish meanwhile
  bytes=${bytes%%[!0-9]*}
  whole=0 doing="$(megabytes $((${bytes:-0} / 1000000))) so far"
  if ((arriving_bytes > 0 && bytes < arriving_bytes)); then
    part=$bytes whole=$arriving_bytes
  elif ((arriving_bytes > 0)); then
    doing=unpacking
  fi
}

# ---- Configure and build

# configure PRESET FOLDER
configure() {
  local preset=$1 folder=$2 stamp=$2/.configured
  if [[ -f $folder/build.ninja && -f $stamp && $(<"$stamp") == "$configuration" &&
    ! $root/CMakePresets.json -nt $stamp ]]; then
    return 0
  fi
  begin_stage "configure ($preset)"
  # --fresh: the cache of a tree that has moved, or that another libtorch was found for, is of no use.
  (cd "$root" && logged cmake --preset "$preset" --fresh "-DFOLIO_TORCH=${FOLIO_TORCH:-}") || fail 'CMake failed.'
  echo "$configuration" >"$stamp"
  end_stage
}

# As many jobs as there are processors, but no more than memory holds at 1.5 GiB each.
job_count() {
  local jobs fits key kib bytes
  jobs=$(nproc)
  fits=$jobs
  while read -r key kib _; do
    [[ $key != MemAvailable: ]] || fits=$((kib / 1572864))
  done </proc/meminfo
  # A container may have less.
  if read -r bytes 2>/dev/null </sys/fs/cgroup/memory.max && [[ $bytes != max ]] && ((bytes / 1610612736 < fits)); then
    fits=$((bytes / 1610612736))
  fi
  ((fits >= 1)) || fits=1
  echo $((jobs < fits ? jobs : fits))
}

read_ninja() {
  if [[ $1 =~ ^\[([0-9]+)/([0-9]+)\] ]]; then part=${BASH_REMATCH[1]} whole=${BASH_REMATCH[2]}; fi
}

# build LABEL FOLDER TARGET...
build() {
  begin_stage "$1"
  NINJA_STATUS='[%f/%t] ' watched read_ninja ninja -C "$2" -j "$(job_count)" "${@:3}" || fail 'The build failed.'
  end_stage
}

# ---- The whole

built_stamp=$root/build/.built

products_are_built() {
  [[ -x $root/build/bin/runner && -f $built_stamp && $(<"$built_stamp") == "$configuration" ]] || return 1
  [[ -n ${FOLIO_TORCH:-} ]] || torch_is_there || return 1
  node_is_there || return 1
  local newer
  newer=$(cd "$root" &&
    find -L framework plugins page cmake CMakeLists.txt CMakePresets.json -newer "$built_stamp" -print -quit) || return 1
  [[ -z $newer ]]
}

# Held until the script ends or calls its program; children inherit it, so that what a killed set-up left running
# (pip, ninja) is waited for.
lock_set_up() {
  mkdir -p "$root/build"
  exec {lock}>"$root/build/.lock"
  flock -n "$lock" || {
    say 'Another set-up of this folder is running; waiting for it.'
    flock "$lock"
  }
}

unlock_set_up() { exec {lock}>&-; }

check_given_torch() {
  [[ -z ${FOLIO_TORCH:-} || -d $FOLIO_TORCH ]] || {
    say "FOLIO_TORCH=$FOLIO_TORCH is not a folder."
    exit 1
  }
}

afterwards='' # what the caller has to say of the time after the set-up

# announce SECONDS MEGABYTES: what this call will do, how long that takes and what it downloads and stores, where
# compiling takes so many seconds of one processor and so much space.
announce() {
  local jobs minutes download=0 stored=$2 get keep and=''
  jobs=$(job_count)
  minutes=$(($1 / jobs / 60 + 1))
  say "Setting up Folio, which is done only once. Details are in build/setup.log."
  if ((${#missing[@]} > 0)); then
    read -r get keep < <(size_of_packages)
    say "  system packages   ${#missing[@]} from apt: $(megabytes "$get") to download, $(megabytes "$keep") on disk"
    download=$((download + get)) stored=$((stored + keep))
  fi
  if [[ -z ${FOLIO_TORCH:-} ]] && ! torch_is_there; then
    if has_nvidia_gpu; then
      say "  libtorch          the CUDA build, into .deps: some gigabytes; pip will say how many"
      and=' plus the CUDA build'
    else
      read -r get keep <<<"$torch_megabytes"
      say "  libtorch          the CPU build, into .deps: $(megabytes "$get") to download, $(megabytes "$keep") on disk"
      download=$((download + get)) stored=$((stored + keep))
    fi
  fi
  if ! node_is_there; then
    read -r get keep <<<"$node_megabytes"
    say "  Node.js           to build the page, into .deps: $(megabytes "$get") to download, $(megabytes "$keep") on disk"
    download=$((download + get)) stored=$((stored + keep))
  fi
  say "  build             into build, $jobs at once: about $minutes min, $(megabytes "$2") on disk"
  say "In total about $minutes min, and the time to download $(megabytes "$download")$and." \
    "Disk space: $(megabytes "$stored")$and.$afterwards"
}

# prepare SECONDS MEGABYTES: what both need before the build, under the lock. Announces a build of such a size, unless
# that is 0.
prepare() {
  : >"$log"
  find_missing_packages
  (($1 == 0)) || announce "$1" "$2"
  set_up_packages
  set_up_torch
  set_up_node
  configure release "$root/build"
  # Before the build: what is edited while it runs is newer.
  echo "$configuration" >"$built_stamp.next"
}

set_up_products() {
  ! products_are_built || return 0
  check_given_torch
  lock_set_up
  if ! products_are_built; then
    local seconds=0
    [[ -f $built_stamp ]] || seconds=$product_seconds
    prepare "$seconds" "$product_megabytes"
    build build "$root/build" framework/all plugins/all
    mv "$built_stamp.next" "$built_stamp"
  fi
  unlock_set_up
}

set_up_tests() {
  packages+=$test_packages
  package_megabytes=$test_package_megabytes
  afterwards=" Then the tests run, about $test_minutes min."
  check_given_torch
  lock_set_up
  local seconds=0 megabytes=$test_megabytes
  [[ -f $root/build/sanitize/.configured ]] || seconds=$test_seconds
  if [[ ! -f $built_stamp ]]; then
    seconds=$((seconds + product_seconds)) megabytes=$((megabytes + product_megabytes))
  fi
  prepare "$seconds" "$megabytes"
  build 'build with tests' "$root/build" all
  mv "$built_stamp.next" "$built_stamp"
  configure sanitize "$root/build/sanitize"
  build 'build with sanitizers' "$root/build/sanitize" all
  unlock_set_up
}
