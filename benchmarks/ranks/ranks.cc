#include "benchmarks/ranks/ranks.h"

#include <mpi.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <utility>

#include "primitives/internal/batch_arguments.h"
#include "primitives/pool_error.h"

namespace contend::benchmarks {
namespace {

constexpr int rank_of_orders = 0;

std::size_t number_from(int (*ask)(MPI_Comm, int*)) {
  int number = 0;
  ask(MPI_COMM_WORLD, &number);
  return static_cast<std::size_t>(number);
}

}  // namespace

// MPI's own error handler ends all ranks, with a message, where a call fails: no result is looked at here.

Ranks::Ranks(std::vector<Work> works) : works_(std::move(works)) {
  MPI_Init(nullptr, nullptr);
  rank_ = number_from(MPI_Comm_rank);
  size_ = number_from(MPI_Comm_size);
}

Ranks::~Ranks() {
  if (rank_ == rank_of_orders) {
    Order order{.work = the_end, .amount = 0, .items = 0};
    share_order(order);
  }
  MPI_Finalize();
}

void Ranks::serve() {
  std::vector<std::uint64_t> ids;
  for (Order order{};;) {
    share_order(order);
    if (order.work == the_end) return;
    ids.resize(order.items);
    share_ids(ids);
    Failure failure;
    const std::vector<DoneItem> done = do_share(order, ids, failure);
    gather_failures(failure);
    gather(order, done);
  }
}

void Ranks::run(std::size_t work, std::uint64_t amount, std::span<const std::uint64_t> ids,
                std::span<std::uint64_t> results) {
  internal::check_batch(ids, results);
  Order order{.work = work, .amount = amount, .items = ids.size()};
  share_order(order);
  std::vector<std::uint64_t> shared(ids.begin(), ids.end());
  share_ids(shared);
  Failure own;
  const std::vector<DoneItem> done = do_share(order, ids, own);
  const std::vector<Failure> failures = gather_failures(own);
  const std::vector<DoneItem> all = gather(order, done);
  const Failure& first = *std::ranges::min_element(failures, {}, &Failure::index);
  if (first.index != Failure::none) throw RemoteError(first.id, first.text);
  put_in_place(all, results);
}

std::vector<DoneItem> Ranks::do_share(const Order& order, std::span<const std::uint64_t> ids,
                                      Failure& failure) const {
  const Dealt dealt{.ranks = size_, .items = ids.size()};
  std::vector<DoneItem> done(dealt.count_of(rank_));
  for (std::size_t nth = 0; nth < done.size(); ++nth) {
    const std::size_t index = dealt.index(rank_, nth);
    try {
      done[nth] = {.index = index, .result = works_[order.work](ids[index], order.amount)};
    } catch (const std::exception& error) {
      failure.index = index;
      failure.id = ids[index];
      std::strncpy(failure.text, error.what(), sizeof failure.text - 1);
      break;
    }
  }
  return done;
}

void Ranks::share_order(Order& order) {
  MPI_Bcast(&order, sizeof order, MPI_BYTE, rank_of_orders, MPI_COMM_WORLD);
}

void Ranks::share_ids(std::span<std::uint64_t> ids) {
  MPI_Bcast(ids.data(), static_cast<int>(ids.size()), MPI_UINT64_T, rank_of_orders, MPI_COMM_WORLD);
}

std::vector<Ranks::Failure> Ranks::gather_failures(const Failure& own) {
  std::vector<Failure> all(rank_ == rank_of_orders ? size_ : 0);
  MPI_Gather(&own, sizeof own, MPI_BYTE, all.data(), sizeof own, MPI_BYTE, rank_of_orders, MPI_COMM_WORLD);
  return all;
}

std::vector<DoneItem> Ranks::gather(const Order& order, std::span<const DoneItem> own) {
  std::vector<DoneItem> all(rank_ == rank_of_orders ? order.items : 0);
  const Dealt dealt{.ranks = size_, .items = order.items};
  std::vector<int> bytes;
  std::vector<int> offsets;
  for (std::size_t rank = 0, before = 0; rank < size_; before += dealt.count_of(rank++)) {
    bytes.push_back(static_cast<int>(dealt.count_of(rank) * sizeof(DoneItem)));
    offsets.push_back(static_cast<int>(before * sizeof(DoneItem)));
  }
  MPI_Gatherv(own.data(), static_cast<int>(own.size_bytes()), MPI_BYTE, all.data(), bytes.data(),
              offsets.data(), MPI_BYTE, rank_of_orders, MPI_COMM_WORLD);
  return all;
}

}  // namespace contend::benchmarks
