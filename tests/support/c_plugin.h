// The plug-ins that the build makes for tests (tests/support/plugins).
#pragma once
#include <string>

namespace kedge::testing_support {

inline std::string plugin_path(const std::string& name) {
  return std::string(KEDGE_BINARY_DIR) + "/tests/plugins/" + name + ".so";
}

// Sanitizers reserve more address space than any limit allows.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kMemoryCanBeLimited = false;
#else
inline constexpr bool kMemoryCanBeLimited = true;
#endif

// Settings of the entry `plugin`; `more` as ", workers: 2".
inline std::string plugin_yaml(const std::string& name, const std::string& more = "") {
  return "{path: " + plugin_path(name) + ", host: " + KEDGE_BINARY_DIR "/kedge_plugin_host" +
         (kMemoryCanBeLimited ? "" : ", memory_mib: 0") + more + "}";
}

}  // namespace kedge::testing_support
