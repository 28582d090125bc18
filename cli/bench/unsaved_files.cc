#include "cli/bench/unsaved_files.h"

namespace kedge {
namespace {

class UnsavedFiles : public FileSystem {
 public:
  explicit UnsavedFiles(std::string directory) : prefix_(std::move(directory) + "/") {}

  std::string read(const std::string& path) override { return real_files().read(path); }
  void write_parts(const std::string& path, std::span<const std::string_view> parts) override {
    if (!path.starts_with(prefix_)) real_files().write_parts(path, parts);
  }
  void append(const std::string& path, std::string_view text) override {
    if (!path.starts_with(prefix_)) real_files().append(path, text);
  }
  void rename(const std::string& from, const std::string& to) override {
    real_files().rename(from, to);
  }
  void remove_all(const std::string& path) override { real_files().remove_all(path); }
  void make_directories(const std::string& path) override { real_files().make_directories(path); }
  bool exists(const std::string& path) override { return real_files().exists(path); }
  std::vector<std::string> list(const std::string& path) override {
    return real_files().list(path);
  }

 private:
  std::string prefix_;
};

}  // namespace

std::unique_ptr<FileSystem> unsaved_below(std::string directory) {
  return std::make_unique<UnsavedFiles>(std::move(directory));
}

}  // namespace kedge
