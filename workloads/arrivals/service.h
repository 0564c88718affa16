#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "workloads/erased_executor.h"
#include "workloads/item_set.h"

namespace contend::workloads {

/// Takes items one at a time, whenever they come: submit() has one started soon, and waits neither for it nor for room.
/// Built like an executor. The item tells by itself that it is done; the destructor waits for all that were submitted.
template <class S>
concept ItemService = requires(S& service, std::uint64_t id) {
  service.submit(id);
};

/// A service whose type is forgotten: one virtual call per item, the same for all.
class ErasedService {
 public:
  virtual ~ErasedService() = default;
  virtual void submit(std::uint64_t id) = 0;
};

using ServiceFactory = std::function<std::unique_ptr<ErasedService>(const ItemSet&, unsigned workers)>;

/// The ServiceFactory of a type.
template <ItemService S>
std::unique_ptr<ErasedService> make_service(const ItemSet& items, unsigned workers) {
  class Erased final : public ErasedService {
   public:
    Erased(const ItemSet& set, unsigned count) : service_(items_for<S>(set), count) {}
    void submit(std::uint64_t id) override { service_.submit(id); }

   private:
    S service_;
  };
  return std::make_unique<Erased>(items, workers);
}

}  // namespace contend::workloads
