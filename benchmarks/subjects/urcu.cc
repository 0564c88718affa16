#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

// Its functions are small, and meant to be inlined by programs whose licence agrees with the LGPL.
#define _LGPL_SOURCE
#include <urcu/wfcqueue.h>

#include "benchmarks/registry.h"
#include "primitives/internal/cache_line.h"

namespace contend::benchmarks {
namespace {

/// Its queue has no bound and links nodes of the caller's. So a fixed number of them goes around between two of its
/// queues: those that carry a message, and those that are free.
class WaitFreeEnqueue {
 public:
  using value_type = std::uint64_t;

  explicit WaitFreeEnqueue(std::size_t capacity) : nodes_(std::make_unique<Node[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i) free_.push(nodes_[i]);
  }

  bool try_push(std::uint64_t value) {
    Node* const node = free_.pop();
    if (node == nullptr) return false;
    node->value = value;
    full_.push(*node);
    return true;
  }
  std::optional<std::uint64_t> try_pop() {
    Node* const node = full_.pop();
    if (node == nullptr) return std::nullopt;
    const std::uint64_t value = node->value;
    free_.push(*node);
    return value;
  }

 private:
  struct Node : cds_wfcq_node {
    std::uint64_t value;
  };

  class Chain {
   public:
    Chain() { cds_wfcq_init(&head_, &tail_); }
    Chain(const Chain&) = delete;
    Chain& operator=(const Chain&) = delete;
    ~Chain() { cds_wfcq_destroy(&head_, &tail_); }

    void push(Node& node) {
      cds_wfcq_node_init(&node);
      cds_wfcq_enqueue(cds_wfcq_head_cast(&head_), &tail_, &node);
    }
    Node* pop() { return static_cast<Node*>(cds_wfcq_dequeue_blocking(&head_, &tail_)); }

   private:
    alignas(2 * internal::cache_line_size) cds_wfcq_head head_;
    alignas(2 * internal::cache_line_size) cds_wfcq_tail tail_;
  };

  std::unique_ptr<Node[]> nodes_;
  Chain free_;
  Chain full_;
};

const SubjectFile file(SubjectFile::Kind::peer, "liburcu", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  registry.queue<WaitFreeEnqueue>({.name = "urcu::wfcqueue",
                                   .note = "two of them, one with the free nodes; a pop takes a mutex",
                                   .tier = workloads::Tier::full});
});

}  // namespace
}  // namespace contend::benchmarks
