# folio_add_plugin(ID KIND model|tokenizer|dataset SOURCES FILE... [USES LAYER...] [LINKS TARGET...]
#                  [DEFINITIONS NAME=VALUE...] [TARGET NAME] [DIRECTORY DIR] [NO_DESCRIPTION])
#
# Builds folio_<kind>_<id>.so into the folder plugins/ of the build, with its build stamp, and writes beside it what the
# plugin declares, as folio_<kind>_<id>.so.json, by asking folio-describe. A model gets libtorch and nn.
#   TARGET          another name for the target and the library
#   DIRECTORY       another folder
#   NO_DESCRIPTION  no JSON beside it
function(folio_add_plugin id)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "NO_DESCRIPTION" "KIND;DIRECTORY;TARGET" "SOURCES;USES;LINKS;DEFINITIONS")
  if(NOT plugin_KIND MATCHES "^(model|tokenizer|dataset)$")
    message(FATAL_ERROR "folio_add_plugin(${id}): KIND is '${plugin_KIND}', expected model, tokenizer or dataset")
  endif()
  if(plugin_KIND STREQUAL "model" AND FOLIO_SANITIZE)
    return()
  endif()
  set(target folio_${plugin_KIND}_${id})
  if(plugin_TARGET)
    set(target ${plugin_TARGET})
  endif()
  if(NOT plugin_DIRECTORY)
    set(plugin_DIRECTORY ${PROJECT_BINARY_DIR}/plugins)
  endif()
  add_library(${target} MODULE ${plugin_SOURCES})
  set_target_properties(${target} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${plugin_DIRECTORY}
    CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  list(TRANSFORM plugin_USES PREPEND folio_)
  target_link_libraries(${target} PRIVATE folio_sdk ${plugin_USES} ${plugin_LINKS})
  if(PROJECT_NAME STREQUAL "Folio")  # what a plugin built elsewhere is warned of is its author's choice
    target_link_libraries(${target} PRIVATE folio_warnings)
    if(plugin_KIND STREQUAL "model")  # its time is spent in nn and libtorch
      target_compile_options(${target} PRIVATE ${folio_cold_options})
      folio_precompile(${target} torch_cold)
    else()
      folio_precompile(${target} hot)
    endif()
  endif()
  target_compile_definitions(${target} PRIVATE FOLIO_STAMP_BUILD_TYPE="${FOLIO_STAMP_BUILD_TYPE}")
  if(plugin_KIND STREQUAL "model")
    target_link_libraries(${target} PRIVATE folio_nn)
    target_compile_definitions(${target} PRIVATE
      FOLIO_STAMP_TORCH="${FOLIO_TORCH_VERSION}" FOLIO_STAMP_NN="${FOLIO_STAMP_NN}")
  endif()
  target_compile_definitions(${target} PRIVATE ${plugin_DEFINITIONS})
  # All of a static layer stays inside the plugin, so that two plugins never share half of one.
  target_link_options(${target} PRIVATE -Wl,--exclude-libs,ALL)
  # A run path as DT_RUNPATH: a DT_RPATH would hold for other libraries too, and Folio refuses it.
  target_link_options(${target} PRIVATE -Wl,--enable-new-dtags)
  if(NOT plugin_NO_DESCRIPTION)
    # The order alone: a new folio-describe does not build the plugins anew.
    add_dependencies(${target} folio-describe)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND $<TARGET_FILE:folio-describe> $<TARGET_FILE:${target}> --output $<TARGET_FILE:${target}>.json
      VERBATIM)
  endif()
endfunction()

# folio_add_plugin_test(ID KIND model|tokenizer|dataset SOURCES FILE...)
#
# A test of that plugin, for ctest: a program with the plugin's own objects in it, which gets at the plugin through
# folio_plugin() and fails by its exit code.
function(folio_add_plugin_test id)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "KIND" "SOURCES")
  set(plugin folio_${test_KIND}_${id})
  add_executable(test_${id} ${test_SOURCES} $<TARGET_OBJECTS:${plugin}>)
  set_target_properties(test_${id} PROPERTIES CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF)
  target_link_libraries(test_${id} PRIVATE $<TARGET_PROPERTY:${plugin},LINK_LIBRARIES>)
  add_test(NAME ${id} COMMAND test_${id})
endfunction()
