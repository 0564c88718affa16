#include "benchmarks/floor/byte_channels.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <new>
#include <utility>

#include "primitives/internal/platform.h"
#include "workloads/execution/shared_memory.h"
#include "workloads/io/loopback.h"

namespace contend::benchmarks {

using internal::SharedPlatform;
using workloads::checked;
using workloads::FileDescriptor;

DescriptorChannel DescriptorChannel::pipes() {
  int there[2];
  checked(pipe2(there, O_CLOEXEC), "making a pipe");
  DescriptorChannel channel;
  channel.peer_.in_ = FileDescriptor(there[0]);
  channel.caller_.out_ = FileDescriptor(there[1]);
  int back[2];
  checked(pipe2(back, O_CLOEXEC), "making a pipe");
  channel.caller_.in_ = FileDescriptor(back[0]);
  channel.peer_.out_ = FileDescriptor(back[1]);
  return channel;
}

DescriptorChannel DescriptorChannel::socket_pair() {
  int ends[2];
  checked(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "making a socket pair");
  return of_sockets(FileDescriptor(ends[0]), FileDescriptor(ends[1]));
}

DescriptorChannel DescriptorChannel::tcp() {
  const FileDescriptor listener = workloads::listen_on_loopback();
  FileDescriptor caller = workloads::connect_on_loopback(workloads::port_of(listener));
  return of_sockets(std::move(caller), workloads::accept_from(listener));
}

DescriptorChannel DescriptorChannel::of_sockets(FileDescriptor caller, FileDescriptor peer) {
  DescriptorChannel channel;
  channel.caller_.in_ = FileDescriptor(checked(dup(caller.get()), "duplicating a socket"));
  channel.caller_.out_ = std::move(caller);
  channel.peer_.in_ = FileDescriptor(checked(dup(peer.get()), "duplicating a socket"));
  channel.peer_.out_ = std::move(peer);
  return channel;
}

DescriptorChannel::End DescriptorChannel::take_caller_end() {
  peer_ = End();
  return std::move(caller_);
}

DescriptorChannel::End DescriptorChannel::take_peer_end() {
  caller_ = End();
  return std::move(peer_);
}

SharedChannel::SharedChannel(Waiting waiting) {
  const auto memory = std::make_shared<workloads::SharedMemory>(2 * sizeof(OneWay));
  auto* const ways = static_cast<OneWay*>(memory->data());
  caller_.out_ = peer_.in_ = {memory, new (&ways[0]) OneWay};
  caller_.in_ = peer_.out_ = {memory, new (&ways[1]) OneWay};
  caller_.waiting_ = peer_.waiting_ = waiting;
}

void SharedChannel::OneWay::post(Waiting waiting) {
  // Relaxed: only this side writes it.
  const std::uint32_t next = posted.load(std::memory_order_relaxed) + 1;
  if (waiting == Waiting::spinning) {
    // Release pairs with the acquire in await().
    posted.store(next, std::memory_order_release);
    return;
  }
  // Store, then look for a sleeper; the receiver tells that it sleeps, then the kernel looks at the store. In
  // the one order of both, at least one of them sees the other.
  posted.store(next);
  if (receiver_sleeps.load()) SharedPlatform::wake(posted, 1);
}

void SharedChannel::OneWay::await(std::uint32_t turn, Waiting waiting) {
  constexpr int looks_before_sleep = 20'000;
  const int looks = waiting == Waiting::spinning_first ? looks_before_sleep : 0;
  for (int look = 0; waiting == Waiting::spinning || look < looks; ++look) {
    // Acquire pairs with the release in post().
    if (posted.load(std::memory_order_acquire) == turn) return;
  }
  receiver_sleeps.store(true);
  while (posted.load() != turn) SharedPlatform::wait(posted, turn - 1);
  receiver_sleeps.store(false);
}

bool SharedChannel::End::send() {
  out_->post(waiting_);
  return true;
}

bool SharedChannel::End::receive() {
  in_->await(++received_, waiting_);
  return true;
}

}  // namespace contend::benchmarks
