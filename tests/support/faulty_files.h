// A file system that fails on demand: the disk is full after so many bytes, or the nth change
// fails.
#pragma once
#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "core/files.h"

namespace kedge::testing_support {

class FaultyFiles : public FileSystem {
 public:
  explicit FaultyFiles(FileSystem& base) : base_(base) {}

  // From now on this many bytes can be written before the disk is full. < 0: endless.
  void set_capacity(int64_t bytes) { capacity_ = bytes; }
  // The nth change from now (1 = the next) fails with EIO, once. 0: none.
  void fail_operation(int n) { countdown_ = n; }
  // Changes tried so far: write_parts, append, rename, remove_all, make_directories.
  int operations() const { return operations_; }

  std::string read(const std::string& path) override { return base_.read(path); }
  bool exists(const std::string& path) override { return base_.exists(path); }
  std::vector<std::string> list(const std::string& path) override { return base_.list(path); }

  void write_parts(const std::string& path, std::span<const std::string_view> parts) override {
    begin("write", path);
    int64_t size = 0;
    for (const std::string_view part : parts) size += static_cast<int64_t>(part.size());
    take(size, "write", path);
    base_.write_parts(path, parts);
  }
  // A full disk takes the part of the text that fits, as real ones do.
  void append(const std::string& path, std::string_view text) override {
    begin("append to", path);
    const auto size = static_cast<int64_t>(text.size());
    if (capacity_ >= 0 && size > capacity_) {
      base_.append(path, text.substr(0, static_cast<size_t>(capacity_)));
      capacity_ = 0;
      throw FileError("append to", path, ENOSPC);
    }
    take(size, "append to", path);
    base_.append(path, text);
  }
  void rename(const std::string& from, const std::string& to) override {
    begin("rename to", to);
    base_.rename(from, to);
  }
  void remove_all(const std::string& path) override {
    begin("remove", path);
    base_.remove_all(path);
  }
  void make_directories(const std::string& path) override {
    begin("make directory", path);
    base_.make_directories(path);
  }

 private:
  void begin(const char* verb, const std::string& path) {
    ++operations_;
    if (countdown_ > 0 && --countdown_ == 0) throw FileError(verb, path, EIO);
  }
  void take(int64_t size, const char* verb, const std::string& path) {
    if (capacity_ < 0) return;
    if (size > capacity_) throw FileError(verb, path, ENOSPC);
    capacity_ -= size;
  }

  FileSystem& base_;
  int64_t capacity_ = -1;
  int countdown_ = 0;
  int operations_ = 0;
};

}  // namespace kedge::testing_support
