#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/version.hpp>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/run_posts.h"

namespace contend::benchmarks {
namespace {

class AsioPool {
 public:
  using Service = AsioPool;

  AsioPool(ItemFunction function, unsigned workers) : function_(std::move(function)), pool_(workers) {}

  void run(std::span<const std::uint64_t> ids, std::span<std::uint64_t> results) {
    run_posts(ids, results, function_, [this](auto call) { asio::post(pool_, std::move(call)); });
  }

  ~AsioPool() { pool_.join(); }
  void submit(std::uint64_t id) {
    asio::post(pool_, [this, id] { function_(id); });
  }

 private:
  const ItemFunction function_;
  asio::thread_pool pool_;
};

std::string version() {
  return std::to_string(ASIO_VERSION / 100000) + "." + std::to_string(ASIO_VERSION / 100 % 1000) + "." +
         std::to_string(ASIO_VERSION % 100);
}

const SubjectFile file(SubjectFile::Kind::peer, "Asio", version(), [](Registry& registry) {
  registry.executor<AsioPool>(
      {.name = "asio::thread_pool", .note = "a post for every item", .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
