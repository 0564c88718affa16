#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "primitives/async_item.h"
#include "primitives/concepts.h"
#include "workloads/item_set.h"

namespace contend::workloads {

/// An executor whose type is forgotten: one virtual call per batch, none per item.
class ErasedExecutor {
 public:
  virtual ~ErasedExecutor() = default;
  virtual void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) = 0;
};

/// Builds an executor for items and a number of workers.
using ExecutorFactory = std::function<std::unique_ptr<ErasedExecutor>(const ItemSet&, unsigned workers)>;

/// What an executor of that type is built with.
template <class E>
const auto& items_for(const ItemSet& items) {
  if constexpr (std::constructible_from<E, AsyncItemFactory, unsigned>) {
    return items.async_items;
  } else {
    return items.item;
  }
}

/// The ExecutorFactory of a type: `ExecutorFactory make = make_executor<ThreadPoolExecutor>;`
template <class E>
requires(Executor<E> || AsyncExecutor<E>) std::unique_ptr<ErasedExecutor> make_executor(const ItemSet& items,
                                                                                        unsigned workers) {
  class Erased final : public ErasedExecutor {
   public:
    Erased(const ItemSet& set, unsigned count) : executor_(items_for<E>(set), count) {}
    void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) override {
      executor_.run(ids, results);
    }

   private:
    E executor_;
  };
  return std::make_unique<Erased>(items, workers);
}

}  // namespace contend::workloads
