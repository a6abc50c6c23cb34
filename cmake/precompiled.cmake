# Precompiled headers: what nearly every source of a kind of target includes from elsewhere is parsed once. Only headers
# of other projects belong in them, so that no edit here compiles everything anew.
#
# GCC takes a precompiled header only where options, and definitions that the header knows, are the same, so each set of
# these has a target of its own, whose header others reuse. What a single source needs to be told (a version, a folder) is
# told to that source alone, with folio_define(), and never to its whole target.

set(folio_host_headers
  <algorithm> <array> <chrono> <cmath> <cstdint> <filesystem> <functional> <iostream> <map> <memory> <optional> <set>
  <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h> <fmt/ranges.h>
  <nlohmann/json.hpp>)
# An operator's header (ATen/ops) brings ATen's context with it.
set(folio_torch_headers ${folio_host_headers} <ATen/core/Tensor.h> <ATen/core/grad_mode.h> <ATen/Parallel.h>
  <ATen/ops/cat.h>)

# folio_precompiled(NAME HEADERS HEADER... [LINKS TARGET...] [OPTIONS OPTION...] [DEFINITIONS NAME=VALUE...])
# The target folio_pch_NAME, whose precompiled header folio_precompile(TARGET NAME) takes.
function(folio_precompiled name)
  cmake_parse_arguments(PARSE_ARGV 1 pch "" "" "HEADERS;LINKS;OPTIONS;DEFINITIONS")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled/${name}.cpp CONTENT "")
  add_library(folio_pch_${name} OBJECT ${PROJECT_BINARY_DIR}/precompiled/${name}.cpp)
  target_link_libraries(folio_pch_${name} PRIVATE ${pch_LINKS})
  target_compile_options(folio_pch_${name} PRIVATE ${pch_OPTIONS})
  target_compile_definitions(folio_pch_${name} PRIVATE ${pch_DEFINITIONS})
  target_precompile_headers(folio_pch_${name} PRIVATE ${pch_HEADERS})
endfunction()

# folio_batch(TARGET NAME): takes that header, and compiles the sources in batches as if each batch were one, so that what
# they share beyond it, headers of ours and instances of templates, is dealt with once a batch. Names in unnamed
# namespaces must therefore differ within a target. A batch is small enough to be compiled anew within seconds.
set(folio_batch_size 6)
function(folio_batch target name)
  folio_precompile(${target} ${name})
  if(NOT FOLIO_ONE_BY_ONE)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${folio_batch_size})
  endif()
endfunction()

function(folio_precompile target name)
  if(NOT FOLIO_ONE_BY_ONE)
    target_precompile_headers(${target} REUSE_FROM folio_pch_${name})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL EXECUTABLE)
      # Instead of -fPIE: as the header has it.
      set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
      target_compile_options(${target} PRIVATE -fPIC)
    endif()
  endif()
  get_target_property(visibility folio_pch_${name} CXX_VISIBILITY_PRESET)
  set_target_properties(${target} PROPERTIES DEFINE_SYMBOL "" CXX_VISIBILITY_PRESET ${visibility})
endfunction()

# folio_define(SOURCE NAME=VALUE...): definitions for one source, which is then compiled by itself. It takes the
# precompiled header all the same, as long as no header in it knows these names.
function(folio_define source)
  set_source_files_properties(${source} PROPERTIES COMPILE_DEFINITIONS "${ARGN}" SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

set(folio_cold_options)
if(NOT FOLIO_SANITIZE)
  set(folio_cold_options -O1)
endif()
folio_precompiled(hot HEADERS ${folio_host_headers} LINKS fmt::fmt nlohmann_json::nlohmann_json folio_warnings)
folio_precompiled(cold HEADERS ${folio_host_headers} LINKS fmt::fmt nlohmann_json::nlohmann_json folio_warnings
  OPTIONS ${folio_cold_options})
if(NOT FOLIO_SANITIZE)
  folio_precompiled(torch HEADERS ${folio_torch_headers}
    LINKS fmt::fmt nlohmann_json::nlohmann_json folio_torch folio_warnings)
  # The header brings its visibility with it, and nn exports what it has.
  set_target_properties(folio_pch_torch PROPERTIES CXX_VISIBILITY_PRESET default)
  folio_precompiled(torch_cold HEADERS ${folio_torch_headers}
    LINKS fmt::fmt nlohmann_json::nlohmann_json folio_torch folio_warnings OPTIONS ${folio_cold_options})
endif()
