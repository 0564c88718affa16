// What it costs to enter the kernel and come back: getppid, which does next to nothing there and which the C
// library neither caches nor answers in user space. Not measured: any work that a real call does, and the
// caches it evicts.

#include <sys/syscall.h>
#include <unistd.h>

#include "benchmarks/floor/floors.h"

namespace contend::benchmarks {

void register_syscall(std::span<const int>, FloorCases& cases) {
  cases.push_back({.name = "floor/syscall/call:getppid", .run = [](benchmark::State& state) {
                     for (auto _ : state) benchmark::DoNotOptimize(syscall(SYS_getppid));
                   }});
}

}  // namespace contend::benchmarks
