#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <memory>
#include <string>
#include <system_error>

namespace contend::internal {

/// `size` value-initialised objects in anonymous memory that this process shares with those it forks later,
/// at the same address. No name, no descriptor; pages cost memory once they are touched. The elements are
/// destroyed with the array, so in the forked processes it must not be destroyed: they leave with _exit.
/// T must work between processes: no pointers into private memory, and only lock-free atomics.
template <class T>
class SharedArray {
 public:
  /// Throws std::system_error if the system gives no memory.
  explicit SharedArray(std::size_t size) : size_(size) {
    void* memory =
        mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      throw std::system_error(errno, std::system_category(),
                              "mmap of " + std::to_string(bytes()) + " bytes of shared memory");
    }
    elements_ = static_cast<T*>(memory);
    // The kernel gives zeroes: what needs no more than that is not touched.
    if constexpr (!std::is_trivially_default_constructible_v<T>) {
      std::uninitialized_value_construct_n(elements_, size);
    }
  }
  SharedArray(const SharedArray&) = delete;
  SharedArray& operator=(const SharedArray&) = delete;
  ~SharedArray() {
    std::destroy_n(elements_, size_);
    munmap(elements_, bytes());
  }

  std::size_t size() const { return size_; }
  T& operator[](std::size_t index) { return elements_[index]; }
  const T& operator[](std::size_t index) const { return elements_[index]; }
  T* begin() { return elements_; }
  T* end() { return elements_ + size_; }
  const T* begin() const { return elements_; }
  const T* end() const { return elements_ + size_; }

 private:
  std::size_t bytes() const { return size_ == 0 ? 1 : size_ * sizeof(T); }

  std::size_t size_;
  T* elements_;
};

}  // namespace contend::internal
