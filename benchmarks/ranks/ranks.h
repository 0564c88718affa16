#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "benchmarks/ranks/dealt.h"

namespace contend::benchmarks {

/// The processes that mpirun started, on this machine or on several, as one executor: rank 0 deals a batch out, every rank
/// (it, too) does its share, and rank 0 gathers the results. MPI lives as long as the object; one per process.
///
/// All machines must have the same byte order. A rank that dies takes all of them with it, as MPI has it: mpirun ends
/// with an error.
class Ranks {
 public:
  /// An item: of its id, and of an amount that is the same for the whole batch. A function cannot be sent, so all ranks
  /// are built with the same ones, and told which by its place.
  using Work = std::function<std::uint64_t(std::uint64_t id, std::uint64_t amount)>;

  explicit Ranks(std::vector<Work> works);
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;
  /// On rank 0, ends the others' serve().
  ~Ranks();

  std::size_t rank() const { return rank_; }
  std::size_t size() const { return size_; }

  /// On every rank but 0: does what rank 0 says, until that ends.
  void serve();

  /// On rank 0. results[i] = works[work](ids[i], amount). If items threw, RemoteError of the first of them; the ranks
  /// remain usable. CheckFailed if an item does not come back exactly once.
  void run(std::size_t work, std::uint64_t amount, std::span<const std::uint64_t> ids,
           std::span<std::uint64_t> results);

 private:
  struct Order {
    std::uint64_t work;  // none: the end
    std::uint64_t amount;
    std::uint64_t items;
  };
  /// What every rank tells beside its results.
  struct Failure {
    static constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

    std::uint64_t index = none;
    std::uint64_t id = 0;
    char text[256] = {};
  };
  static constexpr std::uint64_t the_end = std::numeric_limits<std::uint64_t>::max();

  void share_order(Order& order);
  void share_ids(std::span<std::uint64_t> ids);
  std::vector<DoneItem> do_share(const Order& order, std::span<const std::uint64_t> ids,
                                 Failure& failure) const;
  std::vector<Failure> gather_failures(const Failure& own);
  std::vector<DoneItem> gather(const Order& order, std::span<const DoneItem> own);

  const std::vector<Work> works_;
  std::size_t rank_ = 0;
  std::size_t size_ = 1;
};

}  // namespace contend::benchmarks
