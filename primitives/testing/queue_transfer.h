#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "primitives/testing/order_checker.h"

// Producers push everything of an ItemPlan through a queue and consumers pop it, by each of the ways that a
// queue has.
namespace contend::testing {

struct ByTrying {
  template <class Queue>
  static void push_all(Queue& queue, const ItemPlan& plan, std::uint64_t producer) {
    for (std::uint64_t i = 0; i < plan.per_producer; ++i) {
      while (!queue.try_push(plan.item(producer, i))) std::this_thread::yield();
    }
  }

  template <class Queue>
  static void pop_all(Queue& queue, ConsumerLog& log) {
    for (;;) {
      if (const auto item = queue.try_pop()) {
        log.saw(*item);
      } else if (queue.is_drained()) {
        return;
      } else {
        std::this_thread::yield();
      }
    }
  }
};

struct ByWaiting {
  template <class Queue>
  static void push_all(Queue& queue, const ItemPlan& plan, std::uint64_t producer) {
    for (std::uint64_t i = 0; i < plan.per_producer; ++i) queue.push(plan.item(producer, i));
  }

  template <class Queue>
  static void pop_all(Queue& queue, ConsumerLog& log) {
    while (const auto item = queue.pop()) log.saw(*item);
  }
};

/// Batches of 1 to 7, so that they meet the end of the ring at every offset.
struct InBatches {
  static constexpr std::size_t longest = 7;

  template <class Queue>
  static void push_all(Queue& queue, const ItemPlan& plan, std::uint64_t producer) {
    std::array<std::uint64_t, longest> batch{};
    for (std::uint64_t sent = 0; sent < plan.per_producer;) {
      const std::size_t size = std::min<std::uint64_t>(1 + sent % longest, plan.per_producer - sent);
      for (std::size_t i = 0; i < size; ++i) batch[i] = plan.item(producer, sent + i);
      const std::size_t pushed = queue.try_push_n(std::span(batch).first(size));
      if (pushed == 0) std::this_thread::yield();
      sent += pushed;
    }
  }

  template <class Queue>
  static void pop_all(Queue& queue, ConsumerLog& log) {
    std::array<std::uint64_t, longest> batch{};
    for (;;) {
      const std::size_t popped = queue.try_pop_n(batch.begin(), batch.size());
      for (std::size_t i = 0; i < popped; ++i) log.saw(batch[i]);
      if (popped != 0) continue;
      if (queue.is_drained()) return;
      std::this_thread::yield();
    }
  }
};

/// Closes the queue behind the last item. Returns what went wrong, or nothing.
template <class Way, class Queue>
std::optional<std::string> find_fault_of_transfer(Queue& queue, const ItemPlan& plan, std::size_t consumers) {
  const std::size_t words = ConsumerLog::words_needed(plan);
  std::vector<std::uint64_t> memory(words * consumers);
  std::vector<ConsumerLog> logs;
  for (std::size_t i = 0; i < consumers; ++i)
    logs.emplace_back(plan, std::span(memory).subspan(i * words, words));

  std::vector<std::jthread> consuming;
  for (ConsumerLog& log : logs) consuming.emplace_back([&] { Way::pop_all(queue, log); });
  std::vector<std::jthread> producing;
  for (std::uint64_t i = 0; i < plan.producers; ++i) {
    producing.emplace_back([&, i] { Way::push_all(queue, plan, i); });
  }
  producing.clear();
  queue.close();
  consuming.clear();
  return find_fault(logs);
}

}  // namespace contend::testing
