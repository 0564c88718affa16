#include "primitives/internal/pool_worker.h"

#include <pthread.h>

#include <cstddef>
#include <system_error>
#include <thread>

namespace contend::internal {

const void* middle_of_stack() noexcept {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return nullptr;
  void* lowest = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return static_cast<std::byte*>(lowest) + size / 2;
}

void stand_in(const std::function<void()>& body) {
  std::thread thread;
  try {
    thread = std::thread([&body, worker = this_worker] {
      this_worker = worker;
      this_worker.middle_of_stack = middle_of_stack();
      body();
    });
  } catch (const std::system_error&) {
    return body();
  }
  thread.join();
}

}  // namespace contend::internal
