#include "primitives/internal/item_processes.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "primitives/internal/batch_arguments.h"
#include "primitives/internal/cache_line.h"
#include "primitives/internal/item_board.h"
#include "primitives/internal/item_slots.h"
#include "primitives/internal/shared_memory.h"
#include "primitives/internal/thread_name.h"
#include "primitives/internal/worker_supervisor.h"
#include "primitives/pool_error.h"

namespace contend::internal {
namespace {

using Board = ItemBoard<>;
using Slots = ItemSlots<>;
using Phase = Slots::Phase;
using Position = Slots::Position;

std::uint64_t pack(ExitStatus how) {
  return (std::uint64_t{static_cast<std::uint32_t>(how.signal)} << 32) | static_cast<std::uint32_t>(how.code);
}

ExitStatus unpack_status(std::uint64_t value) {
  return {.signal = static_cast<int>(value >> 32), .code = static_cast<int>(value & 0xffff'ffff)};
}

/// A room in shared memory for the result of each item that is given out. Pages cost memory once they are written.
class Rooms {
 public:
  Rooms(std::size_t count, std::size_t bytes) : bytes_(bytes), mask_(count - 1), memory_(count * stride()) {}

  std::span<std::byte> of(Position position) {
    return bytes_ == 0 ? std::span<std::byte>() : std::span(&memory_[(position & mask_) * stride()], bytes_);
  }

 private:
  /// No two workers write to one cache line, and every room is aligned for any type.
  std::size_t stride() const { return (bytes_ + cache_line_size - 1) / cache_line_size * cache_line_size; }

  const std::size_t bytes_;
  const std::size_t mask_;
  SharedArray<std::byte> memory_;
};

/// How many items may be given out at once: thousands, unless their rooms would take more than 64 MiB, but always two
/// for each worker. A power of two.
std::size_t items_in_flight(unsigned workers, std::size_t room) {
  constexpr std::size_t memory = std::size_t{64} << 20;
  const std::size_t fewest = std::bit_ceil(2 * std::size_t{workers});
  const std::size_t most = std::max<std::size_t>(4096, fewest);
  return room == 0 ? most : std::clamp(std::bit_floor(memory / room), fewest, most);
}

std::size_t checked_room(std::size_t room) {
  if (room <= std::size_t{1} << 30) return room;
  throw std::invalid_argument(
      "results of " + std::to_string(room) +
      " bytes; the most is 1 GiB: let the items write to files, and return their names");
}

/// Which item is at which position, which items are still to be published, and how those fared that are
/// finished.
class Batch {
 public:
  Batch(std::span<const std::uint64_t> ids, const ItemProcesses::Collect& collect,
        const ProcessPoolOptions& options)
      : ids_(ids), collect_(collect), options_(options) {}

  bool has_unpublished() const { return next_ < ids_.size() || !retries_.empty(); }

  /// The index of the next item to publish; those to be retried come first.
  std::size_t take_unpublished() {
    if (retries_.empty()) return next_++;
    const std::size_t index = retries_.front();
    retries_.pop_front();
    return index;
  }

  std::uint64_t id(std::size_t index) const { return ids_[index]; }

  void collect(std::size_t index, const Slots& slots, Position position, std::span<const std::byte> room) {
    switch (slots.phase(position)) {
      case Phase::done:
        collect_(index, slots.value(position), room);
        break;
      case Phase::failed:
        fail(index, RemoteError(ids_[index], slots.text(position)));
        break;
      default:
        collect_lost(index, unpack_status(slots.value(position)));
        break;
    }
  }

  std::vector<ItemFailure> failures() && {
    std::ranges::sort(failures_, {}, &ItemFailure::index);
    return std::move(failures_);
  }

 private:
  template <class Error>
  void fail(std::size_t index, const Error& error) {
    failures_.push_back({index, std::make_exception_ptr(error)});
  }

  void collect_lost(std::size_t index, ExitStatus how) {
    const unsigned deaths = ++deaths_[index];
    if (options_.on_death == OnDeath::retry && deaths < options_.max_deaths_per_item) {
      retries_.push_back(index);
      return;
    }
    const std::string item = "item " + std::to_string(ids_[index]);
    const std::string what =
        options_.on_death == OnDeath::retry
            ? item + ": " + std::to_string(deaths) +
                  " worker processes died while they computed it; the last one " + how.text() +
                  "; look for the crash in the item's function"
            : item + ": the worker process that computed it " + how.text() +
                  " before it had finished; the item may have been done in part, and was not tried again";
    fail(index, BrokenWorker(what, ids_[index], how.signal, how.code));
  }

  const std::span<const std::uint64_t> ids_;
  const ItemProcesses::Collect& collect_;
  const ProcessPoolOptions& options_;
  std::size_t next_ = 0;
  std::deque<std::size_t> retries_;
  std::unordered_map<std::size_t, unsigned> deaths_;
  std::vector<ItemFailure> failures_;
};

}  // namespace

class ItemProcesses::Impl {
 public:
  Impl(Compute compute, unsigned workers, std::size_t room, ProcessPoolOptions options)
      : compute_(std::move(compute)),
        options_(std::move(options)),
        board_(workers, items_in_flight(workers, room)),
        rooms_(slots_.capacity(), room),
        index_at_(slots_.capacity()),
        supervisor_(workers,
                    {.work = [this](unsigned worker) { work(worker); },
                     .died = [this](unsigned worker,
                                    ExitStatus how) { return board_.worker_died(worker, pack(how)); },
                     .gave_up = [this] { board_.interrupt(); }}) {}

  std::vector<ItemFailure> try_run(std::span<const std::uint64_t> ids, const Collect& collect_one) {
    const std::scoped_lock guard(run_mutex_);
    discard_outstanding();
    Batch batch(ids, collect_one, options_);
    while (batch.has_unpublished() || collected_ < published_) {
      publish(batch);
      if (!collect(batch)) wait(batch.has_unpublished());
    }
    return std::move(batch).failures();
  }

  const WorkerSupervisor& supervisor() const { return supervisor_; }

 private:
  /// The whole life of a worker process.
  void work(unsigned worker) noexcept {
    name_this_thread(options_.name, worker);
    // The kernel kills it with its parent, unless an item's function has undone that.
    const auto has_parent = [this] { return getppid() == parent_; };
    constexpr auto between_looks_at_the_parent = std::chrono::seconds(1);
    board_.start(worker);
    while (const auto position = board_.next_item(worker, between_looks_at_the_parent, has_parent)) {
      compute(*position);
    }
  }

  void compute(Position position) noexcept {
    try {
      slots_.finish(position, compute_(slots_.id(position), rooms_.of(position)));
    } catch (const std::exception& error) {
      slots_.fail(position, error.what());
    } catch (...) {
      slots_.fail(position, "an exception that is not a std::exception");
    }
  }

  /// What a batch left behind that ended in an exception.
  void discard_outstanding() {
    for (; collected_ < published_; ++collected_) {
      while (!slots_.is_final(collected_)) wait(false);
    }
  }

  /// As many as there is room for. Workers are woken after each stretch, so that they start on the first one.
  void publish(Batch& batch) {
    constexpr Position stretch = 64;
    while (batch.has_unpublished() && has_room()) {
      const Position first = published_;
      while (batch.has_unpublished() && has_room() && published_ - first < stretch) {
        const std::size_t index = batch.take_unpublished();
        index_at_[published_ % slots_.capacity()] = index;
        slots_.publish(published_, batch.id(index));
        ++published_;
      }
      board_.wake_for(published_ - first);
    }
  }

  bool has_room() const { return published_ - collected_ < slots_.capacity(); }

  /// What is final at the front. Returns whether there was any.
  bool collect(Batch& batch) {
    const Position before = collected_;
    while (collected_ < published_ && slots_.is_final(collected_)) {
      const Position position = collected_++;
      batch.collect(index_at_[position % slots_.capacity()], slots_, position, rooms_.of(position));
    }
    return collected_ != before;
  }

  /// Until half of the slots can be filled again or, at the end, until all are final: one wake-up where a
  /// wait for each item would be thousands.
  void wait(bool more_to_publish) {
    const Position target = more_to_publish ? collected_ + (published_ - collected_) / 2 : published_ - 1;
    const auto give_up = [this] { return supervisor_.has_given_up(); };
    if (board_.wait_for(slots_.is_final(target) ? collected_ : target, give_up)) return;
    throw BrokenPool(
        "ProcessPool '" + options_.name +
        "' is broken: its workers died, and new ones died before they had started or could not be "
        "forked; look at the limits on processes and memory, and build another pool");
  }

  const pid_t parent_ = getpid();
  const Compute compute_;
  const ProcessPoolOptions options_;
  Board board_;
  Slots& slots_ = board_.slots();
  Rooms rooms_;

  std::mutex run_mutex_;
  // Guarded by run_mutex_. Positions in [collected_, published_) are with the workers.
  Position published_ = 0;
  Position collected_ = 0;
  std::vector<std::size_t> index_at_;

  WorkerSupervisor supervisor_;  // last: its thread and its workers use all of the above
};

ItemProcesses::ItemProcesses(Compute compute, unsigned workers, std::size_t room,
                             ProcessPoolOptions options) {
  if (options.max_deaths_per_item == 0) {
    throw std::invalid_argument(
        "max_deaths_per_item is 0; give 1 or more: a death has happened when it counts");
  }
  impl_ = std::make_unique<Impl>(std::move(compute), checked_workers(workers), checked_room(room),
                                 std::move(options));
}

ItemProcesses::~ItemProcesses() = default;

std::vector<ItemFailure> ItemProcesses::try_run(std::span<const std::uint64_t> ids, const Collect& collect) {
  return impl_->try_run(ids, collect);
}

std::vector<pid_t> ItemProcesses::worker_pids() const { return impl_->supervisor().pids(); }

std::uint64_t ItemProcesses::deaths() const { return impl_->supervisor().deaths(); }

}  // namespace contend::internal
