// Files behind an interface, so that a full disk can be tested. Everything a run writes goes through it.
//
// Errors: what the user named and cannot be read is a ConfigError with the path; everything else
// (disk full, no permission to write) is a FileError. Calls block; any thread may call.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace kedge {

// The operating system refused: "[files] write PATH: No space left on device".
class FileError : public Error {
 public:
  FileError(const std::string& verb, const std::string& path, int code);  // code: errno
  int code() const { return code_; }

 private:
  int code_;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // The whole file.
  virtual std::string read(const std::string& path) = 0;
  // All parts one after the other, under a temporary name beside `path`, synchronised, then renamed:
  // after a crash there is the old file or the new one, never half of one. On failure the temporary
  // file is removed and the old one stays.
  virtual void write_parts(const std::string& path, std::span<const std::string_view> parts) = 0;
  // Adds to the end; makes the file when there is none. Not atomic: a reader may find half a line.
  virtual void append(const std::string& path, std::string_view text) = 0;
  // Replaces a file at `to`; a directory can only replace an empty one. Synchronises the directory.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  virtual void remove_all(const std::string& path) = 0;  // nothing there is no error
  virtual void make_directories(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  // Names (not paths) of what lies in a directory, sorted; empty when there is no such directory.
  virtual std::vector<std::string> list(const std::string& path) = 0;

  void write_atomic(const std::string& path, std::string_view text) {
    const std::string_view parts[] = {text};
    write_parts(path, parts);
  }
};

// The operating system's files. Stateless.
FileSystem& real_files();

// a + "/" + b.
std::string path_join(const std::string& a, std::string_view b);

}  // namespace kedge
