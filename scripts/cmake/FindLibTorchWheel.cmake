# Finds the LibTorch inside the torch wheel of KEDGE_VENV (or of the python3 on PATH) without
# importing it, and makes the targets LibTorch::Headers and LibTorch::Link. find_package(Torch) is not used: its CUDA
# logic fails on machines without the full toolkit.
set(_python ${KEDGE_VENV}/bin/python3)
if(NOT EXISTS ${_python})
  find_program(_python_on_path python3)
  set(_python ${_python_on_path})
endif()
execute_process(
  COMMAND ${_python} -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
  OUTPUT_VARIABLE LibTorchWheel_DIR OUTPUT_STRIP_TRAILING_WHITESPACE)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorchWheel REQUIRED_VARS LibTorchWheel_DIR
  FAIL_MESSAGE "no torch wheel in ${KEDGE_VENV}: run scripts/setup, or pass -DKEDGE_TORCH=OFF")

# Two halves: only the files that use torch may see its headers, but what links them needs the library.
if(LibTorchWheel_FOUND AND NOT TARGET LibTorch::Headers)
  add_library(LibTorch::Headers INTERFACE IMPORTED)
  set_target_properties(LibTorch::Headers PROPERTIES
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES
      "${LibTorchWheel_DIR}/include;${LibTorchWheel_DIR}/include/torch/csrc/api/include"
    INTERFACE_INCLUDE_DIRECTORIES
      "${LibTorchWheel_DIR}/include;${LibTorchWheel_DIR}/include/torch/csrc/api/include")
  add_library(LibTorch::Link INTERFACE IMPORTED)
  # libtorch_cpu finds its neighbours by its own RPATH; we only need to find libtorch_cpu.
  target_link_libraries(LibTorch::Link INTERFACE
    ${LibTorchWheel_DIR}/lib/libtorch_cpu.so ${LibTorchWheel_DIR}/lib/libc10.so)
  target_link_options(LibTorch::Link INTERFACE
    -Wl,-rpath,${LibTorchWheel_DIR}/lib -Wl,--allow-shlib-undefined)
endif()
