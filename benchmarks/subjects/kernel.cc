#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "benchmarks/registry.h"
#include "workloads/io/file_descriptor.h"

// What the kernel offers between processes.
namespace contend::benchmarks {
namespace {

using workloads::checked;
using workloads::FileDescriptor;

/// False: it would have had to wait.
bool succeeded(ssize_t result, const char* doing) {
  if (result >= 0) return true;
  if (errno == EAGAIN || errno == ETIMEDOUT) return false;
  throw std::system_error(errno, std::system_category(), doing);
}

template <class T>
class Pipe {
  static_assert(sizeof(T) <= PIPE_BUF, "or a message could be written in two parts");

 public:
  using value_type = T;

  explicit Pipe(std::size_t capacity) {
    int ends[2];
    checked(pipe2(ends, O_CLOEXEC), "pipe");
    in_ = FileDescriptor(ends[1]);
    out_ = FileDescriptor(ends[0]);
    // Where the limit of an unprivileged user refuses it, the size stays what it is.
    fcntl(in_.get(), F_SETPIPE_SZ, static_cast<int>(capacity * sizeof(T)));
    try_in_ = opened_again(in_, O_WRONLY);
    try_out_ = opened_again(out_, O_RDONLY);
  }

  bool try_push(T&& value) { return write_to(try_in_, value); }
  bool push(T&& value) { return write_to(in_, value); }
  std::optional<T> try_pop() { return read_from(try_out_); }
  std::optional<T> pop() { return read_from(out_); }

 private:
  /// The same end with a flag of its own, so that both kinds of waiting are one system call.
  static FileDescriptor opened_again(const FileDescriptor& end, int mode) {
    const std::string path = "/proc/self/fd/" + std::to_string(end.get());
    return FileDescriptor(checked(open(path.c_str(), mode | O_NONBLOCK | O_CLOEXEC), "open " + path));
  }

  static bool write_to(const FileDescriptor& end, const T& value) {
    return succeeded(write(end.get(), &value, sizeof value), "write to a pipe");
  }
  static std::optional<T> read_from(const FileDescriptor& end) {
    std::optional<T> value(std::in_place);
    if (!succeeded(read(end.get(), &*value, sizeof *value), "read from a pipe")) value.reset();
    return value;
  }

  FileDescriptor in_;
  FileDescriptor out_;
  FileDescriptor try_in_;
  FileDescriptor try_out_;
};

template <class T>
class MessageQueue {
 public:
  using value_type = T;

  explicit MessageQueue(std::size_t capacity) : queue_(open_new(capacity)) {}

  bool try_push(T&& value) {
    return succeeded(mq_timedsend(queue_.get(), bytes(value), sizeof value, 0, &long_ago), "mq_timedsend");
  }
  bool push(T&& value) { return succeeded(mq_send(queue_.get(), bytes(value), sizeof value, 0), "mq_send"); }
  std::optional<T> try_pop() {
    std::optional<T> value(std::in_place);
    const ssize_t got = mq_timedreceive(queue_.get(), bytes(*value), sizeof *value, nullptr, &long_ago);
    if (!succeeded(got, "mq_timedreceive")) value.reset();
    return value;
  }
  std::optional<T> pop() {
    std::optional<T> value(std::in_place);
    succeeded(mq_receive(queue_.get(), bytes(*value), sizeof *value, nullptr), "mq_receive");
    return value;
  }

 private:
  static constexpr timespec long_ago{};

  static char* bytes(T& value) { return reinterpret_cast<char*>(&value); }

  /// Of that capacity, or of as much as a user without privileges may have. The name is gone at once.
  static FileDescriptor open_new(std::size_t capacity) {
    constexpr std::size_t usual_limit = 10;  // /proc/sys/fs/mqueue/msg_max
    static std::atomic<unsigned> count{0};
    const std::string name = "/contend-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    int queue = -1;
    for (const std::size_t messages : {capacity, std::min(capacity, usual_limit)}) {
      mq_attr attributes{};
      attributes.mq_maxmsg = static_cast<long>(messages);
      attributes.mq_msgsize = sizeof(T);
      queue = mq_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
      if (queue >= 0) break;
    }
    checked(queue, "mq_open " + name);
    mq_unlink(name.c_str());
    return FileDescriptor(queue);
  }

  FileDescriptor queue_;
};

/// Some containers have no message queues.
bool has_message_queues() {
  try {
    MessageQueue<std::uint64_t> queue(1);
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

const SubjectFile file(SubjectFile::Kind::peer, "Linux", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.queue<Pipe, Pipe>(
      {.name = "pipe",
       .note = "a system call each; the capacity is in bytes, at least a page and at most pipe-max-size",
       .tier = workloads::Tier::full});
  if (!has_message_queues()) return;
  registry.queue<MessageQueue, MessageQueue>(
      {.name = "mq",
       .note = "POSIX message queue: a system call each; at most 10 messages for a user without privileges",
       .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
