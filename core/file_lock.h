// Who may write in a directory: an advisory lock that the operating system takes back when its holder
// ends, however it ends.
#pragma once
#include <memory>
#include <string>

namespace kedge {

// Held while it lives. The file stays behind and says which process held it last.
class FileLock {
 public:
  // nullptr when another holder, in this process or another one, has it. FileError where the file
  // cannot be made. Does not block.
  static std::unique_ptr<FileLock> try_acquire(const std::string& path);
  // What the last holder wrote: its process id, or "".
  static std::string holder(const std::string& path);

  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace kedge
