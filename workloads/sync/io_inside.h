#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "primitives/concepts.h"
#include "primitives/internal/cache_line.h"
#include "workloads/experiment.h"
#include "workloads/io/file_descriptor.h"
#include "workloads/sync/lock_checks.h"

namespace contend::workloads {

/// A section that enters the kernel: it writes its number into a pipe and reads it back, or writes it into a file (which
/// the kernel caches). The length of such a section varies, and its end says nothing about the next one's.
template <class L>
class IoInside {
  static_assert(Lockable<std::remove_reference_t<Handle<L>>>);

 public:
  using Subject = L;

  static constexpr std::string_view name = "io_inside";
  static constexpr bool has_waits = true;

  static std::vector<Shape> shapes(std::span<const unsigned> worker_counts) {
    std::vector<Shape> result;
    for (const unsigned workers : worker_counts) {
      for (const char* to : {"pipe", "file"}) result.push_back({workers, {{"to", to}}, Tier::full});
    }
    return result;
  }

  explicit IoInside(const Setup& setup) : to_pipe_(setup.args.text("to") == "pipe") {
    if (to_pipe_) {
      std::array<int, 2> ends{};
      checked(pipe2(ends.data(), O_CLOEXEC), "making a pipe");
      read_end_ = FileDescriptor(ends[0]);
      write_end_ = FileDescriptor(ends[1]);
    } else {
      const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::tmpfile(), std::fclose);
      if (!file) throw std::system_error(errno, std::system_category(), "making a temporary file");
      write_end_ = FileDescriptor(checked(dup(fileno(file.get())), "keeping a temporary file"));
    }
  }

  template <class Probe>
  void run(Worker& worker, Probe probe) {
    Handle<L> lock(lock_);
    Tally tally(worker);
    do {
      probe.timed([&] { lock.lock(); });
      const std::uint64_t number = entered_;
      if (!(to_pipe_ ? through_pipe(number) : to_file(number))) ++failed_;
      entered_ = number + 1;
      lock.unlock();
    } while (tally.one());
  }

  bool counts(unsigned /*worker*/) const { return true; }

  void check(const RoundResult& result) const {
    check_entered(entered_, operations_of(result));
    if (failed_ != 0) {
      throw CheckFailed(std::to_string(failed_) +
                        " sections did not write, or read something else than they had written");
    }
    if (to_pipe_) return;
    for (std::uint64_t back = 1; back <= std::min<std::uint64_t>(entered_, records); ++back) {
      check_record(entered_ - back);
    }
  }

 private:
  static constexpr std::uint64_t records = 4096;  // the file's size; the oldest are written over

  static off_t offset_of(std::uint64_t number) {
    return static_cast<off_t>(number % records * sizeof(std::uint64_t));
  }

  bool through_pipe(std::uint64_t number) {
    std::uint64_t seen = 0;
    return write(write_end_.get(), &number, sizeof number) == sizeof number &&
           read(read_end_.get(), &seen, sizeof seen) == sizeof seen && seen == number;
  }

  bool to_file(std::uint64_t number) {
    return pwrite(write_end_.get(), &number, sizeof number, offset_of(number)) == sizeof number;
  }

  void check_record(std::uint64_t number) const {
    std::uint64_t seen = 0;
    const ssize_t size = pread(write_end_.get(), &seen, sizeof seen, offset_of(number));
    if (size != sizeof seen || seen != number)
      throw CheckFailed("record " + std::to_string(number) + " of the file holds " + std::to_string(seen));
  }

  alignas(2 * internal::cache_line_size) L lock_;
  alignas(2 * internal::cache_line_size) std::uint64_t entered_ = 0;
  std::uint64_t failed_ = 0;
  alignas(2 * internal::cache_line_size) const bool to_pipe_;
  FileDescriptor write_end_;
  FileDescriptor read_end_;
};

}  // namespace contend::workloads
