#include "core/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "core/files.h"

namespace kedge {
namespace {

void write_holder(int descriptor, const std::string& path) {
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    throw FileError("write", path, errno);
  }
}

}  // namespace

std::unique_ptr<FileLock> FileLock::try_acquire(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) throw FileError("open", path, errno);
  std::unique_ptr<FileLock> lock(new FileLock(descriptor));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return nullptr;
    throw FileError("lock", path, errno);
  }
  write_holder(descriptor, path);
  return lock;
}

std::string FileLock::holder(const std::string& path) {
  if (!real_files().exists(path)) return "";
  std::string text = real_files().read(path);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

FileLock::~FileLock() {
  close(descriptor_);
}

}  // namespace kedge
