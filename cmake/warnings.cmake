# Warnings for our own sources, and the sanitizers.

add_library(folio_warnings INTERFACE)
target_compile_options(folio_warnings INTERFACE -Wall -Wextra -Wpedantic -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # What is off: of these g++ 12 warns wrongly where std::string is put together (GCC bug 105651), and of an unnamed
  # namespace where several sources are compiled as one. For the same reason clang is not asked for -Wshadow.
  target_compile_options(folio_warnings INTERFACE
    -Wshadow -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-subobject-linkage)
endif()
if(FOLIO_SANITIZE)
  # Everything is instrumented, plugins too: a plain plugin in an instrumented host would be refused by its build stamp.
  # fuzzer-no-link counts which branches are taken, for the targets in tests/fuzz.
  add_compile_options(-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # Lets ccache keep precompiled headers, which otherwise hold the time of every header.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  add_link_options(-fsanitize=address,undefined)
endif()
