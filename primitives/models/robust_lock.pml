/* RobustLock: the word, the list that the kernel finds, and what the kernel does for a thread that ends. Two threads
 * may be killed between any two steps, asleep too; the third lives. Whoever gets in after a death inside is told, and puts
 * it right, or leaves the lock unusable. Nobody waits for ever. */
/* long */
/* faults: LOCKS_WITHOUT_INTENTION UNLOCKS_WITHOUT_INTENTION DOES_NOT_LOOK_AGAIN FORGETS_THE_SLEEPERS FORGETS_THE_DEATH FREES_WHAT_IS_BROKEN */
#define N 3
#define SPURIOUS 0
#include "futex.pml"

#define nobody N
#define unusable (N + 1)

byte owner = nobody;
bool waiters, owner_died;
bool intends[N], listed[N], killed[N];
bool is_broken; /* what the lock protects */
byte inside = nobody;
byte deaths, ended;

/* Sleepers look again after a while. Only a death makes that necessary, so they do it only then. */
#ifdef DOES_NOT_LOOK_AGAIN
#define looks_again false
#else
#define looks_again (deaths > 0)
#endif

inline sleep_until_woken() {
  atomic { owner < N -> waiters = true; seen = owner };
  atomic { has_slept = true; if :: owner == seen && waiters -> asleep[me] = true :: else fi };
  if
  :: atomic { !asleep[me] -> seen = 0 }
  :: atomic { asleep[me] && looks_again -> asleep[me] = false; seen = 0 }
  fi
}

inline lock() {
#ifndef LOCKS_WITHOUT_INTENTION
  intends[me] = true;
#endif
  do
  :: atomic {
    owner == nobody ->
    owner = me;
#ifndef FORGETS_THE_SLEEPERS
    waiters = waiters || has_slept;
#endif
#ifdef FORGETS_THE_DEATH
    owner_died = false;
#endif
    told = owner_died;
    got = true;
    break
  }
  :: owner == unusable -> break
  :: owner < N -> if :: sleep_until_woken() :: owner >= N fi
  od;
  atomic { listed[me] = got; intends[me] = false }
}

inline visit() {
  atomic { assert(inside == nobody && (told || !is_broken)); inside = me; is_broken = true };
  atomic {
    inside = nobody;
    if
    :: is_broken = false; owner_died = false
    :: told /* and not put right */
    fi
  }
}

inline unlock() {
  atomic {
#ifndef UNLOCKS_WITHOUT_INTENTION
    intends[me] = true;
#endif
    listed[me] = false
  };
  atomic {
    assert(owner == me);
#ifdef FREES_WHAT_IS_BROKEN
    owner = nobody;
#else
    owner = (owner_died -> unusable : nobody);
#endif
    rouses = (waiters -> (owner == unusable -> N : 1) : 0);
    waiters = false;
    owner_died = false
  };
  if :: rouses > 0 -> wake(rouses) :: else fi;
  intends[me] = false
}

/* The kernel, for a thread that ends. */
inline bury() {
  atomic {
    if
    :: owner == me && (listed[me] || intends[me]) -> owner = nobody; owner_died = true; rouses = waiters
    :: owner == nobody && intends[me] -> rouses = 1 /* it may have taken a wake with it, or owed one */
    :: else -> rouses = 0
    fi
  };
  if :: rouses > 0 -> wake(rouses) :: else fi;
  deaths++
}

proctype user(byte me; byte visits) {
  byte woken, rouses, seen;
  bool told, got, has_slept;
  {
    do
    :: visits == 0 || owner == unusable -> break
    :: visits > 0 && owner != unusable ->
      lock();
      if :: got -> visit(); unlock() :: else fi;
      atomic { visits--; got = false; told = false; has_slept = false; seen = 0; rouses = 0; woken = 0 }
    od
  } unless {
    atomic { killed[me] -> asleep[me] = false; if :: inside == me -> inside = nobody :: else fi };
    bury()
  };
  ended++
}

active proctype killer() {
  if :: killed[0] = true :: skip fi;
  if :: killed[1] = true :: skip fi
}

init { atomic { run user(0, 1); run user(1, 1); run user(2, 1) } }

ltl served { <> (ended == N) }
