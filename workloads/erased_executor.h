#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "primitives/concepts.h"

namespace contend::workloads {

/// An executor whose type is forgotten: one virtual call per batch, none per item.
class ErasedExecutor {
 public:
  virtual ~ErasedExecutor() = default;
  virtual void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) = 0;
};

/// Builds an executor for a function and a number of workers.
using ExecutorFactory = std::function<std::unique_ptr<ErasedExecutor>(ItemFunction, unsigned workers)>;

/// The ExecutorFactory of a type: `ExecutorFactory make = make_executor<ThreadPoolExecutor>;`
template <Executor E>
std::unique_ptr<ErasedExecutor> make_executor(ItemFunction item, unsigned workers) {
  class Erased final : public ErasedExecutor {
   public:
    Erased(ItemFunction function, unsigned count) : executor_(std::move(function), count) {}
    void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) override {
      executor_.run(ids, results);
    }

   private:
    E executor_;
  };
  return std::make_unique<Erased>(std::move(item), workers);
}

}  // namespace contend::workloads
