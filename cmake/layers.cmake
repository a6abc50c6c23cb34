# A folder of framework/ is a layer, and a layer is one target, folio_<folder>. Which layer may use which is the table
# in docs/architecture.md; tests/layering_test.py holds the includes against it.

add_library(folio_warnings INTERFACE)
# -Wno-restrict: g++ 12 warns wrongly of std::string::insert (GCC bug 105651).
target_compile_options(folio_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-restrict -Werror)
if(FOLIO_SANITIZE)
  # Everything is instrumented, plugins too: a plain plugin in an instrumented host would be refused by its build stamp.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# folio_layer(NAME [SHARED] SOURCES FILE... [USES LAYER...] [LINKS TARGET...])
#   USES   layers of framework/ by their folder's name
#   LINKS  other targets
function(folio_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "SHARED" "" "SOURCES;USES;LINKS")
  if(layer_SHARED)
    add_library(folio_${name} SHARED ${layer_SOURCES})
  else()
    add_library(folio_${name} STATIC ${layer_SOURCES})
  endif()
  target_include_directories(folio_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/framework>)
  list(TRANSFORM layer_USES PREPEND folio_)
  target_link_libraries(folio_${name} PUBLIC ${layer_USES} ${layer_LINKS} PRIVATE folio_warnings)
endfunction()
