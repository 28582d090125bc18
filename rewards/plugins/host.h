// The process around a C plug-in: messages of frame.h in, calls of plugin_abi.h out. What the
// program kedge_plugin_host does.
#pragma once

namespace kedge {

// Serves over descriptor `frames` until its far end closes. The exit code: 0, or 1 after a refusal.
int run_plugin_host(int frames);

}  // namespace kedge
