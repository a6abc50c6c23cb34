# The build stamp: what must be equal in the host and in a plugin for the one to load the other. It is a text of
# `key=value` lines that FOLIO_PLUGIN (framework/sdk/include/folio/plugin.h) puts into an ELF note of the plugin, where
# the host reads it without loading the library. The fields are explained in docs/plugin-guide.md.

string(TOLOWER ${CMAKE_BUILD_TYPE} folio_build_type)
if(FOLIO_SANITIZE)
  string(APPEND folio_build_type "+sanitizers")
endif()
set(FOLIO_STAMP_BUILD_TYPE ${folio_build_type})

# A model depends on libtorch and on nn's interface besides; the hash is of nn's headers and of the SDK's model.h.
file(GLOB_RECURSE folio_nn_headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/framework/nn/*.h)
set(folio_nn_text "")
foreach(header ${folio_nn_headers} ${PROJECT_SOURCE_DIR}/framework/sdk/include/folio/model.h)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
  file(SHA256 ${header} folio_header_hash)
  string(APPEND folio_nn_text ${folio_header_hash})
endforeach()
string(SHA256 folio_nn_hash "${folio_nn_text}")
string(SUBSTRING ${folio_nn_hash} 0 12 FOLIO_STAMP_NN)
