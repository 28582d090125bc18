# Language level, warnings, code generation and the helpers that make builds fast.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# The kernels ask for -O3 themselves (kedge_kernels); elsewhere it only costs build time.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

add_library(kedge_flags INTERFACE)
target_include_directories(kedge_flags INTERFACE ${CMAKE_SOURCE_DIR})
# GTest's target defines it for tests; the shared precompiled header must have been made with it.
target_compile_definitions(kedge_flags INTERFACE GTEST_HAS_PTHREAD=1)
# Contraction would let the compiler choose where a multiply-add rounds once or twice.
target_compile_options(kedge_flags INTERFACE -Wall -Wextra -Werror -ffp-contract=off
                       -Wno-missing-field-initializers)  # {.a = 1} leaves the rest at its default
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  # False alarms of GCC 12 and 13 about joined std::strings (GCC bugs 105329, 105651).
  target_compile_options(kedge_flags INTERFACE -Wno-restrict -Wno-stringop-overflow
                         -Wno-array-bounds)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # The annotations of core/thread_annotations.h are checked by clang only.
  target_compile_options(kedge_flags INTERFACE -Wthread-safety)
endif()
if(KEDGE_SANITIZE)
  target_compile_options(kedge_flags INTERFACE -fsanitize=${KEDGE_SANITIZE}
                         -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(kedge_flags INTERFACE -fsanitize=${KEDGE_SANITIZE})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The compiler collects its garbage less often: an eighth faster for some hundred MiB.
  add_compile_options(--param=ggc-min-heapsize=1000000)
endif()

find_program(KEDGE_CCACHE ccache)
if(KEDGE_CCACHE)
  # A precompiled header carries time stamps; these are what ccache needs to look past them.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${KEDGE_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
find_program(KEDGE_MOLD mold)
if(KEDGE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
