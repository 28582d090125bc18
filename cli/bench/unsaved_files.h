// The operating system's files, except that what would be written below one directory is dropped: a
// benchmark measures steps, and must not fill the disk with the checkpoint at its end.
#pragma once
#include <memory>
#include <string>

#include "core/files.h"

namespace kedge {

std::unique_ptr<FileSystem> unsaved_below(std::string directory);

}  // namespace kedge
