// Threads that share the work of an operation with the thread that calls it.
//
// TensorFlow's threads sleep between two operations. On a virtual machine, to wake one takes about as long as ten million multiply-adds on
// one thread, so the products of a small network gain nothing from a second one. The threads of a team stay awake while work keeps coming,
// and sleep when none comes, or as soon as somebody else wants their processor.
#ifndef ESPALIER_TEAM_H
#define ESPALIER_TEAM_H

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace espalier {

inline void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

enum class Sleepers { STAY, WAKE };

// The processors of this process. A system may leave a thread that it wakes on the processor of the one who woke it, though another is idle.
class Processors {
 public:
#if defined(__linux__)
  Processors() {
    if (sched_getaffinity(0, sizeof all_, &all_) != 0) CPU_ZERO(&all_);
  }

  // Keeps a thread off the processor of the calling one, if there is another.
  void keep_off_this(std::thread& thread) const {
    cpu_set_t others = all_;
    CPU_CLR(sched_getcpu(), &others);
    if (CPU_COUNT(&others) > 0) pthread_setaffinity_np(thread.native_handle(), sizeof others, &others);
  }

  // Lets the calling thread run on all of them again.
  void allow_all() const {
    if (CPU_COUNT(&all_) > 0) pthread_setaffinity_np(pthread_self(), sizeof all_, &all_);
  }

 private:
  cpu_set_t all_;
#else
  void keep_off_this(std::thread&) const {}
  void allow_all() const {}
#endif
};

class Team {
 public:
  // The one of this process. It is never taken down: its threads may be at work when the process ends.
  static Team& shared() {
    static Team* team = new Team;
    return *team;
  }

  // How many threads work together, the calling one included. The others are started when there is first something for them to do.
  void set_threads(int threads) { threads_ = chosen_ = threads; }

  // That number, also where the system allows no more threads.
  int threads() const { return chosen_; }

  // Calls `work(part)` once for every part from 0 on, and returns when all are done. The caller takes the parts from the first on, the others
  // from the last on. To wake those who sleep pays where the work takes longer than that. Where several operations run side by side, each
  // is done by the thread that calls it.
  template <typename Work>
  void share(int parts, Sleepers sleepers, const Work& work) {
    const Presence presence(&callers_);
    std::unique_lock<std::mutex> job(job_, std::defer_lock);
    const bool has_help = threads_ > 1 && (sleepers == Sleepers::WAKE || awake_ > 0);
    if (parts < 2 || parts > MOST_PARTS || !has_help || callers_ > 1 || !job.try_lock()) {
      for (int part = 0; part < parts; part++) work(part);
      return;
    }
    call_ = [](const void* work, int part) { (*static_cast<const Work*>(work))(part); };
    work_ = &work;
    unfinished_ = parts;
    open(parts);
    if (sleepers == Sleepers::WAKE) wake();
    int part;
    while (take_first(&part)) {
      work(part);
      unfinished_--;
    }
    for (int turn = 1; unfinished_ > 0; turn++) {
      pause_briefly();
      if (turn % 1024 == 0) sched_yield();
    }
  }

  // Calls `work(from, to)` for ranges that make up 0 to n, shared with those who are awake.
  template <typename Work>
  void share_range(int64_t n, const Work& work) {
    const int64_t size = std::max(SMALLEST_RANGE, n / MOST_RANGES + 1);
    share(static_cast<int>((n + size - 1) / size), Sleepers::STAY, [&](int i) { work(i * size, std::min(n, (i + 1) * size)); });
  }

 private:
  using Clock = std::chrono::steady_clock;

  // Without work for so long, a thread goes to sleep. Longer than the longest part of a small network's step that it has no share in.
  static constexpr std::chrono::microseconds PATIENCE{1000};
  // A thread that comes to run only after so long was kept from it by more than the small operations that run beside large ones.
  static constexpr std::chrono::microseconds INTERRUPTED{300};
  // In elements. A smaller one takes less time than to hand it over.
  static constexpr int64_t SMALLEST_RANGE = 1 << 14;
  static constexpr int64_t MOST_RANGES = 1 << 12;

  struct Presence {
    explicit Presence(std::atomic<int>* count) : count_(count) { ++*count_; }
    ~Presence() { --*count_; }
    std::atomic<int>* count_;
  };

  // Which parts nobody has taken yet, in one number, so that two threads can't take the same: those from `first` up to `end`. The upper half
  // counts the jobs, so that the state of one is never taken for that of another.
  static constexpr int MOST_PARTS = 0xffff;
  static constexpr uint64_t NEXT_JOB = uint64_t{1} << 32, NEXT_FIRST = 1 << 16, NEXT_END = 1;
  static int first(uint64_t state) { return static_cast<int>((state >> 16) & 0xffff); }
  static int end(uint64_t state) { return static_cast<int>(state & 0xffff); }

  void open(int parts) { parts_ = (parts_ / NEXT_JOB + 1) * NEXT_JOB + static_cast<uint64_t>(parts); }
  bool is_open() const {
    const uint64_t state = parts_;
    return first(state) < end(state);
  }
  bool take_first(int* part) {
    for (uint64_t state = parts_; first(state) < end(state);) {
      *part = first(state);
      if (parts_.compare_exchange_weak(state, state + NEXT_FIRST)) return true;
    }
    return false;
  }
  bool take_last(int* part) {
    for (uint64_t state = parts_; first(state) < end(state);) {
      *part = end(state) - 1;
      if (parts_.compare_exchange_weak(state, state - NEXT_END)) return true;
    }
    return false;
  }

  void wake() {
    const std::lock_guard<std::mutex> lock(sleep_);
    try {
      while (static_cast<int>(helpers_.size()) < threads_ - 1) helpers_.emplace_back([this] { help(); });
    } catch (const std::system_error&) {
      threads_ = static_cast<int>(helpers_.size()) + 1;  // the system allows no more
    }
    if (awake_ == static_cast<int>(helpers_.size())) return;
    for (std::thread& helper : helpers_) processors_.keep_off_this(helper);
    bell_.notify_all();
  }

  [[noreturn]] void help() {
    awake_++;
    auto worked = Clock::now(), seen = worked;
    for (;;) {
      int part;
      if (take_last(&part)) {
        call_(work_, part);
        unfinished_--;
        worked = seen = Clock::now();
        continue;
      }
      for (int i = 0; i < 16; i++) pause_briefly();
      sched_yield();
      const auto now = Clock::now();
      if (now - worked > PATIENCE || now - seen > INTERRUPTED) {
        sleep();
        worked = seen = Clock::now();
      } else {
        seen = now;
      }
    }
  }

  void sleep() {
    std::unique_lock<std::mutex> lock(sleep_);
    awake_--;
    bell_.wait(lock, [this] { return is_open(); });
    awake_++;
    processors_.allow_all();
  }

  const Processors processors_;
  std::atomic<int> threads_{1};
  std::atomic<int> chosen_{1};
  std::atomic<int> callers_{0};

  // One job at a time.
  std::mutex job_;
  void (*call_)(const void*, int) = nullptr;
  const void* work_ = nullptr;
  std::atomic<uint64_t> parts_{0};
  std::atomic<int> unfinished_{0};

  std::mutex sleep_;
  std::condition_variable bell_;
  std::vector<std::thread> helpers_;
  std::atomic<int> awake_{0};
};

}  // namespace espalier

#endif
