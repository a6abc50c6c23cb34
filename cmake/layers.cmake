# A folder of framework/ is a layer, and a layer is one target, folio_<folder>; of runs/ and cli/ so is each room
# (runs/record is folio_runs_record). Which layer may use which is the table in docs/architecture.md;
# tests/layering_test.py holds the includes against it.

# folio_layer(NAME [SHARED] [HOT] [PRECOMPILED NAME] SOURCES FILE... [USES LAYER...] [LINKS TARGET...])
#   HOT    time is spent here: optimized in full. What runs once, or waits for a disk or a person, is not, since that
#          costs the compiler up to twice the time.
#   PRECOMPILED  whose headers it takes (precompiled.cmake); by default `hot` or `cold`
#   USES   layers of framework/ by their folder's name
#   LINKS  other targets
function(folio_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "SHARED;HOT" "PRECOMPILED" "SOURCES;USES;LINKS")
  string(REPLACE "/" "_" name ${name})
  if(layer_SHARED)
    add_library(folio_${name} SHARED ${layer_SOURCES})
  else()
    add_library(folio_${name} STATIC ${layer_SOURCES})
  endif()
  if(NOT layer_HOT)
    target_compile_options(folio_${name} PRIVATE ${folio_cold_options})
  endif()
  if(NOT layer_PRECOMPILED)
    set(layer_PRECOMPILED cold)
    if(layer_HOT)
      set(layer_PRECOMPILED hot)
    endif()
  endif()
  folio_batch(folio_${name} ${layer_PRECOMPILED})
  target_include_directories(folio_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/framework>)
  list(TRANSFORM layer_USES PREPEND folio_)
  list(TRANSFORM layer_USES REPLACE "/" "_")
  target_link_libraries(folio_${name} PUBLIC ${layer_USES} ${layer_LINKS} PRIVATE folio_warnings)
endfunction()
