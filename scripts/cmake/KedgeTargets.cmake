# One library per folder, found by glob; one test binary per folder, mirrored under tests/.

# kedge_library(NAME DEPENDS ...): folder NAME -> library kedge_NAME. Names of other folders in
# DEPENDS are translated. A folder without sources becomes an INTERFACE library. Absent features are
# files: no_X.cc is compiled where X is not to be had. LIGHT: compiled quickly rather than to be fast.
function(kedge_library name)
  cmake_parse_arguments(ARG "LIGHT" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  kedge_choose(sources "mpi" "${MPI_CXX_FOUND}")
  kedge_choose(sources "aten" "${KEDGE_TORCH}")
  set(torch_sources ${sources})
  list(FILTER torch_sources INCLUDE REGEX "/ops_aten[^/]*\\.cc$")
  set(mpi_sources ${sources})
  list(FILTER mpi_sources INCLUDE REGEX "/mpi[^/]*\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/ops_aten[^/]*\\.cc$")

  set(visibility PUBLIC)
  if(sources)
    add_library(kedge_${name} STATIC ${sources})
    kedge_precompile(kedge_${name} ${ARG_LIGHT})
  else()
    set(visibility INTERFACE)
    add_library(kedge_${name} INTERFACE)
  endif()
  target_link_libraries(kedge_${name} ${visibility} kedge_flags)
  foreach(dependency ${ARG_DEPENDS})
    if(TARGET kedge_${dependency})
      set(dependency kedge_${dependency})
    endif()
    target_link_libraries(kedge_${name} ${visibility} ${dependency})
    list(APPEND dependencies ${dependency})
  endforeach()
  if(mpi_sources)
    target_link_libraries(kedge_${name} PRIVATE MPI::MPI_CXX)
  endif()
  if(torch_sources)
    kedge_torch_objects(kedge_${name}_aten "${torch_sources}" ${dependencies})
    target_sources(kedge_${name} PRIVATE $<TARGET_OBJECTS:kedge_${name}_aten>)
    target_link_libraries(kedge_${name} ${visibility} LibTorch::Link)
  endif()
endfunction()

# All targets share the precompiled header of kedge_core. It is bound to the level of optimisation, so
# light targets (the commands and the tests, two thirds of all files) share that of an empty one.
function(kedge_precompile target light)
  set(header ${CMAKE_SOURCE_DIR}/scripts/cmake/precompiled.h)
  if(light)
    if(NOT TARGET kedge_light)
      file(WRITE ${CMAKE_BINARY_DIR}/light.cc "")
      add_library(kedge_light OBJECT ${CMAKE_BINARY_DIR}/light.cc)
      target_link_libraries(kedge_light PRIVATE kedge_core)
      target_compile_options(kedge_light PRIVATE $<$<CONFIG:Release>:-O1>)
      target_precompile_headers(kedge_light PRIVATE ${header})
    endif()
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
    target_precompile_headers(${target} REUSE_FROM kedge_light)
  elseif(target STREQUAL "kedge_core")
    target_precompile_headers(${target} PRIVATE ${header})
  else()
    target_precompile_headers(${target} REUSE_FROM kedge_core)
  endif()
endfunction()

# Files that include LibTorch are a target of their own, so that no other file can see torch. They
# share one precompiled header with torch in it.
function(kedge_torch_objects target sources)
  add_library(${target} OBJECT ${sources})
  target_link_libraries(${target} PRIVATE kedge_flags ${ARGN} LibTorch::Headers)
  get_property(first GLOBAL PROPERTY kedge_torch_precompiled)
  if(first)
    target_precompile_headers(${target} REUSE_FROM ${first})
  else()
    target_precompile_headers(${target} PRIVATE
                              ${CMAKE_SOURCE_DIR}/scripts/cmake/precompiled_torch.h)
    set_property(GLOBAL PROPERTY kedge_torch_precompiled ${target})
  endif()
endfunction()

# Keeps either the files of feature X (name holds _X or X at a word border) or its no_X.cc.
macro(kedge_choose sources feature present)
  if("${present}")
    list(FILTER ${sources} EXCLUDE REGEX "/no_${feature}\\.cc$")
  else()
    list(FILTER ${sources} EXCLUDE REGEX "/([a-z_]*_)?${feature}(_[a-z_]*)?\\.cc$")
    file(GLOB_RECURSE absent CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/no_${feature}.cc)
    list(APPEND ${sources} ${absent})
  endif()
endmacro()

# Code paths of the exact kernels: the same source compiled per instruction set, chosen at run time.
# The scalar path must not be vectorised: it is the readable proof that lanes change nothing.
function(kedge_kernels name)
  set(folder ${CMAKE_SOURCE_DIR}/${name}/kernels)
  file(GLOB scalar CONFIGURE_DEPENDS ${folder}/*_scalar.cc)
  file(GLOB avx2 CONFIGURE_DEPENDS ${folder}/*_avx2.cc)
  file(GLOB avx512 CONFIGURE_DEPENDS ${folder}/*_avx512.cc)
  file(GLOB avx512bf16 CONFIGURE_DEPENDS ${folder}/*_avx512bf16.cc)
  set(avx512_flags "-mavx512f;-mavx512bw;-mavx512dq;-mavx512vl;-mfma;-mprfchw;-mprefer-vector-width=512")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's own intrinsics header starts its "undefined" vectors from themselves and warns about it.
    list(APPEND avx512_flags "-Wno-maybe-uninitialized;-Wno-uninitialized")
  endif()
  kedge_code_path("${scalar}" "-O3;-mfma;-fno-tree-vectorize")
  kedge_code_path("${avx2}" "-O3;-mavx2;-mfma")
  kedge_code_path("${avx512}" "-O3;${avx512_flags}")
  kedge_code_path("${avx512bf16}" "-O3;${avx512_flags};-mavx512bf16")
endfunction()

function(kedge_code_path sources options)
  if(sources)
    # A precompiled header is bound to the flags it was made with.
    set_source_files_properties(${sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON
                                COMPILE_OPTIONS "${options}")
  endif()
endfunction()

# Puts every file of FOLDER into the library as text: embedded_files() in core/embedded.h.
function(kedge_embed name folder)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.yaml)
  set(out ${CMAKE_BINARY_DIR}/embedded_files.cc)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFOLDER=${CMAKE_SOURCE_DIR}/${folder}
            -P ${CMAKE_SOURCE_DIR}/scripts/cmake/embed.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/scripts/cmake/embed.cmake)
  target_sources(kedge_${name} PRIVATE ${out})
endfunction()

# Puts FILE into the library as text: FUNCTION(), declared in HEADER.
function(kedge_embed_file name file header function)
  set(out ${CMAKE_BINARY_DIR}/embedded_${function}.cc)
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFILE=${CMAKE_SOURCE_DIR}/${file} -DHEADER=${header}
            -DFUNCTION=${function} -P ${CMAKE_SOURCE_DIR}/scripts/cmake/embed_file.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/scripts/cmake/embed_file.cmake)
  target_sources(kedge_${name} PRIVATE ${out})
endfunction()

# kedge_test(FOLDER LIBRARIES...): tests/FOLDER/**/*_test.cc -> tests/FOLDER/FOLDER_test in the build
# tree, one ctest entry per case. Nothing is made where the folder has no tests.
function(kedge_test name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cc)
  set(torch_sources ${sources})
  list(FILTER torch_sources INCLUDE REGEX "aten[^/]*_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "aten[^/]*_test\\.cc$")
  if(NOT KEDGE_TORCH)
    set(torch_sources "")
  endif()
  if(NOT sources AND NOT torch_sources)
    return()
  endif()
  set(places KEDGE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" KEDGE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(NOT sources)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${name}_test_anchor.cc "")
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/${name}_test_anchor.cc)
  endif()
  add_executable(${name}_test ${sources})
  set_target_properties(${name}_test PROPERTIES
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/${name})
  target_compile_definitions(${name}_test PRIVATE ${places})
  kedge_precompile(${name}_test TRUE)
  if(torch_sources)
    kedge_torch_objects(${name}_test_aten "${torch_sources}" ${ARGN} GTest::gmock GTest::gtest)
    target_compile_definitions(${name}_test_aten PRIVATE ${places})
    target_sources(${name}_test PRIVATE $<TARGET_OBJECTS:${name}_test_aten>)
    target_link_libraries(${name}_test PRIVATE LibTorch::Link)
  endif()
  target_link_libraries(${name}_test PRIVATE ${ARGN} GTest::gmock GTest::gtest_main)
  # Listing tests loads LibTorch, which takes longer than the default 5 s on a busy machine.
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
                       PROPERTIES TIMEOUT 300)
endfunction()
