#include "rewards/sandbox.h"

#include <fcntl.h>
#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "core/error.h"
#include "core/files.h"
#include "core/subprocess.h"
#include "core/text.h"

namespace kedge {
namespace {

using Clock = std::chrono::steady_clock;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kedge-XXXXXX").string();
    KEDGE_CHECK(::mkdtemp(pattern.data()) != nullptr, "[sandbox] cannot make ", pattern);
    path_ = pattern;
    // The program may run as another user.
    std::filesystem::permissions(path_, std::filesystem::perms::all);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const std::vector<std::string>& isolation() {
  static const std::vector<std::string> command = {"setpriv", "--no-new-privs", "unshare", "--user",
                                                   "--net",   "--pid",          "--mount", "--ipc",
                                                   "--fork",  "--kill-child"};
  return command;
}

bool can_isolate() {
  try {
    ProcessOptions options;
    options.command = isolation();
    options.command.push_back("true");
    Subprocess probe(options);
    for (int i = 0; i < 500 && !probe.ended(); ++i) {
      ::poll(nullptr, 0, 10);
    }
    const ProcessEnd end = probe.kill();
    return end.signal == 0 && end.exit_code == 0;
  } catch (const Error&) {
    return false;
  }
}

std::vector<ResourceLimit> limits_of(const SandboxOptions& options) {
  constexpr uint64_t kMebi = 1 << 20;
  const auto memory = static_cast<uint64_t>(options.memory_mb) * kMebi;
  return {{RLIMIT_AS, memory},
          {RLIMIT_CPU, static_cast<uint64_t>(options.timeout_s) + 1},
          {RLIMIT_FSIZE, static_cast<uint64_t>(options.file_mb) * kMebi},
          {RLIMIT_NOFILE, 64},
          {RLIMIT_NPROC, 64}};
}

// Appends what is there to read and keeps the end of it. false: nobody will write any more.
bool drain(int pipe, size_t wanted, std::string& output) {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = ::read(pipe, buffer.data(), buffer.size());
    if (got <= 0) {
      return got < 0;
    }
    output.append(buffer.data(), static_cast<size_t>(got));
    output.erase(0, output.size() - std::min(wanted, output.size()));
  }
}

// Reads until the program has ended or its time is over.
std::optional<ProcessEnd> wait_for(Subprocess& program, int pipe, const SandboxOptions& options,
                                   std::string& output) {
  constexpr int kLook = 5;  // milliseconds between looks at a program that writes nothing
  const auto end = Clock::now() + std::chrono::duration<double>(options.timeout_s);
  const auto wanted = static_cast<size_t>(options.output_bytes);
  bool open = true;
  while (Clock::now() < end) {
    const auto ended = program.ended();
    open = open && drain(pipe, wanted, output);
    if (ended) {
      return ended;
    }
    pollfd readable = {pipe, POLLIN, 0};
    ::poll(open ? &readable : nullptr, open ? 1 : 0, kLook);
  }
  return std::nullopt;
}

}  // namespace

bool has_namespaces() {
  static const bool has = can_isolate();
  return has;
}

SandboxResult run_sandboxed(const std::vector<std::string>& command,
                            const std::vector<SandboxFile>& files, const SandboxOptions& options) {
  const TemporaryFolder folder;
  for (const SandboxFile& file : files) {
    real_files().write_atomic((folder.path() / file.name).string(), file.text);
  }
  std::array<int, 2> ends{};
  KEDGE_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0, "[sandbox] no pipe");
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  ::fcntl(reader.get(), F_SETFL, O_NONBLOCK);

  ProcessOptions process;
  if (has_namespaces()) {
    process.command = isolation();
  }
  KEDGE_CHECK(!command.empty(), "[sandbox] no command");
  process.command.push_back(find_program(command[0], "command"));
  process.command.insert(process.command.end(), command.begin() + 1, command.end());
  process.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
                         "HOME=" + folder.path().string(), "TMPDIR=" + folder.path().string()};
  process.directory = folder.path().string();
  process.output = writer.get();
  process.limits = limits_of(options);
  Subprocess program(process);
  writer.close();

  SandboxResult result;
  const auto end = wait_for(program, reader.get(), options, result.output);
  program.kill();
  if (!end) {
    result.end = SandboxResult::End::timeout;
    result.how = "no end within " + short_number(options.timeout_s) + " s";
    return result;
  }
  result.end = end->signal == 0 ? SandboxResult::End::exited : SandboxResult::End::killed;
  result.exit_code = end->exit_code;
  result.how = describe(*end);
  return result;
}

}  // namespace kedge
