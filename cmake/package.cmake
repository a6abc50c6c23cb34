# find_package(folio) for plugins that are built elsewhere: folio-config.cmake lies in this build folder, and its targets
# are those of the build tree.
export(TARGETS folio_support folio_sdk folio_text folio_formats folio_nn folio_torch folio_warnings folio-describe
  FILE ${PROJECT_BINARY_DIR}/folio-targets.cmake)
configure_file(${PROJECT_SOURCE_DIR}/cmake/folio-config.cmake.in ${PROJECT_BINARY_DIR}/folio-config.cmake @ONLY)
