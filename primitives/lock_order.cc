#include "primitives/lock_order.h"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

#include "primitives/lock.h"

namespace contend::internal {

/// All locks' edges, and who holds what. Everything under one lock.
class LockGraph {
 public:
  using Path = std::vector<const OrderedLock*>;

  /// Never destroyed: static locks may be used while the program ends.
  static LockGraph& instance() {
    static LockGraph& graph = *new LockGraph;
    return graph;
  }

  void expect(OrderedLock& lock, bool is_reentrant) {
    const std::scoped_lock guard(lock_);
    const auto held = held_.find(std::this_thread::get_id());
    if (held == held_.end()) return;
    if (std::ranges::find(held->second, &lock) != held->second.end()) {
      if (is_reentrant) return;
      refuse("Checked: \"" + lock.name_ + "\" is held by this thread already, and is not reentrant");
    }
    for (OrderedLock* earlier : held->second) {
      if (const Path path = find_path(&lock, earlier); !path.empty()) refuse(describe(lock, *earlier, path));
    }
    for (OrderedLock* earlier : held->second) {
      earlier->later_.insert(&lock);
      lock.earlier_.insert(earlier);
    }
  }

  void locked(OrderedLock& lock) {
    const std::scoped_lock guard(lock_);
    held_[std::this_thread::get_id()].push_back(&lock);
  }

  /// Mostly by the thread that holds it, but a lock may allow others.
  void unlocked(OrderedLock& lock) {
    const std::scoped_lock guard(lock_);
    const auto own = held_.find(std::this_thread::get_id());
    if (own != held_.end() && take_out(own, lock)) return;
    for (auto other = held_.begin(); other != held_.end(); ++other) {
      if (take_out(other, lock)) return;
    }
  }

  void forget(OrderedLock& lock) {
    const std::scoped_lock guard(lock_);
    for (OrderedLock* later : lock.later_) later->earlier_.erase(&lock);
    for (OrderedLock* earlier : lock.earlier_) earlier->later_.erase(&lock);
    for (auto held = held_.begin(); held != held_.end();) {
      std::erase(held->second, &lock);
      held = held->second.empty() ? held_.erase(held) : std::next(held);
    }
  }

 private:
  using Held = std::unordered_map<std::thread::id, std::vector<OrderedLock*>>;

  bool take_out(Held::iterator held, OrderedLock& lock) {
    auto& locks = held->second;
    const auto found = std::find(locks.rbegin(), locks.rend(), &lock);
    if (found == locks.rend()) return false;
    locks.erase(std::next(found).base());
    if (locks.empty()) held_.erase(held);
    return true;
  }

  /// From one to the other along the order known so far; empty if there is no way.
  static Path find_path(const OrderedLock* from, const OrderedLock* to) {
    std::unordered_map<const OrderedLock*, const OrderedLock*> reached_from = {{from, nullptr}};
    Path to_visit = {from};
    while (!to_visit.empty()) {
      const OrderedLock* const here = to_visit.back();
      to_visit.pop_back();
      if (here == to) return trace(here, reached_from);
      for (const OrderedLock* next : here->later_) {
        if (reached_from.emplace(next, here).second) to_visit.push_back(next);
      }
    }
    return {};
  }

  template <class ReachedFrom>
  static Path trace(const OrderedLock* end, const ReachedFrom& reached_from) {
    Path path;
    for (; end != nullptr; end = reached_from.at(end)) path.push_back(end);
    std::ranges::reverse(path);
    return path;
  }

  static std::string describe(const OrderedLock& wanted, const OrderedLock& held, const Path& path) {
    std::string text = "Checked: waiting for \"" + wanted.name_ + "\" while holding \"" + held.name_ +
                       "\" may deadlock; the order so far is ";
    for (const OrderedLock* lock : path) text += '"' + lock->name_ + "\", then ";
    return text + '"' + wanted.name_ + "\"; take them in one order, or together by std::scoped_lock";
  }

  [[noreturn]] static void refuse(const std::string& why) {
    throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur), why);
  }

  Lock lock_;
  Held held_;
};

OrderedLock::OrderedLock(std::string name) : name_(std::move(name)) {}
OrderedLock::~OrderedLock() { LockGraph::instance().forget(*this); }
void OrderedLock::expect(bool is_reentrant) { LockGraph::instance().expect(*this, is_reentrant); }
void OrderedLock::locked() { LockGraph::instance().locked(*this); }
void OrderedLock::unlocked() { LockGraph::instance().unlocked(*this); }

}  // namespace contend::internal
