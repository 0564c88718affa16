#include <cstddef>
#include <cstdint>

#include <boost/thread/barrier.hpp>
#include <boost/thread/condition_variable.hpp>
#include <boost/thread/future.hpp>
#include <boost/thread/mutex.hpp>
#include <boost/thread/once.hpp>
#include <boost/thread/scoped_thread.hpp>
#include <boost/thread/tss.hpp>

#include "benchmarks/registry.h"
#include "benchmarks/subjects/sync/unique_lock_monitor.h"

namespace contend::benchmarks {
namespace {

using BoostMonitor =
    UniqueLockMonitor<boost::unique_lock<boost::mutex>, boost::adopt_lock_t, boost::condition_variable>;

class BoostBarrier {
 public:
  explicit BoostBarrier(std::ptrdiff_t parties) : barrier_(static_cast<unsigned>(parties)) {}
  void wait() { barrier_.wait(); }

 private:
  boost::barrier barrier_;
};

class BoostLocal {
 public:
  std::uint64_t& get() {
    if (value_.get() == nullptr) [[unlikely]]
      value_.reset(new std::uint64_t(0));
    return *value_;
  }

 private:
  boost::thread_specific_ptr<std::uint64_t> value_;
};

class BoostOnce {
 public:
  template <class F>
  void call(F function) {
    boost::call_once(flag_, function);
  }

 private:
  boost::once_flag flag_;
};

class BoostPromiseAndFuture {
 public:
  std::uint64_t hand_over(std::uint64_t value) {
    promise_.set_value(value);
    return future_.get();
  }

 private:
  boost::promise<std::uint64_t> promise_;
  boost::BOOST_THREAD_FUTURE<std::uint64_t> future_ = promise_.get_future();
};

class BoostThread {
 public:
  explicit BoostThread(void (*function)()) : thread_(function) {}
  void join() { thread_.join(); }

 private:
  boost::scoped_thread<> thread_;  // which joins in its destructor
};

const SubjectFile file(SubjectFile::Kind::peer, "Boost", CONTEND_SUBJECT_VERSION, [](Registry& registry) {
  constexpr auto full = workloads::Tier::full;
  registry.condition<BoostMonitor>({.name = "boost::condition_variable", .tier = full});
  registry.barrier<BoostBarrier>({.name = "boost::barrier", .tier = full});
  registry.local<BoostLocal>({.name = "boost::thread_specific_ptr"});
  registry.once<BoostOnce>({.name = "boost::call_once", .tier = full});
  registry.future<BoostPromiseAndFuture>({.name = "boost::future", .tier = full});
  registry.thread<BoostThread>({.name = "boost::thread", .tier = full});
});

}  // namespace
}  // namespace contend::benchmarks
