#include "core/subprocess.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "core/error.h"
#include "core/text.h"

extern char** environ;

namespace kedge {
namespace {

constexpr int kFirstPassed = 3;
constexpr int kAside = 200;  // where descriptors wait while their final numbers are still in use

// Everything the child needs between vfork and exec, made beforehand: it may not allocate.
struct ChildPlan {
  std::string program;
  std::vector<char*> argv;
  std::vector<char*> envp;
  const ProcessOptions* options = nullptr;
  int null = -1;
  sigset_t mask;
  std::vector<int> aside;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// ---- between vfork and exec: only async-signal-safe calls, no return ----

bool place_descriptors(ChildPlan& plan) {
  const ProcessOptions& options = *plan.options;
  const int in = options.input < 0 ? plan.null : options.input;
  const int out = options.output < 0 ? plan.null : options.output;
  const int in_aside = ::fcntl(in, F_DUPFD, kAside);
  const int out_aside = ::fcntl(out, F_DUPFD, kAside);
  for (size_t i = 0; i < plan.aside.size(); ++i) {
    plan.aside[i] = ::fcntl(options.descriptors[i], F_DUPFD, kAside);
    if (plan.aside[i] < 0) return false;
  }
  if (::dup2(in_aside, 0) < 0 || ::dup2(out_aside, 1) < 0 || ::dup2(out_aside, 2) < 0) return false;
  const int passed = static_cast<int>(plan.aside.size());
  for (int i = 0; i < passed; ++i) {
    if (::dup2(plan.aside[static_cast<size_t>(i)], kFirstPassed + i) < 0) return false;
  }
  return ::close_range(static_cast<unsigned>(kFirstPassed + passed), ~0u, 0) == 0;
}

bool apply_limits(const ProcessOptions& options) {
  const rlimit no_core = {0, 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return false;
  for (const ResourceLimit& limit : options.limits) {
    const rlimit value = {limit.value, limit.value};
    if (::setrlimit(static_cast<__rlimit_resource>(limit.resource), &value) != 0) return false;
  }
  return true;
}

void default_signals(const sigset_t& mask) {
  for (int number = 1; number < SIGRTMIN; ++number) {
    if (number != SIGKILL && number != SIGSTOP) ::signal(number, SIG_DFL);
  }
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
}

// Gives errno back when exec did not happen.
int become_child(ChildPlan& plan) {
  const ProcessOptions& options = *plan.options;
  if (::setpgid(0, 0) != 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || !place_descriptors(plan)) {
    return errno;
  }
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) return errno;
  default_signals(plan.mask);
  if (!apply_limits(options)) return errno;
  ::execve(plan.program.c_str(), plan.argv.data(), plan.envp.data());
  return errno;
}

// The child's pid, and in `failure` why it did not come to be what it should.
[[gnu::noinline]] pid_t vfork_child(ChildPlan& plan, volatile int& failure) {
  const pid_t pid = ::vfork();
  if (pid == 0) {
    failure = become_child(plan);
    ::_exit(127);
  }
  return pid;
}

// ---- the parent again ----

ProcessEnd end_of(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

ProcessEnd reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return end_of(status);
}

constexpr std::array<std::string_view, 9> kLauncherPrefixes = {
    "OMPI_", "PMIX_", "PMI_", "PRTE_", "SLURM_", "MPI_", "HYDRA_", "PBS_", "LSB_"};

bool from_launcher(std::string_view variable) {
  return std::any_of(kLauncherPrefixes.begin(), kLauncherPrefixes.end(),
                     [&](std::string_view prefix) { return variable.starts_with(prefix); });
}

std::string_view name_of_variable(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

}  // namespace

std::string describe(const ProcessEnd& end) {
  if (end.signal == 0) return "exit code " + std::to_string(end.exit_code);
  return "signal " + std::to_string(end.signal) + " (" + ::strsignal(end.signal) + ")";
}

Subprocess::Subprocess(const ProcessOptions& options) {
  KEDGE_CHECK(!options.command.empty(), "[subprocess] no command");
  ChildPlan plan;
  plan.program = find_program(options.command[0], "program");
  plan.argv = pointers(options.command);
  plan.envp = pointers(options.environment);
  plan.options = &options;
  plan.aside.resize(options.descriptors.size());
  const Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  plan.null = null.get();
  // No handler of ours may run in the child while it shares our memory.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &plan.mask);
  volatile int failure = 0;
  pid_ = vfork_child(plan, failure);
  const int refused = errno;
  ::pthread_sigmask(SIG_SETMASK, &plan.mask, nullptr);
  if (pid_ < 0) {
    throw Error(detail::concat("[subprocess] ", plan.program, ": ", std::strerror(refused)));
  }
  if (failure != 0) {
    reap(pid_);
    throw ConfigError(plan.program, std::string("cannot be started: ") + std::strerror(failure));
  }
}

std::optional<ProcessEnd> Subprocess::ended() {
  if (end_) return end_;
  siginfo_t info{};
  // Left unreaped, so that kill() can still reach the group by its number.
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
      info.si_pid == pid_) {
    kill();
  }
  return end_;
}

ProcessEnd Subprocess::kill() {
  if (!end_) {
    ::kill(-pid_, SIGKILL);
    end_ = reap(pid_);
  }
  return *end_;
}

std::string find_program(const std::string& program, const std::string& place) {
  const auto runs = [](const std::string& path) { return ::access(path.c_str(), X_OK) == 0; };
  if (program.find('/') != std::string::npos) {
    if (runs(program)) return program;
    throw ConfigError(place, "'" + program + "' cannot be executed: " + std::strerror(errno));
  }
  const char* path = std::getenv("PATH");
  for (const std::string& directory : split(path ? path : "/usr/bin:/bin", ':')) {
    const std::string candidate = directory + "/" + program;
    if (runs(candidate)) return candidate;
  }
  throw ConfigError(place, "no program '" + program + "' in PATH");
}

std::vector<std::string> child_environment(const std::vector<std::string>& added) {
  std::vector<std::string> out = added;
  for (char** variable = environ; variable && *variable; ++variable) {
    const auto same_name = [&](const std::string& other) {
      return name_of_variable(other) == name_of_variable(*variable);
    };
    if (!from_launcher(*variable) && std::none_of(added.begin(), added.end(), same_name)) {
      out.emplace_back(*variable);
    }
  }
  return out;
}

}  // namespace kedge
