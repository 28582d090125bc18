#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace kedge {

namespace {

namespace fs = std::filesystem;

// An open file that closes itself.
class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : number_(::open(path.c_str(), flags, 0644)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }
  // Some file systems report a full disk only here.
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

void sync_parent(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  const Descriptor directory(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
  if (!directory.is_open()) throw FileError("open the directory of", path, errno);
  // Some network file systems cannot synchronise directories and say EINVAL.
  if (::fsync(directory.number()) != 0 && errno != EINVAL) {
    throw FileError("synchronise the directory of", path, errno);
  }
}

bool write_synchronised(const std::string& path, std::span<const std::string_view> parts) {
  Descriptor file(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
  if (!file.is_open()) return false;
  for (const std::string_view part : parts) {
    if (!write_all(file.number(), part)) return false;
  }
  return ::fsync(file.number()) == 0 && file.close();
}

class RealFiles : public FileSystem {
 public:
  std::string read(const std::string& path) override {
    const Descriptor file(path, O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (!file.is_open() || ::fstat(file.number(), &status) != 0) refuse(path, errno);
    if (S_ISDIR(status.st_mode)) refuse(path, EISDIR);
    std::string text(static_cast<size_t>(std::max<off_t>(status.st_size, 0)), '\0');
    size_t used = 0;
    while (true) {
      if (used == text.size()) text.resize(text.size() + 4096);
      const ssize_t count = ::read(file.number(), text.data() + used, text.size() - used);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw FileError("read", path, errno);
      if (count == 0) break;
      used += static_cast<size_t>(count);
    }
    text.resize(used);
    return text;
  }

  void write_parts(const std::string& path, std::span<const std::string_view> parts) override {
    const std::string temporary = path + ".tmp" + std::to_string(::getpid());
    if (!write_synchronised(temporary, parts) || ::rename(temporary.c_str(), path.c_str()) != 0) {
      const int code = errno;
      ::unlink(temporary.c_str());
      throw FileError("write", path, code);
    }
    sync_parent(path);
  }

  void append(const std::string& path, std::string_view text) override {
    Descriptor file(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
    if (!file.is_open() || !write_all(file.number(), text) || !file.close()) {
      throw FileError("append to", path, errno);
    }
  }

  void rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) throw FileError("rename to", to, errno);
    sync_parent(to);
  }

  void remove_all(const std::string& path) override {
    std::error_code code;
    fs::remove_all(path, code);
    if (code) throw FileError("remove", path, code.value());
  }

  void make_directories(const std::string& path) override {
    std::error_code code;
    fs::create_directories(path, code);
    if (code) throw FileError("make directory", path, code.value());
  }

  bool exists(const std::string& path) override {
    std::error_code code;
    return fs::exists(path, code);
  }

  std::vector<std::string> list(const std::string& path) override {
    std::vector<std::string> names;
    std::error_code code;
    for (fs::directory_iterator it(path, code), end; !code && it != end; it.increment(code)) {
      names.push_back(it->path().filename().string());
    }
    if (code && code != std::errc::no_such_file_or_directory) {
      throw FileError("list", path, code.value());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  [[noreturn]] static void refuse(const std::string& path, int code) {
    throw ConfigError(path, std::string("cannot be read: ") + std::strerror(code));
  }
};

}  // namespace

FileError::FileError(const std::string& verb, const std::string& path, int code)
    : Error("[files] " + verb + " " + path + ": " + std::strerror(code)), code_(code) {}

FileSystem& real_files() {
  static RealFiles files;
  return files;
}

std::string path_join(const std::string& a, std::string_view b) {
  if (a.empty()) return std::string(b);
  std::string path = a;
  if (path.back() != '/') path += '/';
  path += b;
  return path;
}

}  // namespace kedge
