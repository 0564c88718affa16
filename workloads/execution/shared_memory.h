#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <system_error>

namespace contend::workloads {

/// Zeroed memory that this process shares with the children it forks later, at the same address. Pages cost
/// nothing until they are touched.
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t bytes)
      : bytes_(bytes),
        address_(
            mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (address_ == MAP_FAILED) {
      throw std::system_error(errno, std::system_category(),
                              "cannot map " + std::to_string(bytes) + " bytes of shared memory");
    }
  }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() { munmap(address_, bytes_); }

  void* data() const noexcept { return address_; }
  std::size_t size() const noexcept { return bytes_; }

 private:
  std::size_t bytes_;
  void* address_;
};

/// Hands out pieces of one SharedMemory; takes none back before its own end.
class SharedArena {
 public:
  explicit SharedArena(std::size_t bytes)
      : memory_(bytes), resource_(memory_.data(), memory_.size(), std::pmr::null_memory_resource()) {}

  std::pmr::memory_resource* resource() noexcept { return &resource_; }

 private:
  SharedMemory memory_;
  std::pmr::monotonic_buffer_resource resource_;
};

}  // namespace contend::workloads
