#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "primitives/internal/cache_line.h"
#include "workloads/io/file_descriptor.h"

// Two-way channels for one byte at a time between a process and the one it forks next. Each process takes its
// end, which drops its copy of the other one. The ends' send() and receive() return false once the other side
// has gone.
namespace contend::benchmarks {

/// Over a pair of descriptors, blocking in the kernel.
class DescriptorChannel {
 public:
  class End {
   public:
    bool send() { return write(out_.get(), &byte_, 1) == 1; }
    bool receive() { return read(in_.get(), &byte_, 1) == 1; }

   private:
    friend class DescriptorChannel;
    workloads::FileDescriptor in_;
    workloads::FileDescriptor out_;
    char byte_ = 'x';
  };

  static DescriptorChannel pipes();
  static DescriptorChannel socket_pair();
  static DescriptorChannel tcp();

  End take_caller_end();
  End take_peer_end();

 private:
  static DescriptorChannel of_sockets(workloads::FileDescriptor caller, workloads::FileDescriptor peer);

  End caller_;
  End peer_;
};

/// Over two words of shared memory, one for each direction. A side that waits for ever because the other has
/// gone is left to the kernel, which kills a peer with its caller, and to the caller's own time limit.
class SharedChannel {
 public:
  enum class Waiting { spinning, spinning_first, sleeping };

  struct alignas(2 * internal::cache_line_size) OneWay {
    void post(Waiting waiting);
    void await(std::uint32_t turn, Waiting waiting);

    std::atomic<std::uint32_t> posted{0};
    std::atomic<bool> receiver_sleeps{false};
  };

  class End {
   public:
    bool send();
    bool receive();

   private:
    friend class SharedChannel;
    std::shared_ptr<OneWay> out_;
    std::shared_ptr<OneWay> in_;
    std::uint32_t received_ = 0;
    Waiting waiting_ = Waiting::spinning;
  };

  static SharedChannel spinning() { return SharedChannel(Waiting::spinning); }
  static SharedChannel spinning_first() { return SharedChannel(Waiting::spinning_first); }
  static SharedChannel sleeping() { return SharedChannel(Waiting::sleeping); }

  End take_caller_end() { return caller_; }
  End take_peer_end() { return peer_; }

 private:
  explicit SharedChannel(Waiting waiting);

  End caller_;
  End peer_;
};

}  // namespace contend::benchmarks
