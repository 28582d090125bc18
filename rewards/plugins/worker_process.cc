#include "rewards/plugins/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "core/log.h"
#include "core/text.h"

namespace kedge {
namespace {

// Of one batch: a plug-in that prints without end must not fill the log.
constexpr size_t kMaxPrinted = size_t{16} << 10;
constexpr size_t kMaxLines = 100;
constexpr std::chrono::milliseconds kLook(50);  // between looks whether the process is still there

[[noreturn]] void refused(const std::string& speaker, const char* what) {
  throw Error("[" + speaker + "] " + what + ": " + std::strerror(errno));
}

// A file in memory that is read from its beginning.
Descriptor memory_file(const std::string& speaker, const std::string& text) {
  Descriptor file(::memfd_create("kedge_worker", MFD_CLOEXEC));
  if (!file) refused(speaker, "memory file");
  for (size_t done = 0; done < text.size();) {
    const ssize_t wrote =
        ::pwrite(file.get(), text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (wrote < 0) refused(speaker, "memory file");
    done += static_cast<size_t>(wrote);
  }
  return file;
}

int milliseconds_until(Deadline deadline) {
  const auto left =
      std::min<Deadline::duration>(deadline - std::chrono::steady_clock::now(), kLook);
  // Rounded up: rounding down would turn the last millisecond into a busy loop.
  return std::max(0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
}

}  // namespace

WorkerProcess::WorkerProcess(const WorkerCommand& command) : speaker_(command.speaker) {
  std::array<int, 2> sockets;
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    refused(speaker_, "socket");
  }
  socket_ = Descriptor(sockets[0]);
  const Descriptor far_socket(sockets[1]);
  std::array<int, 2> pipe;
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) refused(speaker_, "pipe");
  output_ = Descriptor(pipe[0]);
  const Descriptor far_output(pipe[1]);
  ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  const Descriptor source = memory_file(speaker_, command.source);

  ProcessOptions options;
  options.command = command.command;
  // A fixed hash seed: the order of a set must not differ between two runs.
  options.environment = child_environment({"PYTHONHASHSEED=0"});
  options.output = far_output.get();
  options.descriptors = {far_socket.get(), source.get()};
  if (command.memory_bytes > 0) options.limits = {{RLIMIT_AS, command.memory_bytes}};
  process_ = std::make_unique<Subprocess>(options);
}

WorkerProcess::~WorkerProcess() {
  if (process_) process_->kill();
  log_output();
}

void WorkerProcess::send(std::string_view frame) {
  unsent_.erase(0, sent_);
  sent_ = 0;
  unsent_ += frame;
}

WorkerProcess::Event WorkerProcess::receive(std::string& message, Deadline deadline) {
  for (;;) {
    if (auto next = reader_.next()) {
      message = std::move(*next);
      return Event::message;
    }
    if (reader_.broken()) return Event::broken;
    if (const Event event = wait(deadline); event != Event::message) return event;
  }
}

// Event::message here means that something has moved.
WorkerProcess::Event WorkerProcess::wait(Deadline deadline) {
  if (closed_) return Event::ended;
  if (sent_ < unsent_.size() && !write_some()) return Event::ended;
  const short wanted = sent_ < unsent_.size() ? POLLIN | POLLOUT : POLLIN;
  std::array<pollfd, 2> polled = {{{socket_.get(), wanted, 0}, {output_.get(), POLLIN, 0}}};
  // A closed pipe would be ready for ever.
  const nfds_t count = output_ ? 2 : 1;
  const int ready = ::poll(polled.data(), count, milliseconds_until(deadline));
  if (ready > 0) {
    if (count == 2 && polled[1].revents != 0) drain_output();
    if (polled[0].revents & (POLLIN | POLLHUP | POLLERR)) closed_ = !read_some();
    return Event::message;
  }
  // A child of the worker may hold the socket open: its silence is not the worker's.
  if (process_->ended()) {
    closed_ = true;
    return Event::message;
  }
  return std::chrono::steady_clock::now() < deadline ? Event::message : Event::timeout;
}

// False when nobody reads any more.
bool WorkerProcess::write_some() {
  const ssize_t wrote = ::send(socket_.get(), unsent_.data() + sent_, unsent_.size() - sent_,
                               MSG_NOSIGNAL | MSG_DONTWAIT);
  if (wrote >= 0) {
    sent_ += static_cast<size_t>(wrote);
    return true;
  }
  return errno == EAGAIN || errno == EINTR;
}

// False at the end.
bool WorkerProcess::read_some() {
  std::array<char, 64 << 10> buffer;
  const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) {
    reader_.add({buffer.data(), static_cast<size_t>(got)});
    return true;
  }
  return got < 0 && (errno == EAGAIN || errno == EINTR);
}

void WorkerProcess::drain_output() {
  std::array<char, 4096> buffer;
  while (output_) {
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno != EINTR) return;
    if (got == 0) {
      output_.close();
      return;
    }
    if (got < 0) continue;
    const size_t size = static_cast<size_t>(got);
    const size_t kept = std::min(size, kMaxPrinted - std::min(kMaxPrinted, printed_.size()));
    printed_.append(buffer.data(), kept);
    printed_dropped_ += size - kept;
    // Back to the socket: an endless stream must not keep us here.
    if (kept == 0) return;
  }
}

void WorkerProcess::log_output() {
  drain_output();
  if (printed_.empty()) return;
  while (!printed_.empty() && printed_.back() == '\n') printed_.pop_back();
  const std::vector<std::string> lines = split(printed_, '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i < kMaxLines) {
      log_info("[", speaker_, "] ", repaired_utf8(lines[i]));
    } else {
      printed_dropped_ += lines[i].size() + 1;
    }
  }
  if (printed_dropped_ > 0) {
    log_warning("[", speaker_, "] printed ", human_bytes(printed_dropped_), " more, left out");
  }
  printed_.clear();
  printed_dropped_ = 0;
}

std::string WorkerProcess::end() {
  const ProcessEnd end = process_->kill();
  return (end.signal != 0 ? "it died of " : "it left with ") + describe(end);
}

}  // namespace kedge
