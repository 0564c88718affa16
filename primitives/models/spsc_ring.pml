/* SpscRing at capacity 1: how its two ends sleep and are woken, and how a close meets a push that is under way. The
 * producer publishes an item and then looks whether the ring is closed and whether the consumer sleeps, with no fence
 * in between: what it published waits in its store buffer, and reaches memory at any time, at a locked instruction,
 * or at the consumer's heavy fence. The same holds for the consumer and its head. */
/* faults: POPS_WITHOUT_THE_FENCE PUSHES_WITHOUT_THE_FENCE FENCES_BEFORE_ANNOUNCING DRAINS_WITHOUT_THE_FENCE DRAINS_WITHOUT_ASKING DOES_NOT_SEAL TAKES_BACK_BLINDLY CLOSES_WITHOUT_WAKING LOOKS_BEFORE_PUBLISHING */
#define N 3
#define SPURIOUS 1
#include "futex.pml"

/* The two ends; each sleeps on a word of its own, and stores to an index of its own. */
#define PRODUCER 0
#define CONSUMER 1
#define CLOSER 2
#define PUSHES 2

#define WORDS 2
#define LOCKED memory[me] = stored[me]
#define WAKE_ON(word, count) asleep[word] = false
#include "parking.pml"

byte memory[N]; /* how many the producer has published and the consumer has taken, as the other sees it */
byte stored[N]; /* the same as its owner sees it */

#define open 0
#define closed 1
#define sealed 2
#define drained 3
#define dropped 4
byte phase = open;

byte pushed, popped, ended;

#define heavy_fence() d_step { memory[PRODUCER] = stored[PRODUCER]; memory[CONSUMER] = stored[CONSUMER] }
#define is_full (stored[PRODUCER] != memory[CONSUMER])
#define is_empty (memory[PRODUCER] == stored[CONSUMER])

/* Whether what was published around a close is in the ring; otherwise it is taken back. */
inline settle() {
  atomic {
    LOCKED;
    before = phase;
#ifndef DOES_NOT_SEAL
    if :: phase == closed -> phase = sealed :: else fi
#endif
  };
  if
#ifdef TAKES_BACK_BLINDLY
  :: before == drained ->
#else
  :: before == drained && memory[CONSUMER] != stored[PRODUCER] ->
#endif
    stored[PRODUCER]--;
    memory[PRODUCER]--;
    went_in = false
  :: else
  fi
}

inline try_push() {
  went_in = !is_full;
  if :: phase != open -> went_in = false :: else fi;
  if
  :: went_in ->
#ifdef LOOKS_BEFORE_PUBLISHING
    sees_sleeper = sleepers[CONSUMER] > 0;
#endif
    stored[PRODUCER]++;
    if :: phase != open -> settle() :: else fi;
#ifndef LOOKS_BEFORE_PUBLISHING
    sees_sleeper = sleepers[CONSUMER] > 0;
#endif
    if :: went_in && sees_sleeper -> wake_sleepers(CONSUMER, 1) :: else fi
  :: else
  fi
}

proctype producer(byte me) {
  byte woken, granted, seen_sleepers, seen_grants, before;
  bool timed_out, went_in, is_over, is_blocked, sees_sleeper;
  do
  :: pushed == PUSHES -> break
  :: else ->
    try_push();
    if
    :: went_in -> pushed++
    :: !went_in && is_over -> break
    :: else ->
      is_over = phase != open;
      if
      :: !is_over ->
#ifdef FENCES_BEFORE_ANNOUNCING
        heavy_fence();
#endif
        announce(PRODUCER);
#if !defined(PUSHES_WITHOUT_THE_FENCE) && !defined(FENCES_BEFORE_ANNOUNCING)
        heavy_fence();
#endif
        is_blocked = is_full;
        if :: phase != open -> is_blocked = false :: else fi;
        if
        :: is_blocked -> sleep_until_granted(PRODUCER, false)
        :: else -> leave(PRODUCER)
        fi
      :: else
      fi
    fi
  od;
  ended++
}

inline try_pop() {
  came_out = (phase < drained);
  if
  :: came_out && !is_empty ->
    stored[CONSUMER]++;
    popped++;
    sees_sleeper = sleepers[PRODUCER] > 0;
    if :: sees_sleeper -> wake_sleepers(PRODUCER, 1) :: else fi
  :: else -> came_out = false
  fi
}

inline ask_whether_drained() {
  before = phase;
  if
  :: before == open -> is_over = false
  :: before >= drained -> is_over = true
  :: else ->
#ifndef DRAINS_WITHOUT_THE_FENCE
    heavy_fence();
#endif
    is_over = is_empty;
    if
    :: is_over ->
#ifdef DRAINS_WITHOUT_ASKING
      atomic { LOCKED; phase = drained }
#else
      atomic { LOCKED; is_over = (phase == before); if :: is_over -> phase = drained :: else fi }
#endif
    :: else
    fi
  fi
}

proctype consumer(byte me) {
  byte woken, granted, seen_sleepers, seen_grants, before;
  bool timed_out, came_out, is_over, is_blocked, sees_sleeper;
  do
  :: try_pop();
    if
    :: came_out
    :: !came_out && is_over -> break
    :: else ->
      ask_whether_drained();
      if
      :: !is_over ->
#ifdef FENCES_BEFORE_ANNOUNCING
        heavy_fence();
#endif
        announce(CONSUMER);
#if !defined(POPS_WITHOUT_THE_FENCE) && !defined(FENCES_BEFORE_ANNOUNCING)
        heavy_fence();
#endif
        is_blocked = is_empty;
        if :: phase != open -> is_blocked = false :: else fi;
        if
        :: is_blocked -> sleep_until_granted(CONSUMER, false)
        :: else -> leave(CONSUMER)
        fi
      :: else
      fi
    fi
  od;
  ended++
}

/* Closes at any time, but not before all has been popped if a wake-up that is missing is to be missed. */
proctype closer(byte me) {
  byte woken, granted;
  bool is_late, is_immediate;
  if :: is_late = true :: skip fi;
  if :: is_immediate = true :: skip fi;
  if :: is_late -> popped == PUSHES :: else fi;
  atomic { if :: phase == open -> phase = closed :: else fi };
  atomic { if :: is_immediate && phase != drained -> phase = dropped :: else fi };
#ifndef CLOSES_WITHOUT_WAKING
  wake_sleepers(CONSUMER, N);
  wake_sleepers(PRODUCER, N);
#endif
  ended++
}

/* What is in a store buffer reaches memory in the end. */
active proctype store_buffers() {
end:
  do
  :: atomic { memory[PRODUCER] < stored[PRODUCER] -> memory[PRODUCER]++ }
  :: atomic { memory[CONSUMER] < stored[CONSUMER] -> memory[CONSUMER]++ }
  od
}

init {
  atomic { run producer(PRODUCER); run consumer(CONSUMER); run closer(CLOSER) };
  ended == N;
  assert(popped == pushed || (phase == dropped && popped < pushed))
}

ltl served { <> (ended == N) }
