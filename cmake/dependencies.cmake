# Everything Folio takes from elsewhere. The set-up script installs it; what is missing is named here.

find_package(yaml-cpp REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Catch2 2.13 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(zstd REQUIRED)
find_package(simdjson REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(Threads REQUIRED)
if(TARGET yaml-cpp AND NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

# SOCI has no CMake package in Debian.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
add_library(folio_soci INTERFACE)
target_include_directories(folio_soci SYSTEM INTERFACE ${SOCI_INCLUDE_DIR})
target_link_libraries(folio_soci INTERFACE ${SOCI_SQLITE3_LIBRARY} ${SOCI_CORE_LIBRARY} sqlite3)
if(FOLIO_SANITIZE)
  # This check asks for type information of SOCI's classes that its library does not export.
  target_compile_options(folio_soci INTERFACE -fno-sanitize=vptr)
endif()

# Nor has PCRE2; its header lies where the compiler looks.
find_path(PCRE2_INCLUDE_DIR pcre2.h REQUIRED)
find_library(PCRE2_LIBRARY pcre2-8 REQUIRED)

if(NOT FOLIO_SANITIZE)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  include(torch)
endif()
