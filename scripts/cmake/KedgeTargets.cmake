# One library per folder, found by glob; one test binary per folder, mirrored under tests/.

# kedge_library(NAME DEPENDS ...): folder NAME -> library kedge_NAME. Names of other folders in
# DEPENDS are translated. Absent features are files: no_X.cc is compiled where X is not to be had.
function(kedge_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "cli/main\\.cc$")
  kedge_choose(sources "mpi" "${MPI_C_FOUND}")
  kedge_choose(sources "aten" "${KEDGE_TORCH}")
  add_library(kedge_${name} STATIC ${sources})
  target_link_libraries(kedge_${name} PUBLIC kedge_flags)
  foreach(dependency ${ARG_DEPENDS})
    if(TARGET kedge_${dependency})
      target_link_libraries(kedge_${name} PUBLIC kedge_${dependency})
    else()
      target_link_libraries(kedge_${name} PUBLIC ${dependency})
    endif()
  endforeach()
  if(name STREQUAL "core")
    target_precompile_headers(kedge_core PRIVATE ${CMAKE_SOURCE_DIR}/scripts/cmake/precompiled.h)
  else()
    target_precompile_headers(kedge_${name} REUSE_FROM kedge_core)
  endif()
endfunction()

# Keeps either the files of feature X (name holds _X or X at a word border) or its no_X.cc.
macro(kedge_choose sources feature present)
  if("${present}")
    list(FILTER ${sources} EXCLUDE REGEX "/no_${feature}\\.cc$")
  else()
    list(FILTER ${sources} EXCLUDE REGEX "/([a-z_]*_)?${feature}(_[a-z_]*)?\\.cc$")
    file(GLOB_RECURSE absent CONFIGURE_DEPENDS ${name}/no_${feature}.cc)
    list(APPEND ${sources} ${absent})
  endif()
endmacro()

# Code paths of the exact kernels: the same source compiled per instruction set, chosen at run time.
# The scalar path must not be vectorised: it is the readable proof that lanes change nothing.
function(kedge_kernels name)
  file(GLOB scalar CONFIGURE_DEPENDS ${name}/kernels/*_scalar.cc)
  file(GLOB avx2 CONFIGURE_DEPENDS ${name}/kernels/*_avx2.cc)
  file(GLOB avx512 CONFIGURE_DEPENDS ${name}/kernels/*_avx512.cc)
  file(GLOB avx512bf16 CONFIGURE_DEPENDS ${name}/kernels/*_avx512bf16.cc)
  set_source_files_properties(${scalar} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
                              COMPILE_OPTIONS "-O3;-mfma;-fno-tree-vectorize")
  set_source_files_properties(${avx2} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
                              COMPILE_OPTIONS "-O3;-mavx2;-mfma")
  set_source_files_properties(${avx512} PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS
      "-O3;-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mfma;-mprefer-vector-width=512")
  set_source_files_properties(${avx512bf16} PROPERTIES SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS
      "-O3;-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mavx512bf16;-mfma;-mprefer-vector-width=512")
endfunction()

# Files that include LibTorch: they need its headers and skip the common precompiled header.
function(kedge_torch_sources target)
  target_link_libraries(${target} PRIVATE LibTorch::LibTorch)
endfunction()

# Puts every file of FOLDER into the library as text: embedded_files() in core/embedded.h.
function(kedge_embed name folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.yaml)
  set(out ${CMAKE_BINARY_DIR}/embedded_files.cc)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFOLDER=${CMAKE_SOURCE_DIR}/${folder}
            -P ${CMAKE_SOURCE_DIR}/scripts/cmake/embed.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/scripts/cmake/embed.cmake)
  target_sources(kedge_${name} PRIVATE ${out})
endfunction()

# kedge_test(NAME): tests/NAME/**/*_test.cc -> test binary NAME_test, one ctest entry per case.
function(kedge_test name)
  cmake_parse_arguments(ARG "" "OUTPUT;FOLDER" "DEPENDS" ${ARGN})
  if(NOT ARG_FOLDER)
    set(ARG_FOLDER ${name})
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${ARG_FOLDER}/*_test.cc)
  if(NOT KEDGE_TORCH)
    list(FILTER sources EXCLUDE REGEX "aten")
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name}_test REUSE_FROM kedge_core)
  target_compile_definitions(${name}_test PRIVATE KEDGE_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             KEDGE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
endfunction()
