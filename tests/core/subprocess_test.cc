#include "core/subprocess.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <array>
#include <chrono>
#include <memory>
#include <thread>

#include "core/error.h"
#include "core/text.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A shell script as a child, and what it prints.
class Shell {
 public:
  explicit Shell(const std::string& script, ProcessOptions options = {}) {
    std::array<int, 2> pipe;
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    out_ = Descriptor(pipe[0]);
    const Descriptor far(pipe[1]);
    options.command = {"sh", "-c", script};
    if (options.environment.empty()) options.environment = child_environment();
    options.output = far.get();
    process_ = std::make_unique<Subprocess>(options);
  }

  // Waits until everybody who could print is gone.
  std::string text() {
    std::string all;
    std::array<char, 4096> buffer;
    for (ssize_t got; (got = ::read(out_.get(), buffer.data(), buffer.size())) > 0;) {
      all.append(buffer.data(), static_cast<size_t>(got));
    }
    return all;
  }
  ProcessEnd end() {
    while (!process_->ended()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return *process_->ended();
  }
  Subprocess& process() { return *process_; }

 private:
  Descriptor out_;
  std::unique_ptr<Subprocess> process_;
};

TEST(Subprocess, RunsAndTellsHowItEnded) {
  Shell left("echo out; echo err >&2; exit 3");
  EXPECT_EQ(left.text(), "out\nerr\n");
  EXPECT_EQ(describe(left.end()), "exit code 3");
  Shell died("kill -SEGV $$");
  EXPECT_EQ(describe(died.end()), "signal 11 (Segmentation fault)");
}

TEST(Subprocess, KillReachesTheChildrenOfTheChild) {
  Shell shell("sleep 1000 & sleep 1000 & wait");
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_FALSE(shell.process().ended().has_value());
  EXPECT_EQ(shell.process().kill().signal, SIGKILL);
  // Comes to an end only when nobody holds the pipe any more.
  EXPECT_EQ(shell.text(), "");
}

TEST(Subprocess, TheGroupOfAChildThatLeftIsKilledToo) {
  Shell shell("sleep 1000 & exit 0");
  EXPECT_EQ(shell.end().exit_code, 0);
  EXPECT_EQ(shell.text(), "");
}

TEST(Subprocess, GetsTheDescriptorsItIsGivenAndNoOthers) {
  const Descriptor stray(::fcntl(::open("/dev/null", O_RDONLY), F_DUPFD, 50));  // not close-on-exec
  const Descriptor given(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  ProcessOptions options;
  options.descriptors = {given.get(), given.get()};
  Shell shell("for f in /proc/$$/fd/*; do echo ${f##*/}=$(readlink $f); done", options);
  const std::string text = shell.text();
  EXPECT_THAT(text, HasSubstr("3=/dev/zero"));
  EXPECT_THAT(text, HasSubstr("4=/dev/zero"));
  EXPECT_THAT(text, Not(HasSubstr("50=")));
}

TEST(Subprocess, LimitsDirectoryAndEnvironmentAreAsked) {
  ProcessOptions options;
  options.directory = "/";
  options.environment = {"ONLY=this"};
  options.limits = {{RLIMIT_NOFILE, 17}};
  Shell shell("ulimit -n; ulimit -c; pwd; echo $ONLY", options);
  EXPECT_EQ(shell.text(), "17\n0\n/\nthis\n");
}

TEST(Subprocess, WhatCannotBeStartedIsNamed) {
  ProcessOptions options;
  options.command = {"no_such_program_of_kedge"};
  EXPECT_THROW(Subprocess{options}, ConfigError);
  options.command = {"sh", "-c", "true"};
  options.directory = "/no/such/directory";
  try {
    Subprocess process(options);
    ADD_FAILURE() << "started";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("No such file or directory"));
  }
}

TEST(Subprocess, TheEnvironmentOfALauncherIsNotHandedOn) {
  ::setenv("OMPI_COMM_WORLD_RANK", "3", 1);
  ::setenv("SLURM_PROCID", "3", 1);
  ::setenv("KEDGE_TEST_KEPT", "old", 1);
  const std::string all = joined(child_environment({"KEDGE_TEST_KEPT=new"}), "\n");
  ::unsetenv("OMPI_COMM_WORLD_RANK");
  ::unsetenv("SLURM_PROCID");
  ::unsetenv("KEDGE_TEST_KEPT");
  EXPECT_THAT(all, Not(HasSubstr("OMPI_")));
  EXPECT_THAT(all, Not(HasSubstr("SLURM_")));
  EXPECT_THAT(all, HasSubstr("KEDGE_TEST_KEPT=new"));
  EXPECT_THAT(all, Not(HasSubstr("KEDGE_TEST_KEPT=old")));
  EXPECT_THAT(all, HasSubstr("PATH="));
}

}  // namespace
}  // namespace kedge
