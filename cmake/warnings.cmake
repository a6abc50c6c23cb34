# Warnings for our own sources, and the sanitizers.

add_library(folio_warnings INTERFACE)
# What is off: of these g++ 12 warns wrongly where std::string is put together (GCC bug 105651), and of an
# unnamed namespace where several sources are compiled as one.
target_compile_options(folio_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-subobject-linkage
  -Werror)
if(FOLIO_SANITIZE)
  # Everything is instrumented, plugins too: a plain plugin in an instrumented host would be refused by its build stamp.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
