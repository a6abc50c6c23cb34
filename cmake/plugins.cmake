# folio_add_plugin(ID KIND model|tokenizer|dataset SOURCES FILE... [USES LAYER...] [LINKS TARGET...]
#                  [DEFINITIONS NAME=VALUE...] [TARGET NAME] [DIRECTORY DIR] [NO_DESCRIPTION])
#
# Builds folio_<kind>_<id>.so into the plugin folder of the build, with its build stamp, and writes beside it what the
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
  set_target_properties(${target} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${plugin_DIRECTORY})
  list(TRANSFORM plugin_USES PREPEND folio_)
  target_link_libraries(${target} PRIVATE folio_sdk ${plugin_USES} ${plugin_LINKS} folio_warnings)
  target_compile_definitions(${target} PRIVATE FOLIO_STAMP_BUILD_TYPE="${FOLIO_STAMP_BUILD_TYPE}")
  if(plugin_KIND STREQUAL "model")
    target_link_libraries(${target} PRIVATE folio_nn)
    target_compile_definitions(${target} PRIVATE
      FOLIO_STAMP_TORCH="${FOLIO_TORCH_VERSION}" FOLIO_STAMP_NN="${FOLIO_STAMP_NN}")
  endif()
  target_compile_definitions(${target} PRIVATE ${plugin_DEFINITIONS})
  # All of a static layer stays inside the plugin, so that two plugins never share half of one.
  target_link_options(${target} PRIVATE -Wl,--exclude-libs,ALL)
  if(NOT plugin_NO_DESCRIPTION)
    # The order alone: a new folio-describe does not build the plugins anew.
    add_dependencies(${target} folio-describe)
    add_custom_command(TARGET ${target} POST_BUILD
      COMMAND $<TARGET_FILE:folio-describe> $<TARGET_FILE:${target}> --output $<TARGET_FILE:${target}>.json
      VERBATIM)
  endif()
endfunction()
