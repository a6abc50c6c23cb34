# libtorch as one target, folio_torch. PyTorch's own CMake package is not used: it drags in umbrella flags, and its
# headers would come before the system's (the wheel carries another version of fmt).

set(folio_torch_default ${PROJECT_SOURCE_DIR}/.deps/python/torch)
if(FOLIO_TORCH)
  set(folio_torch_given ${FOLIO_TORCH})
else()
  set(folio_torch_given ${folio_torch_default})
endif()
find_path(FOLIO_TORCH_ROOT include/ATen/core/Tensor.h
  PATHS ${folio_torch_given} ${folio_torch_given}/torch ${folio_torch_given}/libtorch
  NO_DEFAULT_PATH NO_CACHE)
string(REGEX REPLACE "/$" "" FOLIO_TORCH_ROOT "${FOLIO_TORCH_ROOT}")
if(NOT FOLIO_TORCH_ROOT)
  message(FATAL_ERROR "No libtorch in ${folio_torch_given}: expected include/ATen/core/Tensor.h and lib/libtorch_cpu.so "
    "there. Run ./runner, which brings it, or name one with FOLIO_TORCH=DIR (2.7 or newer).")
endif()

# The version moved from the one header to the other between 2.7 and 2.13.
set(FOLIO_TORCH_VERSION)
foreach(part MAJOR MINOR PATCH)
  foreach(header headeronly csrc/api/include/torch)
    set(header ${FOLIO_TORCH_ROOT}/include/torch/${header}/version.h)
    if(EXISTS ${header})
      file(STRINGS ${header} folio_torch_line REGEX "^#define TORCH_VERSION_${part} ")
      string(REGEX MATCH "[0-9]+" folio_torch_number "${folio_torch_line}")
      list(APPEND FOLIO_TORCH_VERSION ${folio_torch_number})
    endif()
  endforeach()
endforeach()
list(JOIN FOLIO_TORCH_VERSION "." FOLIO_TORCH_VERSION)
if(FOLIO_TORCH_VERSION VERSION_LESS 2.7)
  message(FATAL_ERROR "libtorch in ${FOLIO_TORCH_ROOT} is version '${FOLIO_TORCH_VERSION}'; Folio needs 2.7 or newer.")
endif()

add_library(folio_torch INTERFACE)
set(folio_torch_libraries ${FOLIO_TORCH_ROOT}/lib/libtorch_cpu.so ${FOLIO_TORCH_ROOT}/lib/libc10.so)
if(EXISTS ${FOLIO_TORCH_ROOT}/lib/libtorch_cuda.so)
  list(APPEND folio_torch_libraries -Wl,--no-as-needed ${FOLIO_TORCH_ROOT}/lib/libtorch_cuda.so -Wl,--as-needed)
endif()
# -idirafter: last of all, so that no header of the wheel hides one of the system's. -fopenmp: without it
# at::parallel_for in our code is silently serial; its runtime is the wheel's own, found first through the rpath.
target_compile_options(folio_torch INTERFACE
  "SHELL:-idirafter ${FOLIO_TORCH_ROOT}/include"
  "SHELL:-idirafter ${FOLIO_TORCH_ROOT}/include/torch/csrc/api/include" -fopenmp)
file(GLOB folio_torch_openmp ${FOLIO_TORCH_ROOT}/lib/libgomp*.so* ${FOLIO_TORCH_ROOT}/../torch.libs/libgomp*.so*)
target_link_libraries(folio_torch INTERFACE ${folio_torch_openmp} ${folio_torch_libraries})
target_link_options(folio_torch INTERFACE "SHELL:-Wl,-rpath,${FOLIO_TORCH_ROOT}/lib")
message(STATUS "libtorch ${FOLIO_TORCH_VERSION} in ${FOLIO_TORCH_ROOT}")
