#pragma once

#include <mutex>

#include "workloads/patterns/pattern.h"

namespace contend::workloads {

/// Money goes back and forth between two accounts whose locks are always taken in the same order.
template <class Kit>
struct Account {
  int number;
  int balance = 1'000;
  int transfers = 0;
  typename Kit::Lock lock{};
};

template <class Kit>
void transfer(Account<Kit>& source, Account<Kit>& target, int amount) {
  const bool in_order = source.number < target.number;
  const std::scoped_lock first((in_order ? source : target).lock);
  const std::scoped_lock second((in_order ? target : source).lock);
  source.balance -= amount;
  target.balance += amount;
  ++source.transfers;
}

template <class Kit>
void ordered_accounts() {
  constexpr int transfers = 500;
  Account<Kit> a{1};
  Account<Kit> b{2};
  run_threads<Kit>({[&] {
                      for (int i = 0; i < transfers; ++i) transfer(a, b, 1);
                    },
                    [&] {
                      for (int i = 0; i < transfers; ++i) transfer(b, a, 1);
                    }});
  expect(a.balance == 1'000 && b.balance == 1'000, "money came or went");
  expect(a.transfers == transfers && b.transfers == transfers, "a transfer did not happen");
}

}  // namespace contend::workloads
