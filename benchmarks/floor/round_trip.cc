// What one byte there and back costs between two processes, each bound to a CPU: the caller sends and waits,
// the peer waits and sends back. Over a pipe (two of them), a Unix socket pair, loopback TCP without Nagle's
// delay, and shared memory: spinning only, and spinning shortly before a futex sleep. On one CPU a spinning
// side keeps the other from running: there the futex sleeps at once, and pure spinning has no row. Not
// measured: throughput, larger messages, more than one caller.

#include "benchmarks/floor/byte_channels.h"
#include "benchmarks/floor/floors.h"
#include "workloads/execution/child_process.h"
#include "workloads/execution/pin.h"

namespace contend::benchmarks {
namespace {

template <class Channel>
void echo(Channel& channel, int cpu) {
  workloads::pin_this_thread(cpu);
  auto end = channel.take_peer_end();
  while (end.receive() && end.send()) {
  }
}

template <class Channel>
void call_and_wait(benchmark::State& state, Channel channel, int caller_cpu, int peer_cpu) {
  const workloads::ChildProcess peer([&] { echo(channel, peer_cpu); });
  auto end = channel.take_caller_end();
  const workloads::ScopedPin here(caller_cpu);
  const auto round_trip = [&] { return end.send() && end.receive(); };
  if (!round_trip()) return state.SkipWithError("the peer process has ended; its message is above");
  for (auto _ : state) {
    if (!round_trip()) return state.SkipWithError("the peer process has ended");
  }
}

/// `make_channel()` makes the channel anew for every run.
template <class MakeChannel>
FloorCase trip_case(const std::string& over, const char* where, int caller_cpu, int peer_cpu,
                    MakeChannel make_channel) {
  return {.name = "floor/round_trip/over:" + over + "/cpu:" + where, .run = [=](benchmark::State& state) {
            call_and_wait(state, make_channel(), caller_cpu, peer_cpu);
          }};
}

void add_kernel_channels(const char* where, int caller_cpu, int peer_cpu, FloorCases& cases) {
  cases.push_back(trip_case("pipe", where, caller_cpu, peer_cpu, DescriptorChannel::pipes));
  cases.push_back(trip_case("socketpair", where, caller_cpu, peer_cpu, DescriptorChannel::socket_pair));
  cases.push_back(trip_case("tcp", where, caller_cpu, peer_cpu, DescriptorChannel::tcp));
}

}  // namespace

void register_round_trip(std::span<const int> cpus, FloorCases& cases) {
  const int here = cpus[0];
  add_kernel_channels("same", here, here, cases);
  cases.push_back(trip_case("shm_futex", "same", here, here, SharedChannel::sleeping));
  if (cpus.size() < 2) return;
  const int other = cpus[1];
  add_kernel_channels("other", here, other, cases);
  cases.push_back(trip_case("shm_futex", "other", here, other, SharedChannel::spinning_first));
  cases.push_back(trip_case("shm_spin", "other", here, other, SharedChannel::spinning));
}

}  // namespace contend::benchmarks
